/// One state of the works or of a reference layer: the count of changes, and the random token of the commit that made it.
///
/// The count tells what came later. The token tells states of the same count apart: after a restore the count begins again where the backup
/// stood and grows by other changes.
public struct StoreState: Hashable, Sendable {
    public var count: Int64
    public var token: Int64

    public init(count: Int64, token: Int64) {
        self.count = count
        self.token = token
    }
}

/// Identity of a store's present state, kept in the store itself.
public struct StoreIdentity: Hashable, Sendable {
    /// UUID of the store: copies and backups of it bear the same.
    public var store: String
    /// Number of the last commit.
    public var commit: Int64
    /// Random token of the last commit; another one with every commit.
    public var token: Int64

    public init(store: String, commit: Int64, token: Int64) {
        self.store = store
        self.commit = commit
        self.token = token
    }
}

extension StoreRevision {
    /// State of the works.
    public var stateOfWorks: StoreState { StoreState(count: works, token: worksToken) }

    /// State of a reference layer.
    public func state(of layer: ReferenceLayer) -> StoreState {
        StoreState(count: layers[layer] ?? 0, token: layerTokens[layer] ?? 0)
    }

    /// States of all reference layers.
    public var statesOfLayers: [ReferenceLayer: StoreState] {
        Dictionary(uniqueKeysWithValues: ReferenceLayer.allCases.map { ($0, state(of: $0)) })
    }
}
