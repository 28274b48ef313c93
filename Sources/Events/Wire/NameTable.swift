import CSimdjson

/// The names that one object may have, as the shim looks them up. Immutable once made.
final class NameTable {
    let pointer: OpaquePointer
    let keys: [FieldKey]

    /// Traps when the names are not the table's indices in order, or break the shim's limits: both are mistakes in
    /// this module's source that every test run would meet.
    init(_ keys: [FieldKey]) {
        precondition(keys.indices.allSatisfy { keys[$0].index == $0 }, "keys must be listed by index")
        let names: [UnsafePointer<CChar>?] = keys.map {
            UnsafeRawPointer($0.name.utf8Start).assumingMemoryBound(to: CChar.self)
        }
        guard let table = names.withUnsafeBufferPointer({ csimdjson_table_create($0.baseAddress, UInt32($0.count)) })
        else { preconditionFailure("a name table could not be made") }
        pointer = table
        self.keys = keys
    }

    deinit { csimdjson_table_destroy(pointer) }
}
