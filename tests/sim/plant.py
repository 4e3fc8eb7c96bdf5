# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole plant on loopback, for the scenarios: broker, subscriber, daemon.

Everything is real and runs as a process of its own: mosquitto, mosquitto_sub,
spcd, and a PLC that is not ours. Ports are free ones, files live in a folder
that goes away, and every process is ended by its pid.
"""
import ctypes
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import jsonschema

BUILD = os.environ["SPC_BUILD"]
SOURCE = os.environ["SPC_SOURCE"]
PATIENCE = float(os.environ.get("SPC_PATIENCE", "30"))  # s; sanitizers are slow


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(condition, what, patience=PATIENCE):
    """Waits for a condition; says what never came true."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError(f"waited {patience:g} s in vain: {what}")


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Folder:
    """A temporary folder, kept when SPC_KEEP is set."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="spc-")
        return self.path

    def __exit__(self, *_):
        if os.environ.get("SPC_KEEP"):
            print("kept:", self.path)
        else:
            shutil.rmtree(self.path, ignore_errors=True)


def end_with_parent():
    """A scenario that fails half-way must not leave a broker behind."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Process:
    """A child that is surely ended."""

    def __init__(self, command, **options):
        self.child = subprocess.Popen(command, preexec_fn=end_with_parent,
                                      **options)

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def end(self, how=signal.SIGTERM, patience=20):
        if self.running():
            self.child.send_signal(how)
        try:
            return self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError(f"{self.child.args[0]} did not end") from None


class Broker:
    """A private mosquitto that can go away and come back on its port."""

    def __init__(self, folder, extra=""):
        self.port = free_port()
        self.config = os.path.join(folder, "mosquitto.conf")
        self.log = os.path.join(folder, "mosquitto.log")
        # As root mosquitto would give up its rights to the folder.
        user = "user root\n" if os.geteuid() == 0 else ""
        with open(self.config, "w") as f:
            f.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
                    f"persistence true\npersistence_location {folder}/\n"
                    "autosave_interval 1\nautosave_on_changes true\n"
                    f"max_queued_messages 0\n{user}{extra}")
        self.process = None
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = Process(["mosquitto", "-c", self.config],
                                   stdout=log, stderr=log)
        until(lambda: listens(self.port), "mosquitto listens")

    def stop(self, how=signal.SIGTERM):
        self.process.end(how)


class Subscriber:
    """mosquitto_sub with a durable session: what it gets, it gets in order
    and at least once, also over an outage of the broker."""

    def __init__(self, port, topic="spc/#", name="scenario"):
        self.messages = []  # (topic, payload as dict)
        self.process = Process(
            ["mosquitto_sub", "-V", "5", "-h", "127.0.0.1", "-p", str(port),
             "-q", "1", "-c", "-x", "3600", "-i", name, "-t", topic,
             "-F", "%t\t%p"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        for line in self.process.child.stdout:
            topic, _, payload = line.rstrip("\n").partition("\t")
            if payload:
                self.messages.append((topic, json.loads(payload)))

    def events(self):
        """Everything that has a seq, in the order it came."""
        return [m for t, m in list(self.messages) if "/event/" in t]

    def alarms(self):
        return [m for t, m in list(self.messages)
                if t.endswith("/event/alarm")]

    def stop(self):
        """Everything that came must be what the schemas promise."""
        self.process.end()
        self.thread.join(5)
        for topic, message in self.messages:
            try:
                schema(message["schema"]).validate(message)
            except jsonschema.ValidationError as error:
                raise AssertionError(f"{topic}: {error.message}") from None


def schema(name, known={}):
    """The validator of a schema in docs/schemas, by a message's own name."""
    if name not in known:
        path = os.path.join(SOURCE, "docs", "schemas",
                            name.replace("/", "-") + ".schema.json")
        with open(path, encoding="utf-8") as f:
            known[name] = jsonschema.Draft202012Validator(json.load(f))
    return known[name]


class Daemon:
    def __init__(self, folder, plant):
        self.plant = os.path.join(folder, "plant.yaml")
        self.log = os.path.join(folder, "spcd.log")
        self.database = os.path.join(folder, "historian.db")
        self.write(plant)
        self.process = None

    def write(self, plant):
        with open(self.plant, "w", encoding="utf-8") as f:
            f.write(plant)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = Process(
                [os.path.join(BUILD, "programs", "spcd"), "--config",
                 self.plant], stdout=log, stderr=log)
        return self

    def stop(self):
        status = self.process.end(signal.SIGTERM)
        assert status == 0, f"spcd ended with {status}\n{self.said()}"

    def kill(self):
        self.process.end(signal.SIGKILL)

    def reload(self):
        self.process.child.send_signal(signal.SIGHUP)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def ask(self, query, *values):
        """Reads the historian beside the running daemon."""
        try:
            with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True,
                                 timeout=5) as database:
                return database.execute(query, values).fetchall()
        except sqlite3.OperationalError:
            return []  # not there yet

    def samples(self):
        rows = self.ask("SELECT count(*) FROM samples")
        return rows[0][0] if rows else 0

    def actions(self):
        return [a for (a,) in self.ask("SELECT action FROM events ORDER BY seq")]


class ForeignPlc:
    """pymodbus as the PLC: one column of a file, part by part, on demand."""

    def __init__(self, csv, column, port=0, skip=0):
        command = ["/usr/bin/python3",
                   os.path.join(SOURCE, "tests", "sim", "foreign_plc.py"),
                   "--csv", csv, "--column", column, "--port", str(port)]
        self.process = Process(command, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
        words = self.process.child.stdout.readline().split()
        assert words[:1] == ["ready"], words
        self.port = int(words[1])

    def next(self):
        self.process.child.stdin.write("next\n")
        self.process.child.stdin.flush()
        return self.process.child.stdout.readline().strip()

    def stop(self):
        self.process.end()


def spc(*arguments, check=None):
    """Runs the tool; returns (exit status, stdout)."""
    done = subprocess.run([os.path.join(BUILD, "programs", "spc"), *arguments],
                          capture_output=True, text=True, timeout=PATIENCE * 2)
    if check is not None:
        assert done.returncode == check, (arguments, done.returncode,
                                          done.stdout, done.stderr)
    return done.returncode, done.stdout


def main(*cases):
    """Runs the cases in turn; the first that fails ends the run."""
    wanted = sys.argv[1:]
    for case in cases:
        if wanted and case.__name__ not in wanted:
            continue
        started = time.monotonic()
        print(f"{case.__name__} ...", flush=True)
        case()
        print(f"{case.__name__} passed in {time.monotonic() - started:.1f} s",
              flush=True)
