# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything a plant does to a line: PLCs that are absent, late, rebooted or
refuse; brokers that are away or refuse; a full disk; a plant file with a
mistake. Each time a clear event, no wrong value, no alarm lost, and recovery
without help."""
import csv
import os
import resource
import signal
import struct
import sys
import time

import rings
from rings import plant
from fault_plc import FaultPlc  # tests/sim, on the path through rings


def ring_values():
    with open(rings.DATA, newline="", encoding="utf-8") as f:
        return [float(row["diameter_mm"]) for row in csv.DictReader(f)]


class Line:
    """A misbehaving PLC, a broker, a subscriber and the daemon."""

    def __init__(self, plc_absent=False, acl="", sorted_by_spindle=False,
                 **plant_options):
        self.options = plant_options
        self.plc_absent, self.acl = plc_absent, acl
        self.sorted_by_spindle = sorted_by_spindle

    def __enter__(self):
        self.keep = plant.Folder()
        self.folder = self.keep.__enter__()
        extra = ""
        if self.acl:
            path = os.path.join(self.folder, "acl")
            with open(path, "w") as f:
                f.write(self.acl)
            extra = f"acl_file {path}\n"
        self.plc = FaultPlc()
        self.plc.start()
        if self.plc_absent:
            self.plc.kill()
        self.broker = plant.Broker(self.folder, extra)
        self.subscriber = plant.Subscriber(self.broker.port)
        self.daemon = plant.Daemon(self.folder, self.text()).start()
        self.values = ring_values()
        self.fed = []  # what the PLC was given, in order
        return self

    def __exit__(self, failed, *_):
        try:
            if failed:
                self.daemon.process.end(signal.SIGKILL)
            else:
                self.daemon.stop()  # a sanitizer speaks by the exit status
        finally:
            self.subscriber.stop()
            self.plc.kill()
            if self.broker.process.running():
                self.broker.stop()
            self.keep.__exit__()

    def text(self, **options):
        text = rings.text(self.folder, self.plc.port, self.broker.port,
                          **{**self.options, **options})
        if not self.sorted_by_spindle:
            return text
        for old, new in (
                ("    characteristics:", "      context: { spindle: "
                 "{ register: 8, type: uint16 } }\n    characteristics:"),
                ("chart: xbar-r", "chart: imr\n        by: [spindle]"),
                ("        subgroup: 5\n", "")):
            assert old in text
            text = text.replace(old, new)
        return text

    def feed(self, count, offset=0.0, wait=True):
        """The next parts; each is awaited in the historian."""
        for _ in range(count):
            value = self.values[len(self.fed) % len(self.values)] + offset
            self.fed.append(value)
            self.plc.put(value)
            if wait:
                plant.until(lambda: self.daemon.samples() == len(self.fed),
                            f"part {len(self.fed)} recorded\n"
                            f"{self.daemon.said()[-3000:]}")

    def told(self, action, count=1):
        """Waits until the subscriber has an event with this action."""
        def found():
            events = [e for e in self.subscriber.events()
                      if e["action"] == action]
            return events if len(events) >= count else None
        return plant.until(found, f"{action} arrives\n"
                                  f"{self.daemon.said()[-3000:]}")[-1]

    def state(self, suffix):
        """The newest retained state below a topic's end."""
        found = [m for t, m in list(self.subscriber.messages)
                 if t.endswith(suffix)]
        return found[-1] if found else None

    def awaits_the_disk(self):
        plant.until(lambda: "cannot record" in
                    str((self.state("/status") or {}).get("trouble")),
                    "the status says why nothing is recorded")

    def check_values(self):
        """Every recorded value is one that was fed, in order, once."""
        rows = self.daemon.ask(
            "SELECT measured FROM samples ORDER BY epoch, counter")
        assert [struct.unpack("<d", r[0])[0] for r in rows] == self.fed

    def check_events(self):
        """Everything recorded arrives; first occurrences are in order."""
        (count, highest), = self.daemon.ask(
            "SELECT count(*), max(seq) FROM events")
        assert count == highest, "seq has a gap"
        plant.until(lambda: {e["seq"] for e in self.subscriber.events()} >=
                    set(range(1, highest + 1)), "every event arrives")
        first = list(dict.fromkeys(e["seq"] for e in self.subscriber.events()))
        assert first == list(range(1, len(first) + 1)), first


def plc_absent_at_start():
    with Line(plc_absent=True) as line:
        down = line.told("link-down")
        assert down["link"] == "ring-plc", down
        assert line.daemon.process.running()
        line.plc.start()
        line.told("link-up")
        line.feed(10)
        line.check_values()
        line.check_events()


