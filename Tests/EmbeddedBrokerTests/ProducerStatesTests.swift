import Testing

@testable import EmbeddedBroker

struct ProducerStatesTests {
    private func states(_ batches: [(sequence: Int32, count: Int32, offset: Int64)]) throws -> ProducerStates {
        var states = ProducerStates()
        for batch in batches {
            states.appended(
                try #require(.sample(sequence: batch.sequence, count: batch.count, offset: batch.offset)))
        }
        return states
    }

    private func check(_ states: ProducerStates, _ header: RecordBatchHeader?) throws -> ProducerStates.Verdict {
        states.check(try #require(header))
    }

    @Test func sequencesInOrderAreTaken() throws {
        let states = try states([(0, 3, 0), (3, 2, 3)])
        #expect(try check(states, .sample(sequence: 5)) == .append)
        #expect(try check(states, .sample(producer: 2, sequence: 0)) == .append)
        #expect(try check(states, .sample(producer: 2, sequence: 77)) == .append, "its past may have been deleted")
    }

    @Test func gapsAndOverlapsAreRefused() throws {
        let states = try states([(0, 3, 0), (3, 2, 3)])
        #expect(try check(states, .sample(sequence: 6)) == .refuse(.outOfOrderSequenceNumber))
        #expect(try check(states, .sample(sequence: 4, count: 2)) == .refuse(.outOfOrderSequenceNumber))
        #expect(try check(states, .sample(sequence: 3, count: 3)) == .refuse(.outOfOrderSequenceNumber))
    }

    @Test func aRetryIsAnsweredWithItsFirstOffset() throws {
        let states = try states((0..<8).map { (Int32($0), 1, Int64($0) + 100) })
        for sequence in 3..<8 {
            #expect(
                try check(states, .sample(sequence: Int32(sequence)))
                    == .duplicate(baseOffset: Int64(sequence) + 100, lastOffset: Int64(sequence) + 100))
        }
        #expect(try check(states, .sample(sequence: 2)) == .refuse(.duplicateSequenceNumber), "older than five batches")
    }

    @Test func epochs() throws {
        var states = try states([(0, 1, 0)])
        states.appended(try #require(.sample(epoch: 3, sequence: 0, offset: 1)))
        #expect(try check(states, .sample(epoch: 2, sequence: 1)) == .refuse(.invalidProducerEpoch))
        #expect(try check(states, .sample(epoch: 4, sequence: 1)) == .refuse(.outOfOrderSequenceNumber))
        #expect(try check(states, .sample(epoch: 4, sequence: 0)) == .append)
        #expect(try check(states, .sample(epoch: 3, sequence: 1)) == .append)
    }

    @Test func sequencesWrap() throws {
        let states = try states([(Int32.max - 1, 2, 0)])
        #expect(try check(states, .sample(sequence: 0)) == .append)
        #expect(try check(states, .sample(sequence: 1)) == .refuse(.outOfOrderSequenceNumber))
    }

    @Test func snapshotsComeBackAndDamageIsSeen() throws {
        let states = try states((0..<9).map { (Int32($0), 1, Int64($0)) })
        let bytes = states.encode(at: 9)
        #expect(ProducerStates.decode(bytes, at: 9) == states)
        #expect(ProducerStates.decode(bytes, at: 8) == nil)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1
            #expect(ProducerStates.decode(damaged, at: 9) == nil)
            #expect(ProducerStates.decode(Array(bytes.prefix(index)), at: 9) == nil)
        }
    }

    @Test func theLongestSilentAreForgottenBeyondTheLimit() throws {
        var states = ProducerStates()
        let limit = EmbeddedBrokerLimits.maximumProducersPerPartition
        for id in 0...Int64(limit) { states.appended(try #require(.sample(producer: id, sequence: 0, offset: id))) }
        #expect(states.states.count <= limit)
        #expect(states.states[Int64(limit)] != nil)
        #expect(states.states[0] == nil)
    }
}
