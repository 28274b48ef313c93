"""Three real librdkafka workers through join, leave, kill -9, SIGSTOP, SIGCONT and a broker that is killed.

After each change the partitions are shared out again, and at the end every record has been read.
argv: the broker's binary, an empty directory."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from harness import Broker, check, wait_for

PARTITIONS = 6
broker = Broker(sys.argv[1], sys.argv[2]).start()
admin = AdminClient({"bootstrap.servers": broker.address})
admin.create_topics([NewTopic("chaos", PARTITIONS, 1)])["chaos"].result()
read = set()
places = {}


class Worker:
    def __init__(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "group_worker.py")
        self.assigned = []
        self.changes = 0
        self.process = subprocess.Popen(
            [sys.executable, script, broker.address, "chaos-group", "chaos"], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        for line in self.process.stdout:
            said = json.loads(line)
            if "assigned" in said:
                self.assigned = said["assigned"]
                self.changes += 1
            for partition, offset, value in said.get("read", []):
                read.add(value)
                places[(partition, offset)] = value

    def send(self, number):
        self.process.send_signal(number)


producer = Producer({"bootstrap.servers": broker.address, "enable.idempotence": True, "linger.ms": 5,
                     "reconnect.backoff.max.ms": 200, "log_level": 0})
sent = 0
producing = True


def produce():
    global sent
    while producing:
        producer.produce("chaos", b"%d" % sent, partition=sent % PARTITIONS)
        sent += 1
        producer.poll(0)
        time.sleep(0.002)


sender = threading.Thread(target=produce)
sender.start()


def shared(what, *workers):
    def fair():
        parts = [p for worker in workers for p in worker.assigned]
        sizes = {len(worker.assigned) for worker in workers}
        return sorted(parts) == list(range(PARTITIONS)) and sizes == {PARTITIONS // len(workers)}

    wait_for("fair shares after: %s" % what, fair, 25)
    mark = sent
    wait_for("records to be read after: %s" % what, lambda: any(v >= mark for v in list(read)), 25)
    check(True, what)


try:
    a, b, c = Worker(), Worker(), Worker()
    shared("three workers joined", a, b, c)
    c.send(signal.SIGTERM)
    check(c.process.wait(15) == 0, "a worker left")
    shared("two share after one left", a, b)
    c = Worker()
    shared("a worker joined again", a, b, c)
    b.send(signal.SIGKILL)
    b.process.wait()
    shared("two share after kill -9 of one", a, c)
    b = Worker()
    shared("a worker took the killed one's place", a, b, c)
    a.send(signal.SIGSTOP)
    shared("two share while one is frozen", b, c)
    a.send(signal.SIGCONT)
    shared("the thawed worker is taken in again", a, b, c)
    before = {worker: worker.changes for worker in (a, b, c)}
    broker.kill()
    broker.start()
    wait_for("everybody to be assigned anew", lambda: all(w.changes >= n + 2 for w, n in before.items()), 25)
    shared("the group has formed again after the broker was killed", a, b, c)
    producing = False
    sender.join()
    check(producer.flush(30) == 0, "everything is acknowledged")
    wait_for("every record to be read", lambda: len(read) == sent, 25)
    check(read == set(range(sent)), "every one of %d records was read" % sent)
    check(len(places) == sent, "each lies at one place in the log", len(places))
    for worker in (a, b, c):
        worker.send(signal.SIGTERM)
    for worker in (a, b, c):
        check(worker.process.wait(15) == 0, "a worker closed cleanly")
finally:
    producing = False
    for worker in [w for w in (globals().get(n) for n in "abc") if w]:
        if worker.process.poll() is None:
            worker.send(signal.SIGCONT)
            worker.send(signal.SIGKILL)
broker.stop()