def plc_gone_in_mid_run():
    with Line() as line:
        line.told("link-up")
        line.feed(10)
        line.plc.kill()
        line.told("link-down")
        plant.until(lambda: (line.state("/link/ring-plc") or {}).get("up")
                    is False, "the link's state says down")
        before = line.daemon.samples()
        time.sleep(1)  # silence is part of what is tested: nothing re-issued
        assert line.daemon.samples() == before
        line.plc.start()
        line.told("link-up", 2)
        line.feed(10)
        line.check_values()
        line.check_events()


def plc_rebooted_with_its_counter_at_zero():
    with Line() as line:
        line.told("link-up")
        line.feed(10)
        line.plc.reboot()
        line.feed(10)
        line.told("counter-restarted")
        epochs = line.daemon.ask(
            "SELECT epoch, count(*), max(counter) FROM samples GROUP BY epoch")
        assert epochs == [(1, 10, 10), (2, 10, 10)], epochs
        line.check_values()
        line.check_events()


def plc_replying_late():
    with Line() as line:
        line.told("link-up")
        line.feed(10)
        for _ in range(3):
            line.plc.mode("late", 0.7, times=1)  # later than the timeout
            line.feed(5)
        line.check_values()
        line.check_events()


def plc_replying_with_an_exception():
    with Line() as line:
        line.told("link-up")
        line.feed(10)
        line.plc.exceptions[1] = 2
        refused = line.told("block-refused")
        assert "plant.yaml:" in refused["text"], refused["text"]
        line.plc.exceptions.clear()
        line.told("block-restored")
        line.feed(10)
        line.check_values()
        line.check_events()


def plc_torn_and_resetting():
    with Line() as line:
        line.told("link-up")
        for mode in ("torn", "rst", "cut", "short", "wrong-unit", "close"):
            line.plc.mode(mode, times=2)
            line.feed(5)
        line.check_values()
        line.check_events()


def broker_absent_and_back():
    with Line(study=5) as line:
        line.told("link-up")
        line.feed(25)
        line.broker.stop(signal.SIGKILL)
        line.feed(25, offset=0.1)
        time.sleep(float(os.environ.get("SPC_OUTAGE", "10")))
        assert "raised" in line.daemon.actions()
        pending = line.daemon.ask(
            "SELECT count(*) FROM outbox WHERE state = 0")[0][0]
        assert pending > 0
        line.broker.start()
        line.told("raised")
        assert "the broker is back after" in line.told("broker-back")["text"]
        line.check_values()
        line.check_events()
        plant.until(lambda: line.daemon.ask(
            "SELECT count(*) FROM outbox WHERE state = 0") == [(0,)],
                    "the outbox is empty")
        print(f"{pending} events waited")


def broker_and_daemon_away():
    """What is retained is right again, whoever died when."""
    with Line(study=5) as line:
        line.told("link-up")
        line.feed(25)
        line.feed(5, offset=0.1)
        plant.until(lambda: (line.state("/state/alarm/location") or {})
                    .get("state") == "unack", "the alarm's state is there")
        line.broker.stop()
        for _ in range(40):
            line.feed(5)
            if "returned" in line.daemon.actions():
                break
        line.daemon.kill()
        line.daemon.start()
        line.broker.start()
        returned = line.told("returned")
        state = plant.until(lambda: (
            line.state("/state/alarm/location")["state"] != "unack" and
            line.state("/state/alarm/location")), "the alarm's state follows")
        assert state["event_id"] == returned["event_id"], state
        assert state["state"] == "rtn_unack" and not state["active"], state
        line.check_events()


def broker_refusing_a_topic():
    acl = ("topic read spc/#\ntopic write spc/v1/acme/torino/_gw/#\n")
    with Line(acl=acl, study=5) as line:
        line.told("link-up")
        line.feed(30)
        refused = line.told("publish-refused")
        assert "135" in refused["text"], refused["text"]
        states = plant.until(lambda: line.daemon.ask(
            "SELECT seq, reason FROM outbox WHERE state = 2"),
                             "the refused row is kept and said")
        assert all(reason == 135 for _, reason in states), states
        kept = line.daemon.ask("SELECT payload FROM events WHERE seq = ?",
                               states[0][0])
        assert kept[0][0], "the payload is still there"
        line.check_values()


class FullDisk:
    """No byte of any file of the daemon beyond the first thousand."""

    def __init__(self, line):
        self.pid = line.daemon.process.pid

    def __enter__(self):
        self.before = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE,
                         (1024, self.before[1]))

    def __exit__(self, *failure):
        if not any(failure):
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, self.before)


def parts_for_a_full_disk(line):
    for _ in range(8):
        line.feed(1, offset=0.1, wait=False)
        time.sleep(0.15)


def disk_full():
    with Line(study=5) as line:
        line.told("link-up")
        line.feed(25)
        with FullDisk(line):
            parts_for_a_full_disk(line)
            line.awaits_the_disk()
            assert line.daemon.samples() == 25
            assert line.daemon.process.running()
        line.told("recording-resumed")
        plant.until(lambda: line.daemon.samples() == 33, "all are recorded")
        line.feed(2, offset=0.1)
        line.told("raised")
        line.check_values()
        line.check_events()


