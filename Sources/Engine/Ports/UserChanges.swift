import Projections

/// What a batch of a live lane tells streams: whose rows it changed.
package struct UserChanges {
    /// One text column; lent until the commit returns.
    package let users: RowBatch
    /// It is time to remove what is older than ``EngineLimits/viewChangeKeepSeconds``.
    package let prunes: Bool
}
