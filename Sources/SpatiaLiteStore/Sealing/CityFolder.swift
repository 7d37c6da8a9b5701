import Glibc

/// The city's own folder, beside its database.
public enum CityFolder {
    /// `NAME.city` beside the database `NAME.sqlite`. Links to the database are followed, so that it has one folder whatever it is called.
    public static func usual(for database: String) -> String {
        let path = resolved(database)
        let (folder, name) = split(path)
        let dot = name.lastIndex(of: ".")
        let stem = dot.map { $0 == name.startIndex ? name : String(name[..<$0]) } ?? name
        return folder + stem + ".city"
    }

    /// The key file in a city's folder.
    public static func keyFile(in folder: String) -> String { folder + (folder.hasSuffix("/") ? "key" : "/key") }

    /// The path that links lead to, as far as it is there.
    private static func resolved(_ path: String) -> String {
        func real(_ path: String) -> String? {
            guard let real = realpath(path, nil) else { return nil }
            defer { free(real) }
            return String(cString: real)
        }
        if let whole = real(path) { return whole }
        let (folder, name) = split(path)
        guard let above = real(folder.isEmpty ? "." : folder) else { return path }
        return above == "/" ? "/" + name : above + "/" + name
    }

    /// The path up to its last slash, with it, and the name after it.
    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[...slash]), String(path[path.index(after: slash)...]))
    }
}
