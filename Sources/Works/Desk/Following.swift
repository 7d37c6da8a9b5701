/// The rule by which followers of a work are counted.
///
/// **One follower for each work and network**: an IPv4 address, or a /64 of IPv6. What a follower gives as e-mail address, telephone number
/// or name is neither looked at nor kept, so inventing contacts adds nobody. Who reported a work is no follower of it by that, but one of the
/// work that it turns out to duplicate; so are the duplicate's followers. A reporter whose network is not known, since staff entered the
/// report, is one follower for each such work.
///
/// A network is kept as a pseudonym of 16 bytes, encrypted for the one work; both by a key that lies outside of the database. Whoever
/// has the database alone can neither try addresses nor tell that two works are followed from one network. When the contacts of a work are
/// erased, so is what tells its followers apart; their number stays.
public enum Following {
    /// First letter of what stands in the place of a follower whose network has been erased.
    public static let erasedMark = "x"
}
