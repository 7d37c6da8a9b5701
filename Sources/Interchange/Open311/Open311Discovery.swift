public import Works

extension Open311Document {
    /// `discovery`: where the service is and in which forms it answers.
    ///
    /// - Parameters:
    ///   - endpoint: The address below which the resources are.
    ///   - changeset: When the service last changed.
    ///   - contact: Where people ask about the service; nil names the list of what can be reported.
    ///   - keyService: What to do for an `api_key`.
    public static func discovery(
        endpoint: String, changeset: Instant, contact: String? = nil, keyService: String
    ) -> Open311Document {
        Open311Document(
            root: "discovery",
            .record([
                Field("changeset", changeset.description),
                Field("contact", .text(contact ?? "\(endpoint)/services.json")),
                Field("key_service", keyService),
                Field(
                    "endpoints",
                    .list(
                        [
                            .record([
                                Field("specification", "http://wiki.open311.org/GeoReport_v2"),
                                Field("url", endpoint), Field("changeset", changeset.description),
                                Field("type", "production"),
                                Field(
                                    "formats",
                                    .list([.text("application/json"), .text("text/xml")], each: "format")),
                            ])
                        ], each: "endpoint")),
            ]))
    }
}
