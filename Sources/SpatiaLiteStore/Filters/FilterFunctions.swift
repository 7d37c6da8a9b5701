import CSpatiaLite
import GRDB
import Works

/// What filters ask of a row and SQL has no words for.
enum FilterFunctions {
    /// `works_fold(foldings, text)`: the text after the foldings, whose names are joined by commas; null without a text. SQL's own `lower` and
    /// `LIKE` know the case of ASCII letters only.
    static let fold = "works_fold"
    /// `works_like(pattern, text)`: whether the text is like the pattern, letters being themselves only; null if one is missing.
    static let like = "works_like"
    /// `works_calculate(operand, name, value, …)`: the result of a calculation with these values of properties; null if it has none.
    static let calculate = "works_calculate"

    static func register(in database: Database) throws {
        let connection = database.sqliteConnection
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC
        let codes = [
            sqlite3_create_function_v2(
                connection, fold, 2, flags, nil,
                { context, _, values in
                    guard let values, let names = SearchFunctions.text(values[0]),
                        let text = SearchFunctions.text(values[1])
                    else { return sqlite3_result_null(context) }
                    FilterFunctions.result(FilterFunctions.folded(text, names), context)
                }, nil, nil, nil),
            sqlite3_create_function_v2(
                connection, like, 2, flags, nil,
                { context, _, values in
                    guard let values, let pattern = SearchFunctions.text(values[0]),
                        let text = SearchFunctions.text(values[1])
                    else { return sqlite3_result_null(context) }
                    sqlite3_result_int(context, LikePattern.matches(pattern, text) ? 1 : 0)
                }, nil, nil, nil),
            sqlite3_create_function_v2(
                connection, calculate, -1, flags, nil,
                { context, count, values in
                    guard let values, let result = FilterFunctions.calculation(values, Int(count)) else {
                        return sqlite3_result_null(context)
                    }
                    sqlite3_result_double(context, result)
                }, nil, nil, nil),
        ]
        guard codes.allSatisfy({ $0 == SQLITE_OK }) else { throw SQLiteFailure(connection) }
    }

    private static func folded(_ text: UnsafeBufferPointer<UInt8>, _ names: UnsafeBufferPointer<UInt8>) -> String {
        String(decoding: names, as: UTF8.self).split(separator: ",").reduce(String(decoding: text, as: UTF8.self)) {
            text, name in TextFolding(rawValue: String(name))?.fold(text) ?? text
        }
    }

    private static func calculation(_ values: UnsafeMutablePointer<OpaquePointer?>, _ count: Int) -> Double? {
        guard let operand = BoundOperand.operand(of: values[0]) else { return nil }
        var variables: [String: FilterValue] = [:]
        for index in stride(from: 1, to: count - 1, by: 2) where sqlite3_value_type(values[index + 1]) != SQLITE_NULL {
            let name = String(cString: sqlite3_value_text(values[index]))
            variables[name] = .number(sqlite3_value_double(values[index + 1]))
        }
        guard case .number(let result)? = operand.value(of: { variables[$0] }) else { return nil }
        return result
    }

    private static func result(_ text: String, _ context: OpaquePointer?) {
        var text = text
        text.withUTF8 { utf8 in
            guard let base = utf8.baseAddress else { return sqlite3_result_text(context, "", 0, transient) }
            base.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                sqlite3_result_text(context, $0, Int32(utf8.count), transient)
            }
        }
    }
}

/// A calculation that is handed to a function of ours through the engine, which keeps it as long as the statement is bound to it.
final class BoundOperand {
    private let operand: FilterOperand
    /// SQLite hands a pointer to functions that ask for it by the same name, so that no SQL from elsewhere can forge one.
    private static let kind: StaticString = "worksmap.operand"

    private init(_ operand: FilterOperand) {
        self.operand = operand
    }

    static func bind(_ operand: FilterOperand, to statement: OpaquePointer, _ index: Int32) {
        let object = Unmanaged.passRetained(BoundOperand(operand))
        kind.utf8Start.withMemoryRebound(to: CChar.self, capacity: kind.utf8CodeUnitCount + 1) { kind in
            // Also where binding fails the engine calls the destructor.
            _ = sqlite3_bind_pointer(statement, index, object.toOpaque(), kind) {
                Unmanaged<BoundOperand>.fromOpaque($0!).release()
            }
        }
    }

    static func operand(of value: OpaquePointer?) -> FilterOperand? {
        kind.utf8Start.withMemoryRebound(to: CChar.self, capacity: kind.utf8CodeUnitCount + 1) { kind in
            sqlite3_value_pointer(value, kind).map {
                Unmanaged<BoundOperand>.fromOpaque($0).takeUnretainedValue().operand
            }
        }
    }
}
