import Foundation
import Geometry
public import Works

/// Memory of a source from one fetch to the next: the file `state.json` in its folder.
public struct SourceState: Hashable, Sendable {
    public var lastTry: Instant?
    public var lastSuccess: Instant?
    /// Time of the last list that was taken, as the list or the fetch says it.
    public var lastList: Instant?
    /// Time from which on it is fetched again.
    public var next: Instant?
    /// Fetches that failed since the last success.
    public var failures = 0
    public var problem: SourceProblem?
    /// Rows of the last list that were refused.
    public var rowsRefused = 0
    /// Something that is not wrong yet, such as a new address of the list.
    public var remark: String?
    /// Name of the folder with the last list that was taken.
    public var lastGood: String?
    var validators = Validators()
    /// Digest of the last list that was taken.
    var digest: String?
    /// Digest of what decides how a list is read: address, mapping, layer.
    var setup: String?
    /// The last list that the store had heard of from this source after the last import.
    var observation: Instant?
    /// Stamps of files that were taken, by name.
    var files: [String: String] = [:]

    public init() {}
}

/// The last thing that went wrong with a source.
public struct SourceProblem: Hashable, Sendable {
    public var kind: FetchError.Kind
    /// Words for those who run the server.
    public var words: String
}

extension SourceState {
    /// The text of the file; nil state for a file that is no state, so that the source is fetched anew.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), json.object != nil else { return nil }
        func time(_ name: String) -> Instant? { json[name]?.string.flatMap { Instant($0) } }
        lastTry = time("last_try")
        lastSuccess = time("last_success")
        lastList = time("last_list")
        next = time("next")
        failures = max(json["failures"]?.integer ?? 0, 0)
        if let kind = json["problem"]?["kind"]?.string.flatMap(FetchError.Kind.init),
            let words = json["problem"]?["words"]?.string
        {
            problem = SourceProblem(kind: kind, words: words)
        }
        rowsRefused = json["rows_refused"]?.integer ?? 0
        remark = json["remark"]?.string
        lastGood = json["last_good"]?.string
        validators = Validators(entityTag: json["etag"]?.string, lastModified: json["last_modified"]?.string)
        digest = json["digest"]?.string
        setup = json["setup"]?.string
        observation = time("observation")
        for (name, stamp) in json["files"]?.object ?? JSONObject() { files[name] = stamp.string }
    }

    var bytes: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        func member(_ name: String, _ text: String?) {
            guard let text else { return }
            json.key(name)
            json.string(text)
        }
        member("last_try", lastTry?.description)
        member("last_success", lastSuccess?.description)
        member("last_list", lastList?.description)
        member("next", next?.description)
        json.key("failures")
        json.integer(failures)
        if let problem {
            json.key("problem")
            json.beginObject()
            member("kind", problem.kind.rawValue)
            member("words", problem.words)
            json.endObject()
        }
        json.key("rows_refused")
        json.integer(rowsRefused)
        member("remark", remark)
        member("last_good", lastGood)
        member("etag", validators.entityTag)
        member("last_modified", validators.lastModified)
        member("digest", digest)
        member("setup", setup)
        member("observation", observation?.description)
        json.key("files")
        json.beginObject()
        for (name, stamp) in files.sorted(by: { $0.key < $1.key }) { member(name, stamp) }
        json.endObject()
        json.endObject()
        return json.bytes
    }
}
