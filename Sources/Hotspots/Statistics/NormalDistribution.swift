import Glibc

/// The standard normal distribution.
public enum NormalDistribution {
    /// The probability of a value at least as far from 0 as `z`, on either side: erfc(|*z*| / √2).
    public static func twoSidedP(_ z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }

    /// The probability of a value beyond `z` on its own side, half of ``twoSidedP(_:)``: what esda calls `p_norm` for G.
    public static func oneSidedP(_ z: Double) -> Double { twoSidedP(z) / 2 }
}