def disk_full_and_the_broker_back():
    """A held turn has room for so many of the broker's answers."""
    with Line(study=5) as line:
        line.told("link-up")
        line.feed(25)
        line.broker.stop(signal.SIGKILL)
        good = line.text()
        line.daemon.write(good.replace("usl: 74.05", "usl: 73.0"))
        while line.daemon.actions().count("config-refused") < 300:
            line.daemon.reload()
            time.sleep(0.01)
        with FullDisk(line):
            parts_for_a_full_disk(line)
            line.broker.start()
            plant.until(lambda: len(line.subscriber.events()) > 200,
                        "what is recorded arrives")
            line.awaits_the_disk()
            assert line.daemon.process.running()
        line.told("recording-resumed")
        plant.until(lambda: line.daemon.samples() == 33, "all are recorded")
        line.check_values()
        line.check_events()


def disk_full_and_reloaded():
    with Line(study=5) as line:
        line.told("link-up")
        line.feed(25)
        with FullDisk(line):
            parts_for_a_full_disk(line)
            line.awaits_the_disk()
            line.daemon.reload()
            time.sleep(0.5)  # a new plant waits for the disk
            assert "config-applied" not in line.daemon.actions()
        line.told("recording-resumed")
        line.told("config-applied")
        assert line.daemon.samples() == 33, "all are recorded"
        line.feed(2, offset=0.1)
        line.told("raised")
        line.check_values()
        line.check_events()


def plant_file_reloaded():
    with Line() as line:
        line.told("link-up")
        line.feed(10)
        good = line.text()
        line.daemon.write(good.replace("usl: 74.05", "usl: 73.0"))
        line.daemon.reload()
        refused = line.told("config-refused")
        assert "plant.yaml:" in refused["text"], refused["text"]
        line.feed(5)
        spare = ("links:\n    - { name: spare, tcp: { host: 192.0.2.1 }, "
                 "units: [1] }\n")
        line.daemon.write(line.text(rules="nelson-1, nelson-2")
                          .replace("links:\n", spare))
        line.daemon.reload()
        line.told("config-applied")
        line.feed(112)
        assert line.daemon.ask("SELECT max(idx) FROM points") == [(25,)]
        assert line.daemon.ask("SELECT count(*) FROM limits") == [(1,)]
        spare = line.state("/link/spare")  # no station uses it: not dialled
        assert not spare["up"] and spare["connects"] == 0, spare
        line.check_values()
        line.check_events()


def killed_between_two_spindles():
    """Streams that take turns on a station go on where they were, and parts
    lost before the kill still count as lost after it."""
    with Line(sorted_by_spindle=True) as line:
        def feed(spindle, step=1):
            line.plc.set_words(8, [spindle])
            line.fed.append(line.values[len(line.fed)])
            line.plc.put(line.fed[-1], step=step)
            plant.until(lambda: line.daemon.samples() == len(line.fed),
                        "the part is recorded")

        def again():
            line.daemon.kill()
            line.daemon.start()

        line.told("link-up")
        for spindle in (1, 2, 1, 2):
            feed(spindle)
        again()  # nothing is missing
        feed(1)
        feed(2)
        feed(1, step=3)  # two parts passed unseen
        again()
        feed(2)
        feed(1)
        rows = line.daemon.ask(
            "SELECT name, idx, range IS NULL FROM points JOIN streams"
            " ON streams.id = points.stream ORDER BY last_counter")
        assert [(name[-1], gap) for name, _, gap in rows] == [
            ("1", 1), ("2", 1), ("1", 0), ("2", 0), ("1", 0), ("2", 0),
            ("1", 1), ("2", 1), ("1", 0)], rows
        line.check_values()


def acknowledged_by_a_person():
    with Line(study=5) as line:
        line.told("link-up")
        line.feed(25)
        line.feed(5, offset=0.1)
        alarm = line.told("raised")
        status, out = plant.spc("alarms", line.daemon.plant, "--format", "json")
        assert status == 1 and alarm["alarm_id"] in out, (status, out)
        plant.spc("alarms", "ack", line.daemon.plant, alarm["alarm_id"],
                  "--by", "Li Wei", "--comment", "tool changed", check=0)
        seen = line.told("acknowledged")
        assert "Li Wei" in seen["text"] and seen["state"] == "ack", seen
        line.check_events()


if __name__ == "__main__":
    sys.exit(plant.main(
        plc_absent_at_start, plc_gone_in_mid_run,
        plc_rebooted_with_its_counter_at_zero, plc_replying_late,
        plc_replying_with_an_exception, plc_torn_and_resetting,
        broker_absent_and_back, broker_and_daemon_away,
        broker_refusing_a_topic, disk_full,
        disk_full_and_the_broker_back, disk_full_and_reloaded,
        plant_file_reloaded, killed_between_two_spindles, acknowledged_by_a_person))
