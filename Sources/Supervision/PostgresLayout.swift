import Glibc

/// Where a private cluster's files are, and whose they are.
struct PostgresLayout: Sendable {
    let folder: String
    /// The user that the server runs as; nil for this process's own.
    let user: SystemUser?

    var cluster: String { folder + "/cluster" }
    /// Where initdb works; renamed to `cluster` when it is done, so that a half-made cluster is never started.
    var unfinished: String { folder + "/cluster.new" }
    var password: String { folder + "/password" }
    var lock: String { folder + "/lock" }
    var log: String { folder + "/postgres.log" }

    init(_ dataDirectory: String) throws(SupervisionError) {
        folder = FileSystem.absolute(dataDirectory) + "/postgres"
        guard geteuid() == 0 else {
            user = nil
            return
        }
        guard let postgres = SystemUser(named: "postgres") else {
            throw SupervisionError(
                .missingProgram,
                "PostgreSQL refuses to run as root and there is no user postgres: apt-get install postgresql, "
                    + "or run as another user")
        }
        user = postgres
    }

    /// Makes a child run as the server does: as root that is user `postgres`, who may need help to get to the data
    /// when it lies below a folder that only root may enter (a home directory, one made by mktemp).
    func apply(to description: inout ChildProcessDescription) {
        description.user = user
        if let user { description.overridesFolderPermissions = !FileSystem.canEnter(folder, user) }
    }

    /// The version that wrote the cluster; nil when there is none.
    var clusterMajorVersion: Int? {
        FileSystem.text(cluster + "/PG_VERSION").flatMap { Int($0.prefix { $0.isNumber }) }
    }
}
