import CLinux
import Glibc

extension StreamLoopThread {
    func list(_ client: StreamClient) {
        guard !client.isListed else { return }
        client.isListed = true
        listed.append(client)
    }

    /// Queues bytes that are not a tick. A client that lets more than ``StreamLimits/queuedBytes`` gather is dropped.
    func enqueue(_ bytes: [UInt8], _ client: StreamClient) {
        client.queue += bytes
        list(client)
        if client.queuedBytes > StreamLimits.queuedBytes, client.closesAt == nil { end(client, .slowClient) }
    }

    func flushListed() {
        var index = 0
        // Flushing may list others.
        while index < listed.count {
            let client = listed[index]
            client.isListed = false
            flush(client)
            index += 1
        }
        hub.ticksSent.add(ticksSent, ordering: .relaxed)
        ticksSent = 0
        listed.removeAll(keepingCapacity: true)
    }

    /// Writes what the socket takes: first what is queued, then the newest tick of each symbol that waits.
    private func flush(_ client: StreamClient) {
        guard !client.isGone else { return }
        if client.closesAt == nil, client.queuedBytes == 0, let change = client.session.takeChange(place) {
            client.queue += client.transport.encode(change)
        }
        while client.queuedBytes > 0 || !client.waiting.isEmpty {
            switch write(client) {
            case .all: client.blockedSince = nil
            case .part: return block(client)
            case .failed: return remove(client, .left)
            }
        }
        unblock(client)
        if client.closesAt != nil { shutdown(client.socket, Int32(SHUT_WR)) }
    }

    private enum Written {
        case all, part, failed
    }

    /// A tick that is part of one write.
    struct Offered {
        let place: Int
        let bytes: UnsafeRawBufferPointer
    }

    private func write(_ client: StreamClient) -> Written {
        let (frames, outcome) = client.queue.withUnsafeMutableBytes { queue in
            var count = 0
            let queued = queue.count - client.sent
            if queued > 0, let start = queue.baseAddress {
                vectors[0] = iovec(iov_base: start + client.sent, iov_len: queued)
                count = 1
            }
            let first = count
            var waiting = client.waiting
            while !waiting.isEmpty, count - first < StreamLimits.framesPerWrite {
                let place = waiting.first
                waiting.removeFirst()
                guard let bytes = tick(client, place) else {
                    client.waiting.remove(place)
                    continue
                }
                vectors[count] = iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
                offered[count - first] = Offered(place: place, bytes: bytes)
                count += 1
            }
            return (count - first, send(client, count))
        }
        return settle(client, frames, outcome)
    }

    /// The newest tick of a followed symbol, as this client's transport has it; valid until the next one is delivered.
    private func tick(_ client: StreamClient, _ place: Int) -> UnsafeRawBufferPointer? {
        guard place < client.symbols.count, client.symbols[place] >= 0 else { return nil }
        let symbol = client.symbols[place]
        switch client.transport {
        case .webSocket: if let known = latest[symbol].socket { return known }
        case .events: if let known = latest[symbol].events { return known }
        }
        return latest[symbol].encode(for: client.transport)
    }

    /// What `sendmsg` took; nil when the socket is broken.
    private func send(_ client: StreamClient, _ count: Int) -> Int? {
        guard count > 0 else { return 0 }
        var message = msghdr()
        message.msg_iov = vectors
        message.msg_iovlen = count
        let taken = sendmsg(client.socket, &message, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        if taken >= 0 { return taken }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    /// Notes what has gone out. A tick of which a part has is no longer conflated: its rest goes first.
    private func settle(_ client: StreamClient, _ frames: Int, _ taken: Int?) -> Written {
        guard let taken else { return .failed }
        if taken > 0 { client.blockedSince = nil }
        var left = taken - client.queuedBytes
        guard left >= 0 else {
            client.sent += taken
            return .part
        }
        if !client.queue.isEmpty { client.queue.removeAll(keepingCapacity: false) }
        client.sent = 0
        for index in 0..<frames {
            let bytes = offered[index].bytes
            guard left > 0 else { return .part }
            client.waiting.remove(offered[index].place)
            ticksSent += 1
            guard left >= bytes.count else {
                client.queue = Array(bytes[left...])
                return .part
            }
            left -= bytes.count
        }
        return .all
    }

    private func block(_ client: StreamClient) {
        if client.blockedSince == nil { client.blockedSince = now }
        watchOutput(client, true)
    }

    private func unblock(_ client: StreamClient) {
        client.blockedSince = nil
        watchOutput(client, false)
    }

    /// While a client takes nothing, nothing is read from it either: its answers would only gather.
    private func watchOutput(_ client: StreamClient, _ wanted: Bool) {
        guard client.watchesOutput != wanted else { return }
        client.watchesOutput = wanted
        let events = wanted ? EPOLLOUT.rawValue | EPOLLRDHUP.rawValue : EPOLLIN.rawValue | EPOLLRDHUP.rawValue
        watch(client.socket, UInt64(client.identifier), events, EPOLL_CTL_MOD)
    }

    // MARK: Reading

    func read(_ client: StreamClient) {
        for _ in 0..<StreamLimits.readsPerTurn {
            let count = recv(client.socket, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            if count == 0 { return remove(client, .left) }
            if count < 0 {
                if errno != EAGAIN && errno != EINTR { remove(client, .left) }
                return
            }
            take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), client)
            guard clients[client.identifier] === client, count == buffer.count else { return }
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer, _ client: StreamClient) {
        // Of server-sent events nothing is expected after the request; a closing client is only listened to for its end.
        guard client.transport == .webSocket, client.closesAt == nil else { return }
        if client.receiver == nil { client.receiver = WebSocketReceiver() }
        guard let receiver = client.receiver else { return remove(client, .left) }
        let outcome = receiver.take(bytes)
        for message in outcome.messages where client.closesAt == nil {
            switch message {
            case .text(let text): perform(client.session.received(text, at: now, place), client)
            case .control: perform(client.session.receivedControl(at: now), client)
            case .binary: end(client, .protocolError(code: 1003))
            }
        }
        guard client.closesAt == nil else { return }
        if !outcome.output.isEmpty { enqueue(outcome.output, client) }
        if let code = outcome.closed {
            // The closing frame is among the output already.
            client.closesAt = now + Int64(StreamLimits.closeSeconds) * 1_000
            client.waiting = BitSet128()
            hub.count(code == 1000 || code == 1001 || code == 1005 ? .left : .protocolError(code: code))
        }
    }
}
