import Engine
import Events
import Foundation
import Kafka
import Postgres

extension Connections {
    /// What the engine needs to work on a view.
    func worker(_ view: String) throws -> (WorkerConfiguration, ViewConfiguration) {
        _ = try settings.requireKafka()
        _ = try settings.requireDatabase()
        var configuration = try WorkerConfiguration.fromEnvironment(settings.effectiveEnvironment, view: view)
        configuration.kafka.logSink = { _ in }
        return (configuration, try views.configuration(of: view, in: topology()))
    }
}
