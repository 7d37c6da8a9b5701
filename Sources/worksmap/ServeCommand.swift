import ArgumentParser
import Foundation
import Works

/// `worksmap serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the map, the tiles and the features over HTTP.",
        discussion: """
            Examples:
              worksmap serve
              worksmap serve --database city.sqlite --public-url https://works.example.org
              worksmap serve --database city.sqlite --host 0.0.0.0 --port 80 --public-url http://works.example.org
              worksmap serve --operations-port 9090 --log-file /var/log/worksmap/access.log

            Without --host only programs on this machine can connect. Imports by another process show within a second.

            SIGTERM and Ctrl-C finish the running answers, within --shutdown-timeout; a second one ends at once. SIGHUP
            reads rules and style sheets anew and opens the log file anew. The limit of open files (ulimit -n) is raised
            as far as the system allows and shared out between clients and files. systemd is told when the service is
            ready, and that it is alive (Type=notify, WatchdogSec).
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await reporting {
            try service.checkFolders()
            try await service.serve(try common.openStore(), common)
        }
    }
}
