import Testing

@testable import ReadAPI

@Suite struct WebSocketWireTests {
    /// The example of RFC 6455 §1.3.
    @Test func handshake() {
        #expect(WebSocketHandshake.answer(to: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(arguments: [0, 1, 125, 126, 65_535, 65_536]) func framesToClients(count: Int) {
        let payload = [UInt8](repeating: UInt8(ascii: "x"), count: count)
        let frame = WebSocketFrame.text(payload)
        #expect(frame[0] == 0x81)
        let header = count < 126 ? 2 : count < 65_536 ? 4 : 10
        #expect(frame.count == header + count)
        #expect(Array(frame[header...]) == payload)
        #expect(frame[1] == (count < 126 ? UInt8(count) : count < 65_536 ? 126 : 127))
    }

    @Test func closingFrame() {
        #expect(WebSocketFrame.close(code: 4_401, reason: "bye") == [0x88, 5, 0x11, 0x31] + Array("bye".utf8))
    }

    private func masked(_ opcode: UInt8, _ text: String, final: Bool = true) -> [UInt8] {
        let mask: [UInt8] = [1, 2, 3, 4]
        let bytes = Array(text.utf8)
        return [opcode | (final ? 0x80 : 0), 0x80 | UInt8(bytes.count)] + mask
            + bytes.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    private func take(_ receiver: WebSocketReceiver, _ bytes: [UInt8]) -> WebSocketReceiver.Outcome {
        bytes.withUnsafeBytes { receiver.take($0) }
    }

    @Test func messagesComeWholeHoweverTheyAreCut() throws {
        let receiver = try #require(WebSocketReceiver())
        let bytes = masked(1, "ab", final: false) + masked(9, "ping") + masked(0, "cd") + masked(1, "e")
        var messages: [WebSocketReceiver.Message] = []
        var output: [UInt8] = []
        for byte in bytes {
            let outcome = take(receiver, [byte])
            messages += outcome.messages
            output += outcome.output
            #expect(outcome.closed == nil)
        }
        #expect(messages == [.control, .text(Array("abcd".utf8)), .text([0x65])])
        #expect(output == [0x8a, 4] + Array("ping".utf8))
    }

    @Test(
        arguments: [
            // Unmasked; reserved bit; invalid UTF-8; a fragment that continues nothing.
            ([0x81, 1, 0x61], UInt16(1002)), ([0xc1, 0x81, 0, 0, 0, 0, 0x61], 1002),
            ([0x81, 0x81, 0, 0, 0, 0, 0xff], 1007), ([0x80, 0x81, 0, 0, 0, 0, 0x61], 1002),
            // A message of 64 KiB.
            ([0x81, 0xfe, 0xff, 0xff, 0, 0, 0, 0, 0x61], 1009),
        ] as [([UInt8], UInt16)]) func whatIsNoWebSocketIsClosed(_ bytes: [UInt8], _ code: UInt16) throws
    {
        let outcome = take(try #require(WebSocketReceiver()), bytes)
        #expect(outcome.closed == code)
        #expect(outcome.output.first == 0x88)
    }

    @Test func aGoodbyeIsAnswered() throws {
        let receiver = try #require(WebSocketReceiver())
        let outcome = take(receiver, [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8])
        #expect(outcome.closed == 1_000)
        #expect(outcome.output == [0x88, 2, 0x03, 0xe8])
    }
}
