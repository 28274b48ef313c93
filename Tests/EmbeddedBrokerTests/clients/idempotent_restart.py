"""The broker is killed again and again under an idempotent producer: the log holds each record once, in order.

argv: the broker's binary, an empty directory."""

import sys
import threading

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from harness import Broker, check, wait_for

COUNT = 30_000
broker = Broker(sys.argv[1], sys.argv[2]).start()
admin = AdminClient({"bootstrap.servers": broker.address})
admin.create_topics([NewTopic("once", 1, 1, config={"segment.bytes": "65536"})])["once"].result()

producer = Producer({
    "bootstrap.servers": broker.address, "enable.idempotence": True, "linger.ms": 1, "batch.num.messages": 20,
    "reconnect.backoff.max.ms": 100, "retry.backoff.ms": 20, "message.timeout.ms": 60000, "log_level": 0})
acknowledged = []
failed = []


def delivered(error, message):
    (failed if error else acknowledged).append(error or message.offset())


def produce():
    for i in range(COUNT):
        while True:
            try:
                producer.produce("once", b"%d" % i, partition=0, on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.05)
        if i % 100 == 0:
            producer.poll(0.001)


sender = threading.Thread(target=produce)
sender.start()
for kill in range(3):
    goal = len(acknowledged) + 3_000
    wait_for("acknowledgements", lambda: len(acknowledged) >= goal or failed or producer.poll(0.01) and False, 30)
    broker.kill()
    broker.start()
sender.join()
check(producer.flush(60) == 0, "everything is acknowledged after three kills")
check(not failed, "nothing failed", failed[:3])
check(len(acknowledged) == COUNT, "each record is acknowledged once", len(acknowledged))

consumer = Consumer({"bootstrap.servers": broker.address, "group.id": "x", "enable.partition.eof": True})
consumer.assign([TopicPartition("once", 0, 0)])
values = []
ended = False
while not ended:
    messages = consumer.consume(1000, 0.2)
    values += [int(m.value()) for m in messages if not m.error()]
    ended = any(m.error() for m in messages)
check(len(values) == COUNT, "the log holds as many records as were sent", len(values))
check(values == list(range(COUNT)), "in order, none twice")
consumer.close()
broker.stop()
