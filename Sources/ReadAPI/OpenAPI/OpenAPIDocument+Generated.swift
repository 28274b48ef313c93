// swift-format-ignore-file
// Made from schemas/openapi.yaml by scripts/generate-openapi.sh. Do not edit.
extension OpenAPIDocument {
    static let json = #"""
        {}
        """#
}
