import Foundation
import HTTPTypes

extension Problem {
    /// A file that cannot be opened for a moment.
    package static func unopened(_ detail: String) -> Problem {
        Problem(.serviceUnavailable, "overloaded", "The server has too much to do", detail: detail, retryAfter: 2)
    }

    package static let outOfDescriptors = unopened(
        "so many files and connections are open that no more can be opened for now")

    /// True for an error of opening a file because the process (EMFILE) or the machine (ENFILE) has too many open.
    package static func isOutOfDescriptors(_ error: any Error) -> Bool {
        let underlying = (error as? CocoaError)?.userInfo[NSUnderlyingErrorKey] as? any Error
        guard let system = (underlying ?? error) as? POSIXError else { return false }
        return system.code == .EMFILE || system.code == .ENFILE
    }
}
