/// The dashboard's files, made into Swift by scripts/embed-dashboard.sh.
enum DashboardAssets {}
