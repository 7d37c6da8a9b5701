/// Why the bearer of a token may not say something, whatever it says.
public enum AuthorityError: Error, Hashable, Sendable {
    /// A person names a source; `field` is `source` or `source_id`.
    case personNamesSource(field: String)
    /// A machine names another source than its own.
    case otherSource(own: String, named: String)
    /// A machine names no work of its source.
    case sourceIDMissing
    /// A machine decides as people do.
    case machineDecides(source: String)

    /// The field of the body at fault, if it is one.
    public var field: String? {
        switch self {
        case .personNamesSource(let field): field
        case .otherSource: "source"
        case .sourceIDMissing: "source_id"
        case .machineDecides: nil
        }
    }
}

extension AuthorityError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .personNamesSource(let field):
            "\(field): only a machine's token speaks for a source, and only for its own; leave source and source_id out, "
                + "or use a token made with `worksmap token create --source NAME`"
        case .otherSource(let own, let named): "source: the token speaks for “\(own)”, not for “\(named)”"
        case .sourceIDMissing: "source_id: a machine's token names the work by the id that its source gives it"
        case .machineDecides(let source):
            "the token is of the source “\(source)”: it states works of its source by POST /api/works and does nothing else"
        }
    }
}

extension AccessToken {
    /// A draft as the bearer may state it: a machine's is about a work of its source, a person's names no source.
    public func stating(_ draft: WorkDraft) throws(AuthorityError) -> WorkDraft {
        guard let source else {
            if draft.source != nil { throw .personNamesSource(field: "source") }
            if draft.sourceID != nil { throw .personNamesSource(field: "source_id") }
            return draft
        }
        if let named = draft.source, named != source { throw .otherSource(own: source, named: named) }
        guard draft.sourceID != nil else { throw .sourceIDMissing }
        var own = draft
        own.source = source
        return own
    }

    /// Throws unless the bearer is a person: works are decided on, and the desk is opened, by people only.
    public func requirePerson() throws(AuthorityError) {
        if let source { throw .machineDecides(source: source) }
    }
}
