/// A member's name and its place in the shim's table.
struct FieldKey: Sendable {
    let index: Int
    let name: StaticString

    init(_ index: Int, _ name: StaticString) {
        self.index = index
        self.name = name
    }
}
