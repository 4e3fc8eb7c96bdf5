#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what a broker's subscriber hears, in words: one line for each event.

Reads the output of `mosquitto_sub -d -F %j` on stdin.  An alarm that goes on
is told again after a while, not at each of its points; of the retained
states, a capability is shown once in a while and the gateway's when it
changes; the others only repeat events.

Leaves two files in the folder it is given: `subscribed`, once the broker has
granted the subscription, and `raised`, one line for each alarm event with the
action raised: seconds since the start, and the sentence.

    stream_words.py FOLDER
"""
import json
import os
import signal
import sys
import time

# Seconds before the same thing is said again.
UPDATE_EVERY = 10.0
CAPABILITY_EVERY = 9.0  # of one characteristic
CAPABILITY_PAUSE = 2.5  # between any two


class Printer:
    def __init__(self, folder, bold):
        self.folder = folder
        self.bold = bold
        self.start = time.monotonic()
        self.last = {}
        self.due = {}

    def say(self, kind, text, loud=False):
        line = f"{time.strftime('%H:%M:%S')}  {kind:<11} {text}"
        if loud and self.bold:
            line = f"\033[1;31m{line}\033[0m"
        elif loud:
            line = line.replace("  ", " !", 1)
        print(line, flush=True)

    def leave(self, name, line):
        with open(os.path.join(self.folder, name), "a",
                  encoding="utf-8") as file:
            file.write(line + "\n")

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
        due = self.is_due(body.get("alarm_id"), UPDATE_EVERY)
        if body.get("action") == "updated" and not due:
            return
        self.say("ALARM" if raised else "alarm", text, raised)
        if raised and reaction:
            print(f"{'':21} -> {reaction}", flush=True)

    def state(self, topic, schema, text):
        if schema == "spc.capability-state/1":
            if time.monotonic() >= self.due.get(topic, 0) and \
                    self.is_due("capability", CAPABILITY_PAUSE):
                self.is_due(topic, CAPABILITY_EVERY)
                self.say("capability", text)
        elif schema == "spc.status/1" and self.last.get(topic) != text:
            self.last[topic] = text
            self.say("gateway", text)

    def message(self, heard):
        topic = heard.get("topic", "")
        try:
            body = json.loads(heard.get("payload") or "null")
            schema, text = body["schema"], body["text"]
        except (ValueError, TypeError, KeyError):
            return  # not one of ours: a broker may carry other things too
        if "event_id" not in body or schema == "spc.alarm-state/1":
            self.state(topic, schema, text)
        elif schema == "spc.alarm/1":
            self.alarm(body)
        else:  # spc.link-event/1: link
            kind = schema.split("/", 1)[0].removeprefix("spc.")
            self.say(kind.removesuffix("-event"), text)


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
