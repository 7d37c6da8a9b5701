import GRDB
import Sealing
import TimeBudgets
import Works

extension SpatiaLiteStore {
    /// Rows of one table that are told of at most.
    private static let rowsTold = 5

    /// Sealed values that do not open although their key is there, and tokens that another program has written.
    func checkSeals(budget: TimeBudget) throws -> [StoreFinding] {
        try read(within: budget) { reader in
            let seals = Seals(reader.database, keys)
            var findings: [StoreFinding] = []
            for column in SealedColumn.allCases {
                let statement = try PreparedStatement(
                    reader.database,
                    """
                    SELECT \(column.row), \(column.column) FROM \(column.table) WHERE \(column.column) IS NOT NULL\
                    \(column == .actorName ? " AND actor IN ('person', 'resident')" : "")
                    """)
                defer { statement.reset() }
                var (count, rows) = (0, [String]())
                while try statement.step() {
                    let row = statement.text(0) ?? ""
                    do { _ = try seals.open(statement.blob(1), column, row: row) } catch StoreError.keyMissing {
                        continue
                    } catch StoreError.corrupt {
                        count += 1
                        if rows.count < Self.rowsTold { rows.append(row) }
                    }
                }
                guard count > 0 else { continue }
                findings.append(
                    StoreFinding(
                        subject: column.table,
                        problem:
                            "\(count) sealed values of \(column.column) do not open, as another program has changed or moved "
                            + "them: rows \(rows.joined(separator: "; "))\(count > rows.count ? "; …" : "")"))
            }
            guard seals.canSeal else { return findings }
            for token in try DeskReader(database: reader.database, seals: seals).tokens() where !token.isGenuine {
                guard token.name != TokenRow.lost else { continue }
                findings.append(
                    StoreFinding(
                        subject: "access_tokens",
                        problem: "token \(token.id) was written or changed by another program; it has no power"))
            }
            return findings
        }
    }
}
