#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what a broker's subscriber hears, in words: one line for each event.

Reads the output of `mosquitto_sub -d -F %j` on stdin.  The clock at the left
is the event's own, in UTC.  An alarm that goes on is told again after a
while, more and more rarely, not at each of its points; of the states, a capability is told when it
has changed and the gateway's when it changes; the others only repeat events.
What the broker retained from before is not told.

Leaves three files in the folder it is given: `subscribed`, once the broker
has granted the subscription; `raised`, one line for each alarm event with the
action raised: seconds since the start, and the sentence; and `seen`, two
numbers: points plotted and reads answered since the start.

    stream_words.py FOLDER
"""
import json
import os
import signal
import sys
import time

# Seconds before the same thing is said again; twice as long each time for an
# alarm that goes on.
UPDATE_FIRST = 10.0
UPDATE_AT_MOST = 320.0
CAPABILITY_EVERY = 10.0  # of one characteristic
# What an index must have moved by to be worth telling.
CAPABILITY_STEP = 0.1


def utc_now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Printer:
    def __init__(self, folder, bold):
        self.folder = folder
        self.bold = bold
        self.start = time.monotonic()
        self.started = utc_now()
        self.last = {}
        self.due = {}
        self.pause = {}  # alarm -> seconds before it is told again
        self.before = {}  # chart -> points plotted before the start
        self.points = {}  # chart -> points plotted
        self.reads = {}  # link -> reads answered

    def say(self, kind, text, ts=None, loud=False):
        clock = (ts or utc_now())[11:19] + "Z"
        kind = kind.upper() if loud else kind
        line = f"{clock} {'!' if loud else ' '}{kind:<11} {text}"
        if loud and self.bold:
            line = f"\033[1;31m{line}\033[0m"
        print(line, flush=True)

    def leave(self, name, line):
        with open(os.path.join(self.folder, name), "a",
                  encoding="utf-8") as file:
            file.write(line + "\n")

    def leave_seen(self):
        points = sum(self.points.values()) - sum(self.before.values())
        path = os.path.join(self.folder, "seen")
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(f"{points} {sum(self.reads.values())}\n")
        os.replace(path + ".new", path)

    def is_due(self, what, seconds):
        now = time.monotonic()
        if now < self.due.get(what, 0):
            return False
        self.due[what] = now + seconds
        return True

    def alarm(self, body):
        raised = body.get("action") == "raised"
        reaction = body.get("reaction") or ""
        text = body["text"]
        if reaction and text.endswith(reaction):
            text = text[:-len(reaction)].rstrip("; ")
        if raised:
            seconds = time.monotonic() - self.start
            self.leave("raised", f"{seconds:.1f} {text}")
        identity = body.get("alarm_id")
        pause = self.pause.get(identity, UPDATE_FIRST)
        if self.is_due(identity, pause):
            self.pause[identity] = min(2 * pause, UPDATE_AT_MOST)
        elif body.get("action") == "updated":
            return
        self.say("alarm", text, body.get("ts"), raised)
        if raised and reaction:
            print(f"{'':22} -> {reaction}", flush=True)

    def event(self, schema, body):
        kind = schema.split("/", 1)[0].removeprefix("spc.")
        kind = kind.removesuffix("-event")  # spc.link-event/1: link
        loud = kind in ("link", "gateway") and body.get("severity") == "high"
        self.say(kind, body["text"], body.get("ts"), loud)

    def capability(self, topic, body):
        indices = [index["value"] for index in body.get("indices", [])
                   if index["name"] in ("Cpk", "Ppk")]
        told = self.last.get(topic)
        if told and len(told) == len(indices) and all(
                new == old if None in (new, old)
                else abs(new - old) < CAPABILITY_STEP
                for new, old in zip(indices, told)):
            return
        if self.is_due((body.get("station"), body.get("characteristic")),
                       CAPABILITY_EVERY):
            self.last[topic] = indices
            self.say("capability", body["text"], body.get("ts"))

    def status(self, topic, body):
        if self.last.get(topic) != body["text"]:
            self.last[topic] = body["text"]
            self.say("gateway", body["text"], body.get("ts"),
                     bool(body.get("trouble")))

    def chart(self, topic, body):
        last = body.get("last") or {}
        self.points[topic] = last.get("index") or 0
        # After a start, spcd repeats how far it had come.
        if last.get("ts", "")[:19] < self.started[:19]:
            self.before[topic] = self.points[topic]
        self.leave_seen()

    def link(self, topic, body):
        self.reads[topic] = body.get("reads") or 0
        self.leave_seen()

    def message(self, heard):
        topic = heard.get("topic", "")
        try:
            body = json.loads(heard.get("payload") or "null")
            schema, _ = body["schema"], body["text"]
        except (ValueError, TypeError, KeyError):
            return  # not one of ours: a broker may carry other things too
        if heard.get("retain"):
            return
        states = {"spc.capability-state/1": self.capability,
                  "spc.status/1": self.status,
                  "spc.chart-state/1": self.chart,
                  "spc.link-state/1": self.link}
        if schema in states:
            states[schema](topic, body)
        elif schema == "spc.alarm/1":
            self.alarm(body)
        elif "event_id" in body and schema != "spc.alarm-state/1":
            self.event(schema, body)


def main():
    # Whoever started us ends us, with SIGTERM or by closing the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    printer = Printer(sys.argv[1], sys.stdout.isatty())
    for line in sys.stdin:
        if line.startswith("Subscribed"):
            printer.leave("subscribed", line.strip())
        elif line.startswith("{"):
            try:
                heard = json.loads(line)
            except ValueError:
                continue
            printer.message(heard)
        elif line.startswith(("Error", "Connection")):
            printer.say("subscriber", line.strip())


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
