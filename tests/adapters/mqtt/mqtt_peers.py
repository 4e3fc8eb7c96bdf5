# SPDX-License-Identifier: GPL-3.0-or-later
"""Both sides of the MQTT publisher: its driver program, a real mosquitto on a
free loopback port, and mosquitto_sub as the independent subscriber."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SOURCE = os.environ["SPC_SOURCE"]
BUILD = os.environ["SPC_BUILD"]
DRIVER = os.path.join(BUILD, "tests", "adapters", "mqtt", "mqtt_driver")
sys.path.insert(0, os.path.join(SOURCE, "tests", "sim"))

# Debian keeps servers where an ordinary user's path does not lead.
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
LATE = 60  # seconds nothing should ever need, sanitizers included


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Lines:
    """A child's output, line by line, to wait for."""

    def __init__(self, arguments, **options):
        self.child = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, text=True, bufsize=1,
            **options)
        self.lines = []
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.child.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def until(self, condition, seconds=LATE):
        with self.changed:
            if not self.changed.wait_for(lambda: condition(self.lines),
                                         seconds):
                raise AssertionError("late; so far: %r" % self.lines[-20:])

    def until_line(self, line, times=1, seconds=LATE):
        self.until(lambda lines: lines.count(line) >= times, seconds)

    def kill(self):
        self.child.kill()
        self.child.wait()
        self.reader.join()
        self.child.stdout.close()


class Driver(Lines):
    def __init__(self, port, keepalive=20, window=16, environment=None):
        e = dict(os.environ, **(environment or {}))
        e["TSAN_OPTIONS"] = ":".join(filter(None, [
            e.get("TSAN_OPTIONS"), "halt_on_error=1"]))
        super().__init__([DRIVER, str(port), str(keepalive), str(window)],
                         stdin=subprocess.PIPE, env=e)

    def tell(self, text):
        self.child.stdin.write(text + "\n")
        self.child.stdin.flush()

    def answers(self):
        with self.changed:
            return dict(map(int, line.split()[1:]) for line in self.lines
                        if line.startswith("answered "))

    def until_answered(self, last):
        """Every event from 1 to last has its answer."""
        self.until(lambda lines: len({
            x.split()[1] for x in lines if x.startswith("answered ")
        }) >= last)

    def room(self):
        before = sum(x.startswith("room ") for x in self.lines)
        self.tell("room")
        self.until(lambda lines: sum(
            x.startswith("room ") for x in lines) > before)
        return int([x for x in self.lines
                    if x.startswith("room ")][-1].split()[1])

    def close(self, status='{"online":false,"why":"closed"}', patience=4000):
        """Closes, and returns how many milliseconds the publisher took."""
        self.tell("close %d %s" % (patience, status))
        code = self.child.wait(LATE)
        self.reader.join()
        if code != 0:
            raise AssertionError("driver ended with status %d" % code)
        return int([x for x in self.lines
                    if x.startswith("closed ")][-1].split()[1])

    def kill(self):
        super().kill()
        self.child.stdin.close()


class Mosquitto:
    def __init__(self, acl=None, port=None):
        self.port = port or free_port()
        self.folder = tempfile.mkdtemp(prefix="spc-mqtt-")
        # Started by root it would become another user, who cannot read this.
        lines = ["listener %d 127.0.0.1" % self.port, "user root",
                 "allow_anonymous true", "persistence false", "log_dest none"]
        if acl:
            path = os.path.join(self.folder, "acl")
            with open(path, "w") as f:
                f.write(acl)
            os.chmod(path, 0o600)
            lines.append("acl_file " + path)
        self.config = os.path.join(self.folder, "conf")
        with open(self.config, "w") as f:
            f.write("\n".join(lines) + "\n")
        self.child = None

    def start(self):
        self.child = subprocess.Popen(
            [shutil.which("mosquitto", path=PATH), "-c", self.config],
            stderr=subprocess.DEVNULL)
        end = time.monotonic() + LATE
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise AssertionError("mosquitto does not listen")

    def kill(self):
        if self.child:
            self.child.kill()
            self.child.wait()
            self.child = None

    def clean(self):
        self.kill()
        shutil.rmtree(self.folder)


class Subscriber(Lines):
    """Everything under spc/, from the moment the constructor returns."""

    def __init__(self, port, form="%r %t %p", topic="spc/#"):
        super().__init__(
            ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-V", "5",
             "-q", "1", "-t", topic, "-t", "ready", "-F", form])
        while not any("is ready" in x for x in self.lines):
            subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p",
                            str(port), "-t", "ready", "-m", "is ready"],
                           check=True)
            with self.changed:
                self.changed.wait_for(
                    lambda: any("is ready" in x for x in self.lines), 0.1)
        with self.changed:
            self.lines = [x for x in self.lines if "is ready" not in x]


class PeerTest(unittest.TestCase):
    """Ends every child it made, by its own handle."""

    def driver(self, port, **options):
        d = Driver(port, **options)
        self.addCleanup(d.kill)
        return d

    def mosquitto(self, **options):
        m = Mosquitto(**options)
        self.addCleanup(m.clean)
        return m

    def subscriber(self, port, **options):
        s = Subscriber(port, **options)
        self.addCleanup(s.kill)
        return s
