"""One consumer of a group: prints what it is assigned and what it reads, one JSON object a line."""

import json
import signal
import sys

from confluent_kafka import Consumer, KafkaException

address, group, topic = sys.argv[1:4]
running = True


def say(**what):
    print(json.dumps(what), flush=True)


def stop(*_):
    global running
    running = False


# A test runner may have started us with signals blocked.
signal.pthread_sigmask(signal.SIG_SETMASK, [])
signal.signal(signal.SIGTERM, stop)
consumer = Consumer({
    "bootstrap.servers": address, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False,
    "session.timeout.ms": 2000, "heartbeat.interval.ms": 200, "partition.assignment.strategy": "range",
    "reconnect.backoff.max.ms": 200, "log_level": 0})
consumer.subscribe(
    [topic],
    on_assign=lambda _, parts: say(assigned=sorted(p.partition for p in parts)),
    on_revoke=lambda _, parts: say(assigned=[]),
    on_lost=lambda _, parts: say(assigned=[], lost=True))
while running:
    messages = [m for m in consumer.consume(100, 0.1) if not m.error()]
    if not messages:
        continue
    say(read=[[m.partition(), m.offset(), int(m.value())] for m in messages])
    try:
        consumer.commit(asynchronous=False)
    except KafkaException as error:
        say(commit=error.args[0].name())
consumer.close()
say(closed=True)
