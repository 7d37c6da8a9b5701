import Geometry
import Works

// The door for staff and machines: POST and PATCH of works.
extension OpenAPI {
    /// Components of the operations that write: the bearer's token.
    static let securitySchemes: JSONValue = [
        "token": [
            "type": "http", "scheme": "bearer",
            "description":
                "Made by `worksmap token create`. A person's token decides by the rules for people; a machine's (`--source`) states works of its source and does nothing else.",
        ]
    ]

    /// `POST /api/works`
    static var statement: JSONValue {
        operation(
            "stateWork", "State a work: a person a new one, a machine a new or a known one of its source",
            description:
                "Who acts is the bearer of the token. `source` and `source_id` are for machines' tokens, and name their own source. What is unusual wants `confirm` and mostly `reason`.",
            body: ["type": "object", "properties": .object(JSONObject(statementProperties))],
            answers: [
                ("200", "The known work, or for several lines what became of each"), ("201", "The new work"),
                ("413", "The body is too large"), ("415", "The body is in a form that is not read here"),
            ])
    }

    /// `PATCH /api/works/{id}`
    static var decision: JSONValue {
        operation(
            "decideOnWork", "Decide about a work, by the rules for people",
            description:
                "Not for machines' tokens. Moving a deadline, closing without work and going back want a `reason`; what is unusual also `confirm`.",
            parameters: [
                [
                    "name": "id", "in": "path", "required": true, "schema": ["type": "string"],
                    "description": "The work's id",
                ],
                [
                    "name": "If-Match", "in": "header", "required": true, "schema": ["type": "string"],
                    "description": "The ETag of the work as it was read, or *",
                ],
            ],
            body: [
                "type": "object", "additionalProperties": false,
                "properties": .object(JSONObject(decisionProperties)),
            ],
            answers: [
                ("200", "The work as it is then"), ("404", "There is no such work"), ("410", "The work is hidden"),
                ("412", "Somebody was quicker"),
                ("413", "The body is too large"), ("428", "If-Match is missing"),
            ],
            headers: [
                ("ETag", "Revision and state of the deadline"),
                ("Worksmap-Hidden", "`true` if the work is hidden from everybody else"),
                ("Worksmap-Unchanged", "`true` if everything was as the body asks for: there is no new revision"),
            ])
    }

    /// The addresses under `/api/works/{id}` by which staff take something back.
    static var takingBack: [(String, JSONValue)] {
        func path(_ name: String, _ summary: String, _ description: String, _ properties: [(String, JSONValue)])
            -> (String, JSONValue)
        {
            let reason: JSONValue = [
                "type": "string", "minLength": 1, "maxLength": 1000,
                "description": "Why, in words that everyone can read",
            ]
            return (
                "/api/works/{id}/\(name)",
                [
                    "post": operation(
                        "\(name)Work", summary, description: "Not for machines' tokens. \(description)",
                        parameters: [
                            [
                                "name": "id", "in": "path", "required": true, "schema": ["type": "string"],
                                "description": "The work's id",
                            ]
                        ],
                        body: [
                            "type": "object", "additionalProperties": false, "required": ["reason"],
                            "properties": .object(JSONObject(properties + [("reason", reason)])),
                        ],
                        answers: [
                            ("200", "What became of the work"), ("404", "There is no such work"),
                            ("413", "The body is too large"),
                        ])
                ]
            )
        }
        return [
            path(
                "hide", "Take a work out of every public output", "Its history keeps that it was hidden, and why.", []),
            path("unhide", "Bring a hidden work back", "It has the same id and its whole history.", []),
            path(
                "redact", "Take a text back for good", "It stands in none of the database's files afterwards.",
                [
                    ("field", choice(RedactableField.self)),
                    (
                        "entry",
                        [
                            "type": "integer", "minimum": 1,
                            "description":
                                "Instead of a field: the entry of the work's history whose texts are redacted",
                        ]
                    ),
                    (
                        "replacement",
                        [
                            "type": "string", "minLength": 1, "maxLength": .integer(WorkSubmission.textLength),
                            "description": "A text to stand there instead; for title, description and address",
                        ]
                    ),
                ]),
            path(
                "place", "Move or mend a work's place", "The district is found anew.",
                [("geometry", ["type": "object", "description": "A geometry of RFC 7946"])]),
        ]
    }

