import Glibc

/// All that a confined program can reach: nothing else can be read, written or executed.
struct Reach: Hashable, Sendable {
    /// Files, and folders with all in them, that it may read.
    var readable: [String] = []
    /// The folder in which it runs, and the only one in which it may write.
    var folder: String

    /// Libraries, which may also be executed: the dynamic linker is one of them.
    private static let libraries = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"]
    /// Debian's links to the chosen of several libraries are in /etc/alternatives.
    private static let data = ["/usr/share/gdal", "/usr/share/proj", "/etc/ld.so.cache", "/etc/alternatives"]

    /// What of the system a program needs, as far as it is there: folders with its libraries and files to read.
    ///
    /// - Parameters:
    ///   - program: Its path, symbolic links resolved.
    ///   - environment: Its environment, of which some variables name further folders.
    static func system(for program: String, environment: [String: String]) -> (libraries: [String], data: [String]) {
        var libraries = libraries
        var data = data
        // A program below /opt/gdal/bin has its libraries in /opt/gdal/lib and its data in /opt/gdal/share.
        let folders = program.split(separator: "/").dropLast()
        if folders.last == "bin", folders.count > 1 {
            let prefix = "/" + folders.dropLast().joined(separator: "/")
            libraries += ["lib", "lib64"].map { "\(prefix)/\($0)" }
            data += ["gdal", "proj"].map { "\(prefix)/share/\($0)" }
        }
        for folder in environment["LD_LIBRARY_PATH"]?.split(separator: ":") ?? [] { libraries.append(String(folder)) }
        for name in ["GDAL_DATA", "PROJ_DATA", "PROJ_LIB"] {
            for folder in environment[name]?.split(separator: ":") ?? [] { data.append(String(folder)) }
        }
        func there(_ paths: [String]) -> [String] {
            var seen: Set<String> = []
            return paths.filter { $0.hasPrefix("/") && access($0, F_OK) == 0 && seen.insert($0).inserted }
        }
        return (there(libraries), there(data))
    }
}
