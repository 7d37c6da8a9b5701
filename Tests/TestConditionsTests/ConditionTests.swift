import Foundation
import Testing

@testable import TestConditions

@Suite("Conditions of tests")
struct ConditionTests {
    static let given = ["WORKSMAP_REAL_DATA": RealDataFolder.url.path]

    @Test(
        "What a test needs is not missed in silence where everything must be there",
        arguments: [
            (Need.program("/p", package: "p"), [:], ["/p"], "met"),
            (.program("/p", package: "p"), [:], [], "skipped"),
            (.program("/p", package: "p"), ["CI": "true"], [], "failed"),
            (.program("/p", package: "p"), ["CI": "true"], ["/p"], "met"),
            (.realData("part"), [:], [], "skipped"),
            (.realData("part"), ["CI": "true"], [], "skipped"),
            (.realData("part"), ["CI": "true"].merging(Self.given) { $1 }, [], "failed"),
            (.realData("part"), ["CI": "true"], [RealDataFolder.url.path], "failed"),
            (.realData("part"), ["CI": "true"], [RealDataFolder.url.path, RealDataFolder.url.path + "/part"], "met"),
            (.realData(), ["CI": "true"], [], "skipped"),
            (.realData(), ["CI": "true"], [RealDataFolder.url.path], "met"),
        ] as [(Need, [String: String], [String], String)])
    func needs(need: Need, environment: [String: String], files: [String], outcome: String) {
        let verdict: String
        do {
            verdict = try need.isMet(environment: environment) { files.contains($0) } ? "met" : "skipped"
        } catch {
            verdict = "failed"
            #expect("\(error)".contains(need.path))
        }
        #expect(verdict == outcome)
    }

    @Test("A wait ends when its condition holds, and in time when it never does")
    func waits() async throws {
        // The second look comes after the pause, however long that is while other tests keep all threads.
        var looks = 0
        try await eventually("the second look") {
            looks += 1
            return looks == 2
        }
        #expect(looks == 2)
        let error = await #expect(throws: NeverHappened.self) {
            try await eventually("rain", within: .milliseconds(20)) { false }
        }
        #expect(error?.description.contains("rain") == true)
        await #expect(throws: CancellationError.self) { try await eventually("x") { throw CancellationError() } }
    }

    @Test("So does a wait that blocks its thread")
    func blockingWaits() throws {
        var looks = 0
        try block(until: "the second look") {
            looks += 1
            return looks == 2
        }
        #expect(looks == 2)
        #expect(throws: NeverHappened.self) { try block(until: "rain", within: .milliseconds(20)) { false } }
    }
}
