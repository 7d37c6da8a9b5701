import Geometry

// Reading with a token of staff.
extension OpenAPI {
    /// `GET /api/works/{id}` where staff have tokens: anybody reads what is public, and those who may read what is private too.
    ///
    /// - Parameter path: The path as it is without staff.
    static func readingForStaff(_ path: JSONValue) -> JSONValue {
        guard var operations = path.object, var get = operations["get"]?.object,
            var responses = get["responses"]?.object
        else { return path }
        get["description"] = """
            Without a token, with a machine's or with a viewer's, what everybody sees. With a token of a dispatcher of the service that is \
            responsible, of a dispatcher of the whole city or of an admin, `properties` also has `private_extra`: what the source said and the \
            city does not publish. Each such look is in the audit log, within an hour once; if it cannot be written, `private_extra` is null \
            and `private_withheld` says why. Nobody may store that answer (`Cache-Control: no-store`). A token that is no good is refused.
            """
        get["security"] = [[:], ["token": []]]
        responses["200"] = [
            "description": "The work; its ETag is what PATCH wants in If-Match",
            "headers": ["ETag": ["schema": ["type": "string"], "description": "Revision and state of the deadline"]],
            "content": ["application/geo+json": ["schema": ["$ref": "#/components/schemas/workForStaff"]]],
        ]
        let problem: JSONValue = ["$ref": "#/components/responses/problem"]
        for status in ["401", "429"] { responses[status] = problem }
        get["responses"] = .object(responses)
        operations["get"] = .object(get)
        return .object(operations)
    }

    /// A work as `GET /api/works/{id}` gives it.
    static let staffSchema: (String, JSONValue) = (
        "workForStaff",
        [
            "allOf": [
                ["$ref": "#/components/schemas/feature"],
                [
                    "type": "object",
                    "properties": [
                        "properties": [
                            "type": "object",
                            "properties": [
                                "private_extra": [
                                    "type": "object", "nullable": true,
                                    "description":
                                        "What the source said and the city does not publish; only for those who may read it",
                                ],
                                "private_withheld": [
                                    "type": "string",
                                    "description":
                                        "The reason why something private is there and is not shown; only for those who may read it",
                                ],
                            ],
                        ]
                    ],
                ],
            ]
        ]
    )
}