    // MARK: Bodies

    private static func moment(_ meaning: String) -> JSONValue {
        ["type": "string", "format": "date-time", "description": .string(meaning)]
    }

    private static func choice<Value: CaseIterable & RawRepresentable>(_: Value.Type) -> JSONValue
    where Value.RawValue == String {
        ["type": "string", "enum": .array(Value.allCases.map { .string($0.rawValue) })]
    }

    private static func line(_ meaning: String) -> JSONValue {
        [
            "type": "string", "minLength": 1, "maxLength": .integer(WorkSubmission.lineLength),
            "description": .string(meaning),
        ]
    }

    /// Fields that both doors take.
    private static let commonProperties: [(String, JSONValue)] = [
        ("status", choice(WorkStatus.self)),
        ("due_at", moment("The deadline; in the past or more than five years ahead only with `confirm` and `reason`")),
        ("starts_at", moment("The planned start")),
        (
            "completed_at",
            moment(
                "The end, with `status` done; not in the future, and more than a day ago or turning late into kept only with `confirm` and `reason`"
            )
        ),
        ("on_site_at", moment("When work was last seen going on; not in the future")),
        ("organisation", line("A service that the city knows; an admin adds a new one with `confirm` and `reason`")),
        ("contractor", line("A contractor that the city knows; an admin adds a new one with `confirm`")),
        ("category", line("A category's code")), ("severity", choice(Severity.self)),
        ("traffic_impact", choice(TrafficImpact.self)),
        (
            "reason",
            [
                "type": "string", "maxLength": .integer(WorkSubmission.textLength),
                "description": "Why, in words that everyone can read",
            ]
        ),
        ("confirm", ["type": "boolean", "description": "True: everything unusual in it is meant"]),
    ]

    private static let statementProperties: [(String, JSONValue)] =
        commonProperties + [
            ("kind", choice(WorkKind.self)), ("title", line("In one line")), ("address", line("The address")),
            ("source", line("The token's own source; for machines only")),
            ("source_id", line("The work's id there; for machines, who always name it")),
            ("reported_at", moment("When it was reported; not in the future")),
            ("geometry", ["type": "object", "nullable": true, "description": "A geometry of RFC 7946"]),
        ]

    private static let decisionProperties: [(String, JSONValue)] =
        commonProperties + [
            (
                "duplicate_of",
                ["type": "string", "nullable": true, "description": "The work that it duplicates, or null"]
            )
        ]

    // MARK: Operations

    private static func operation(
        _ id: String, _ summary: String, description: String, parameters: [JSONValue] = [], body: JSONValue,
        answers: [(String, String)], headers: [(String, String)] = []
    ) -> JSONValue {
        let problem: JSONValue = ["$ref": "#/components/responses/problem"]
        var responses: [(String, JSONValue)] = answers.map { status, meaning in
            guard status.hasPrefix("2") else { return (status, problem) }
            let content: JSONValue = ["schema": ["type": "object"]]
            let described = headers.map { name, meaning -> (String, JSONValue) in
                (name, ["schema": ["type": "string"], "description": .string(meaning)])
            }
            return (
                status,
                [
                    "description": .string(meaning), "headers": .object(JSONObject(described)),
                    "content": ["application/geo+json": content, "application/json": content],
                ]
            )
        }
        for status in ["400", "401", "403", "409", "422", "429", "503"] { responses.append((status, problem)) }
        return [
            "operationId": .string(id), "summary": .string(summary), "description": .string(description),
            "tags": ["features"], "security": [["token": []]], "parameters": .array(parameters),
            "requestBody": ["required": true, "content": ["application/json": ["schema": body]]],
            "responses": .object(JSONObject(responses)),
        ]
    }
}
