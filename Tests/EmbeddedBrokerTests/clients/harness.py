"""Starts, kills and restarts the broker for the client scripts, and waits for conditions."""

import atexit
import os
import signal
import subprocess
import sys
import time


class Broker:
    def __init__(self, binary, directory):
        self.binary = binary
        self.directory = directory
        self.port = 0
        self.process = None
        atexit.register(self.abandon)

    def start(self):
        port_file = os.path.join(self.directory, "port")
        if os.path.exists(port_file):
            os.remove(port_file)
        self.log = open(os.path.join(self.directory, "broker.log"), "ab")
        self.process = subprocess.Popen(
            [
                self.binary,
                "--data-dir", os.path.join(self.directory, "data"),
                "--port", str(self.port),
                "--port-file", port_file,
            ],
            stderr=self.log,
        )
        wait_for("the broker to listen", lambda: os.path.exists(port_file) or self.process.poll() is not None, 20)
        if self.process.poll() is not None:
            raise SystemExit("the broker ended with %s" % self.process.returncode)
        with open(port_file) as file:
            self.port = int(file.read())
        return self

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def abandon(self):
        """A script that fails leaves no broker behind."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(10)
        check(code == 0, "the broker's exit code after SIGTERM is 0", code)


def wait_for(what, condition, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise SystemExit("waited %s s in vain for %s" % (seconds, what))


def check(holds, what, *seen):
    if not holds:
        raise SystemExit("not so: %s %s" % (what, " ".join(map(str, seen))))
    print("ok: %s" % what)
    sys.stdout.flush()
