import HTTPEdge

/// A request's path as the log may have it: whoever reads a log must not be able to follow a reporter's private address.
enum LoggedPath {
    /// Parameters of routes that hold a secret.
    private static let secretParameters: Set<String> = ["{token}", "{key}", "{secret}"]
    /// Folders whose entries are named by a secret, under addresses that no route knows too.
    private static let secretFolders: Set<String> = ["tokens", "reports"]
    /// Stands for what is left out.
    static let hidden = "…"

    /// The path with every segment hidden that is a secret by its route or its folder, or looks like one of ours.
    ///
    /// - Parameter route: The pattern of the route that answers, such as `/open311/v2/tokens/{token}`; nil if none does.
    static func text(of path: String, route: String?) -> String {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let patterns = route?.split(separator: "/", omittingEmptySubsequences: false) ?? []
        var isChanged = false
        var before = ""
        let shown = segments.enumerated().map { index, segment -> String in
            let name = PercentEncoding.decode(segment) ?? String(segment)
            defer { if !name.isEmpty { before = name.lowercased() } }
            let isParameter = patterns.indices.contains(index) && secretParameters.contains(String(patterns[index]))
            guard !name.isEmpty, isParameter || secretFolders.contains(before) || isSecret(name) else {
                return String(segment)
            }
            isChanged = true
            return hidden
        }
        return isChanged ? shown.joined(separator: "/") : path
    }

    /// True for 40 hexadecimal digits or more in a row and for whatever has the prefix of tokens: ids have 32 digits and dashes between.
    private static func isSecret(_ name: String) -> Bool {
        if name.contains("wm_") { return true }
        var digits = 0
        for octet in name.utf8 {
            switch octet {
            case 0x30...0x39, 0x41...0x46, 0x61...0x66: digits += 1
            default: digits = 0
            }
            if digits == 40 { return true }
        }
        return false
    }
}
