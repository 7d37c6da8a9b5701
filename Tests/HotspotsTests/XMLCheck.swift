/// Whether a text is well-formed: every element is closed in order, and what looks like markup is markup.
enum XMLCheck {
    struct Fault: Error {
        var text: String
    }

    static func check(_ text: String) throws {
        var open = [Substring]()
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            guard let end = rest[start...].firstIndex(of: ">") else { throw Fault(text: "unclosed tag at the end") }
            let tag = rest[rest.index(after: start)..<end]
            if tag.contains("<") { throw Fault(text: "a < inside <\(tag)>") }
            if tag.count(where: { $0 == "\"" }) % 2 == 1 { throw Fault(text: "an odd quotation mark in <\(tag)>") }
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else {
                    throw Fault(text: "</\(tag.dropFirst())> closes nothing")
                }
            } else if !tag.hasSuffix("/") {
                open.append(tag.prefix { $0 != " " })
            }
            rest = rest[rest.index(after: end)...]
        }
        if let last = open.last { throw Fault(text: "<\(last)> is never closed") }
    }
}
