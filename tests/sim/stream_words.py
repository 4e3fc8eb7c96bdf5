#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what a broker's subscriber hears, in words: one line for each event.

Reads the output of `mosquitto_sub -d -F %j` on stdin.  Events are printed as
they come; retained states repeat themselves, so a capability is shown once in
a while, a link or the gateway when its sentence changes, and the states that
only repeat an event not at all.

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

STATE_EVERY = 4.0  # seconds between lines about capability
NAME = {"spc.capability-state/1": "capability", "spc.link-state/1": "link",
        "spc.status/1": "gateway"}


class Printer:
    def __init__(self, folder, bold):
        self.folder = folder
        self.bold = bold
        self.start = time.monotonic()
        self.capability_due = 0.0
        self.last = {}

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

    def alarm(self, body):
        raised = body.get("action") == "raised"
        if raised:
            seconds = time.monotonic() - self.start
            self.leave("raised", f"{seconds:.1f} {body['text']}")
        self.say("ALARM" if raised else "alarm", body["text"], raised)

    def state(self, topic, kind, text):
        now = time.monotonic()
        if kind == "capability":
            if now < self.capability_due:
                return
            self.capability_due = now + STATE_EVERY
        elif kind not in ("link", "gateway") or self.last.get(topic) == text:
            return
        self.last[topic] = text
        self.say(kind, text)

    def message(self, heard):
        topic = heard.get("topic", "")
        try:
            body = json.loads(heard.get("payload") or "null")
            schema, text = body["schema"], body["text"]
        except (ValueError, TypeError, KeyError):
            return  # not one of ours: a broker may carry other things too
        kind = NAME.get(schema, schema.split(".")[-1].split("/")[0])
        if "/event/" not in topic:
            self.state(topic, kind.removesuffix("-state"), text)
        elif schema == "spc.alarm/1":
            self.alarm(body)
        else:
            self.say(kind, text)


def main():
    # Whoever started us ends us, with SIGTERM or by closing the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    printer = Printer(sys.argv[1], sys.stdout.isatty())
    for line in sys.stdin:
        if line.startswith("Subscribed"):
            printer.leave("subscribed", line.strip())
        elif line.startswith("{"):
            try:
                printer.message(json.loads(line))
            except ValueError:
                pass
        elif line.startswith(("Error", "Connection")):
            printer.say("subscriber", line.strip())


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
