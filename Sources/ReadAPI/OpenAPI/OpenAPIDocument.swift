/// The OpenAPI document that `/openapi.json` serves: `schemas/openapi.yaml` as JSON, compiled in.
enum OpenAPIDocument {
    static let bytes = Array(json.utf8)
}
