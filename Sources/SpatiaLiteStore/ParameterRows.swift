import CSpatiaLite
import Geometry
import Works

/// The parameters of an INSERT or UPDATE of one or more rows, gathered in one stretch of memory from which the engine reads them.
///
/// A class, because it owns that memory, which is used again for every row. Unsafe, because binding a text for the engine to copy costs an
/// allocation per text, which is a third of the time of an import; and without the checks of exclusive access at run time, which
/// cost another tenth: each of its functions runs to its end on one thread.
final class ParameterRows {
    private enum Parameter {
        case null
        case integer(Int64)
        case text(offset: Int, count: Int)
        case blob(offset: Int, count: Int)
    }

    @exclusivity(unchecked) private var parameters: [Parameter] = []
    @exclusivity(unchecked) private var memory: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) private var used = 0
    @exclusivity(unchecked) private var blob: [UInt8] = []

    init() {
        memory = .allocate(byteCount: 4096, alignment: 16)
        parameters.reserveCapacity(32)
    }

    deinit { memory.deallocate() }

    /// How many parameters there are.
    var count: Int { parameters.count }

    /// Forgets the rows before.
    func clear() {
        parameters.removeAll(keepingCapacity: true)
        used = 0
    }

    // MARK: Gathering, in the order of the parameters

    func integer(_ value: Int64) { parameters.append(.integer(value)) }

    func text(_ value: String?) {
        guard var value else { return parameters.append(.null) }
        value.withUTF8 { utf8 in
            reserve(utf8.count)
            if let base = utf8.baseAddress {
                (memory.baseAddress! + used).copyMemory(from: base, byteCount: utf8.count)
            }
            parameters.append(.text(offset: used, count: utf8.count))
            used += utf8.count
        }
    }

    /// 1 for true, null for false.
    func flag(_ value: Bool) { if value { integer(1) } else { text(nil as String?) } }

    func text(_ value: some RawRepresentable<String>) { text(value.rawValue) }

    func instant(_ value: Instant?) {
        guard let value else { return parameters.append(.null) }
        write(20) { value.write(to: $0) }
    }

    func id(_ value: WorkID) {
        write(36) { value.write(to: $0) }
    }

    /// A geometry as SpatiaLite's blob; null without one, and for one without any position: a place that is nowhere is none.
    func geometry(_ value: Geometry?) {
        guard let value, !value.isEmpty else { return parameters.append(.null) }
        blob.removeAll(keepingCapacity: true)
        SpatiaLiteBlob.encode(value, into: &blob)
        reserve(blob.count)
        blob.withUnsafeBytes { (memory.baseAddress! + used).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        parameters.append(.blob(offset: used, count: blob.count))
        used += blob.count
    }

    /// The bytes of the last parameter, if it is a blob.
    var lastBlob: UnsafeRawBufferPointer? {
        guard case .blob(let offset, let count) = parameters.last else { return nil }
        return UnsafeRawBufferPointer(rebasing: memory[offset..<offset + count])
    }

    // MARK: Binding

    /// Binds parameters from `first` on to those of a statement, which must run before the next ``clear()``.
    ///
    /// - Parameter count: How many; all if nil.
    func bind(to statement: PreparedStatement, from first: Int = 0, count: Int? = nil) {
        let base = UnsafeRawPointer(memory.baseAddress!)
        let raw = statement.raw
        parameters.withUnsafeBufferPointer { parameters in
            for offset in 0..<(count ?? parameters.count - first) {
                let index = Int32(truncatingIfNeeded: offset + 1)
                switch parameters[first + offset] {
                case .null: sqlite3_bind_null(raw, index)
                case .integer(let value): sqlite3_bind_int64(raw, index, value)
                case .text(let offset, let count):
                    sqlite3_bind_text(
                        raw, index, (base + offset).assumingMemoryBound(to: CChar.self),
                        Int32(truncatingIfNeeded: count), nil)
                case .blob(let offset, let count):
                    sqlite3_bind_blob(raw, index, base + offset, Int32(truncatingIfNeeded: count), nil)
                }
            }
        }
    }

    private func write(_ count: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        reserve(count)
        body(UnsafeMutableRawBufferPointer(rebasing: memory[used..<used + count]).assumingMemoryBound(to: UInt8.self))
        parameters.append(.text(offset: used, count: count))
        used += count
    }

    private func reserve(_ count: Int) {
        guard used + count > memory.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(memory.count * 2, used + count), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<used]))
        memory.deallocate()
        memory = larger
    }
}
