import Foundation
import Hotspots
import SeededRandom
import TestConditions
import Testing

@Suite("Spatial association")
struct SpatialAssociationTests {
    // MARK: - Against esda

    static let references = ["columbus_CRIME", "sids2_SIDR74", "chicago77_SHAPE_AREA", "boston_tracts_CMEDV"]

    /// Equal to 1e-9 of itself; the local values are published with 12 digits after the point at most.
    private func agrees(_ value: Double, _ expected: Double) -> Bool {
        abs(value - expected) <= 1e-9 * abs(expected) || abs(value - expected) < 1e-12
    }

    private func disagreements(_ values: [Double], _ expected: [Double]) -> [Int] {
        guard values.count == expected.count else { return [-1] }
        return values.indices.filter { !agrees(values[$0], expected[$0]) }
    }

    @Test("Global statistics are those of esda", .needs(.realData("stats-reference")), arguments: references)
    func global(name: String) throws {
        let reference = try ArealReference(named: name)
        let values = try reference.values()
        try #require(values.count == reference.n)
        let neighbours = NeighbourLists(reference.neighbourLists)

        let moran = try #require(MoransI(values, neighbours: neighbours))
        let expected = reference.moran_row_standardised
        #expect(agrees(moran.i, expected.I))
        #expect(agrees(moran.expected, expected.EI))
        #expect(agrees(moran.varianceNormal, expected.VI_norm))
        #expect(agrees(moran.zNormal, expected.z_norm))
        #expect(agrees(moran.pNormal, expected.p_norm_two_sided))
        #expect(agrees(moran.varianceRandomised, expected.VI_rand))
        #expect(agrees(moran.zRandomised, expected.z_rand))
        #expect(agrees(moran.pRandomised, expected.p_rand_two_sided))

        let geary = try #require(GearysC(values, neighbours: neighbours))
        #expect(agrees(geary.c, reference.geary_row_standardised.C))
        #expect(agrees(geary.expected, reference.geary_row_standardised.EC))
        #expect(agrees(geary.varianceNormal, reference.geary_row_standardised.VC_norm))
        #expect(agrees(geary.zNormal, reference.geary_row_standardised.z_norm))

        let general = try #require(GeneralG(values, neighbours: neighbours))
        #expect(agrees(general.g, reference.general_G_binary.G))
        #expect(agrees(general.expected, reference.general_G_binary.EG))
        #expect(agrees(general.variance, reference.general_G_binary.VG))
        #expect(agrees(general.z, reference.general_G_binary.z_norm))
        #expect(agrees(NormalDistribution.oneSidedP(general.z), reference.general_G_binary.p_norm))
    }

    @Test("Local statistics are those of esda", .needs(.realData("stats-reference")), arguments: references)
    func local(name: String) throws {
        let reference = try ArealReference(named: name)
        let values = try reference.values()
        let neighbours = NeighbourLists(reference.neighbourLists)

        for (includingSelf, expected) in [(true, reference.local_Gstar_binary), (false, reference.local_G_binary)] {
            let local = LocalG(values, neighbours: neighbours, includingSelf: includingSelf)
            #expect(disagreements(local.g, expected.G) == [])
            #expect(disagreements(local.z, expected.z) == [])
            #expect(disagreements(local.z.map(NormalDistribution.oneSidedP), expected.p_norm_one_sided) == [])
        }
        let moran = LocalMoran(values, neighbours: neighbours)
        #expect(disagreements(moran.i, reference.local_moran_I_row_standardised) == [])
        #expect(moran.quadrants.map(\.rawValue) == reference.local_moran_quadrant_1HH_2LH_3LL_4HL)
    }

    // MARK: - By hand

    /// A street of five houses with the values 1 1 1 5 5, each a neighbour of the next.
    static let street = NeighbourLists([[1], [0, 2], [1, 3], [2, 4], [3]])
    static let values = [1.0, 1, 1, 5, 5]

    @Test("Moran's I of a street of five houses, worked by hand")
    func moranByHand() throws {
        // Mean 13/5; z = −1.6 −1.6 −1.6 2.4 2.4; Σz² = 19.2. Lags: −1.6, −1.6, 0.4, 0.4, 2.4.
        // Σ z·lag = 2.56 + 2.56 − 0.64 + 0.96 + 5.76 = 11.2; S0 = 5, so I = 11.2 / 19.2.
        let moran = try #require(MoransI(Self.values, neighbours: Self.street))
        #expect(abs(moran.i - 11.2 / 19.2) < 1e-14)
        #expect(moran.expected == -0.25)
    }

    @Test("Geary's C of the same street, worked by hand")
    func gearyByHand() throws {
        // Squared differences, averaged over each house's neighbours: 0, 0, 8, 8, 0. C = 4 · 16 / (2 · 5 · 19.2).
        let geary = try #require(GearysC(Self.values, neighbours: Self.street))
        #expect(abs(geary.c - 64.0 / 192) < 1e-14)
    }

    @Test("General G of the same street, worked by hand")
    func generalByHand() throws {
        // Σ wᵢⱼ xᵢ xⱼ = 2 (1 + 1 + 5 + 25) = 64; Σ xᵢ xⱼ over i ≠ j = 13² − 53 = 116. E = 8 / 20.
        let general = try #require(GeneralG(Self.values, neighbours: Self.street))
        #expect(abs(general.g - 64.0 / 116) < 1e-14)
        #expect(abs(general.expected - 0.4) < 1e-14)
    }

    @Test("Local G* of the same street, worked by hand")
    func localByHand() {
        // x̄ = 2.6, s² = 53/5 − 2.6² = 3.84. House 4: sum 10 over W = 2 houses;
        // z = (10 − 5.2) / √(3.84 · 2 · (5 − 2) / 4) = 4.8 / 2.4 = 2.
        let star = LocalG(Self.values, neighbours: Self.street, includingSelf: true)
        #expect(abs(star.z[4] - 2) < 1e-14)
        #expect(abs(star.g[4] - 10.0 / 13) < 1e-14)
        // Without itself: the others are 1 1 1 5, x̄ = 2, s² = 28/4 − 4 = 3; z = (5 − 2) / √(3 · 1 · 3 / 3) = √3.
        let local = LocalG(Self.values, neighbours: Self.street, includingSelf: false)
        #expect(abs(local.z[4] - 3.0.squareRoot()) < 1e-14)
        #expect(abs(local.g[4] - 5.0 / 8) < 1e-14)
    }

    @Test("Equal values have no association to measure")
    func equalValues() {
        #expect(MoransI([2, 2, 2, 2, 2], neighbours: Self.street) == nil)
        #expect(GearysC([2, 2, 2, 2, 2], neighbours: Self.street) == nil)
        #expect(
            LocalG([2, 2, 2, 2, 2], neighbours: Self.street, includingSelf: true).z.filter { !$0.isNaN } == [])
    }

    @Test("Neighbours within a distance are found as by looking at every pair")
    func neighboursByDistance() {
        var random = SeededRandom(seed: 7)
        let points = PlanePoints(
            (0..<300).map { _ in PlanePoint(x: random.number(0...1000), y: random.number(0...500)) })
        let lists = NeighbourLists(of: points, within: 60)
        for i in 0..<points.count {
            let naive = (0..<points.count).filter { $0 != i && points[$0].distance(to: points[i]) <= 60 }
            #expect(lists[i].map(Int.init) == naive)
        }
    }
}
