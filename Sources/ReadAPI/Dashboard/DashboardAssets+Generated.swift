// Made by scripts/embed-dashboard.sh from Sources/ReadAPI/Dashboard/Assets; do not edit.
// swift-format-ignore-file

extension DashboardAssets {
    /// By name.
    static let files: [String: String] = [
        "index.html": ####"""
<!doctype html><title>Tapefold</title>
"""####,
    ]
}
