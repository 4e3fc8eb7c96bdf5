#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Modbus source against peers that misbehave.

    scenarios.py NAME     runs the scenario of that name; `list` names all

Each scenario starts a peer of its own on a free port and the source in
modbus_driver.  Names begin with the requirement they hold.  Waiting is for
conditions; what must *not* happen is given a stretch of polls to happen in.
"""
import os
import resource
import queue
import struct
import subprocess
import sys
import threading
import time

SOURCE = os.environ["SPC_SOURCE"]
BUILD = os.environ["SPC_BUILD"]
sys.path.insert(0, os.path.join(SOURCE, "tests", "sim"))

from fault_plc import FaultPlc  # noqa: E402

PATIENCE = 60  # seconds; a loaded machine under a sanitizer is slow


class Arrival:
    """A line of the driver: kind, name of an event, fields."""

    def __init__(self, line):
        self.line = line
        words = line.split(" ")
        self.kind = words.pop(0)
        self.name = words.pop(0) if self.kind == "event" else ""
        text = " ".join(words)
        text, _, self.detail = text.partition("detail=")
        self.fields = dict(word.split("=", 1) for word in text.split())

    def __getattr__(self, name):
        value = self.fields[name]
        return float(value) if name.startswith("value") else int(value)

    def __repr__(self):
        return self.line


class Driver:
    def __init__(self, port, *options):
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "tests/adapters/modbus/modbus_driver"),
             "--port", str(port)] + [str(option) for option in options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        self.seen = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(Arrival(line.rstrip("\n")))

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if failed:
            print("\n".join(map(repr, self.drain())))
            self.process.kill()
        elif self.process.poll() is None:
            self.quit()
        self.process.wait()

    def next(self, timeout=PATIENCE):
        try:
            arrival = self.lines.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError("nothing more; seen: %s" % self.seen[-5:])
        self.seen.append(arrival)
        return arrival

    def drain(self):
        while not self.lines.empty():
            self.seen.append(self.lines.get())
        return self.seen

    def event(self, name, timeout=PATIENCE):
        """The next arrival that is this event; no other event may pass."""
        while True:
            arrival = self.next(timeout)
            if arrival.kind == "event":
                assert arrival.name == name, (name, arrival)
                return arrival

    def sample(self, timeout=PATIENCE):
        arrival = self.next(timeout)
        assert arrival.kind == "sample", arrival
        return arrival

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def ask(self, command, kind):
        """Sends a command; arrivals before its answer stay in `seen`."""
        self.tell(command)
        while True:
            arrival = self.next()
            if arrival.kind == kind:
                return arrival

    def report(self):
        return self.ask("report", "report")

    def quit(self):
        closed = float(self.ask("quit", "closed").fields["ms"])
        assert self.process.wait(PATIENCE) == 0, "the driver failed"
        return closed

    def of(self, kind):
        return [a for a in self.drain() if a.kind == kind]


def until(condition, what, timeout=PATIENCE):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.002)


def polls(plc, count):
    """Waits for so many further requests."""
    goal = len(plc.requests) + count
    until(lambda: len(plc.requests) >= goal, "the source does not ask")


def value_of(counter):
    """What the gauge measures at a part: no two near ones are alike."""
    return 20 + (counter * 37 % 1000) / 64


def put_next(plc, unit=1):
    plc.put(value_of(plc.counters[unit] + 1), unit)


def check_values(samples):
    for sample in samples:
        assert sample.value0 == value_of(sample.counter), sample


def accounted(samples, last):
    """Each part was delivered once or reported lost, up to the last."""
    counter = 0
    for sample in samples:
        assert sample.counter == counter + sample.lost + 1, samples
        counter = sample.counter
    assert counter == last, (counter, last)


# ---- connections -------------------------------------------------------

def mb_01_three_units_one_connection():
    with FaultPlc(units=(11, 12, 13)) as plc, Driver(
            plc.port, "--poll", "11:0", "--poll", "12:0",
            "--poll", "13:0") as driver:
        driver.event("link-up")
        for part in range(5):
            for unit in (11, 12, 13):
                plc.put(unit + part / 8, unit)
            got = sorted((driver.sample() for _ in range(3)),
                         key=lambda sample: sample.station)
            assert [s.value0 for s in got] == [11 + part / 8, 12 + part / 8,
                                               13 + part / 8], got
        assert plc.connections == 1 and plc.most_open == 1
        assert {request.function for request in plc.requests} == {3}
        assert {(r.first, r.count) for r in plc.requests} == {(0, 8)}


def mb_01_links_are_independent():
    with FaultPlc() as plc, Driver(plc.port, "--links", 3) as driver:
        for _ in range(3):
            driver.event("link-up")
        put_next(plc)
        check_values([driver.sample() for _ in range(3)])
        assert plc.most_open == 3


def mb_02_drip():
    with FaultPlc() as plc, Driver(plc.port, "--timeout", 300, "--retries",
                                   0) as driver:
        driver.event("link-up")
        polls(plc, 3)
        plc.mode("drip", 0.2, 1)  # 25 bytes: 5 s in all
        until(lambda: plc._mode[0] == "normal", "no request")
        at = len(plc.requests) - 1
        until(lambda: len(plc.requests) > at + 1, "the read does not return")
        waited = plc.requests[at + 1].time - plc.requests[at].time
        assert 0.25 < waited < 2.5, waited
        put_next(plc)
        check_values([driver.sample()])


def mb_02_killed_in_mid_run():
    with FaultPlc() as plc, Driver(plc.port, "--timeout", 2000) as driver:
        driver.event("link-up")
        put_next(plc)
        driver.sample()
        killed = time.monotonic()
        plc.kill()
        down = driver.event("link-down")
        assert time.monotonic() - killed < 4, "two timeouts"
        assert "refused by 127.0.0.1:%d" % plc.port in down.detail or \
            "closed by the PLC" in down.detail, down
        assert driver.report().up == 0
        plc.start()
        driver.event("link-up")
        put_next(plc)
        check_values([driver.sample()])


def mb_03_connect_timeout():
    plc = FaultPlc()
    plc.start_full()
    start = time.monotonic()
    try:
        with Driver(plc.port, "--connect-timeout", 500, "--timeout",
                    20000) as driver:
            down = driver.event("link-down")
            waited = time.monotonic() - start
            assert "connect timeout after 500 ms" in down.detail, down
            assert 0.45 < waited < 10, waited
            assert driver.quit() < 5000
    finally:
        plc.kill()


def mb_04_resets():
    with FaultPlc() as plc:
        plc.mode("rst")
        with Driver(plc.port, "--backoff-min", 100, "--backoff-max",
                    400) as driver:
            down = driver.event("link-down")
            assert "closed by the PLC" in down.detail, down
            time.sleep(4)
            # 0.1, 0.2, 0.4, 0.4 ... less a fifth at most.
            assert 3 <= plc.connections <= 3 + 4 / 0.32, plc.connections
            assert plc.most_open <= 1 or plc.open_now <= 1
            plc.mode("normal")
            start = time.monotonic()
            driver.event("link-up")
            assert time.monotonic() - start < 10
            assert len(driver.of("event")) == 2


def absent_plc_then_appears():
    with FaultPlc() as plc:
        plc.kill()
        with Driver(plc.port) as driver:
            down = driver.event("link-down")
            assert "connection refused by 127.0.0.1" in down.detail, down
            time.sleep(1)  # several dials; still one event
            assert len(driver.of("event")) == 1
            plc.start()
            up = driver.event("link-up")
            assert "answers" in up.detail, up
            put_next(plc)
            check_values([driver.sample()])


def unknown_host():
    with Driver(502, "--host", "no such host") as driver:
        down = driver.event("link-down")
        assert "the host no such host is not known" in down.detail, down


def a_close_between_polls_is_repaired_silently():
    with FaultPlc() as plc, Driver(plc.port, "--backoff-min", 1) as driver:
        driver.event("link-up")
        polls(plc, 3)
        plc.mode("close", 0, 1)
        until(lambda: plc.connections == 2, "no second connection")
        put_next(plc)
        check_values([driver.sample()])
        assert len(driver.of("event")) == 1


def mb_23_high_descriptor():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1300:
        print("skipped: at most %d descriptors here" % hard)
        return
    with FaultPlc() as plc, Driver(plc.port, "--burn-descriptors",
                                   1100) as driver:
        down = driver.event("link-down")
        assert "no descriptor below 1024" in down.detail, down
        assert plc.connections == 0


def close_while_black_holed():
    with FaultPlc() as plc:
        plc.mode("blackhole")
        with Driver(plc.port, "--timeout", 30000) as driver:
            until(lambda: plc.requests, "no request")
            assert driver.quit() < 5000


# ---- answers -----------------------------------------------------------

def mb_05_late_answers():
    with FaultPlc() as plc, Driver(plc.port, "--timeout", 250, "--max-age",
                                   5000) as driver:
        driver.event("link-up")
        for late in range(5):
            plc.mode("late", 0.4, 1)
            until(lambda: plc._mode[0] == "normal", "no request")
            put_next(plc)
            sample = driver.sample()
            assert sample.counter == late + 1
            check_values([sample])
        report = driver.report()
        # Each cost one read or two, and no connection.
        assert 5 <= report.timeouts <= 10, report
        assert report.errors == 0 and plc.connections == 1, report


def mb_05_late_without_retries():
    with FaultPlc() as plc, Driver(plc.port, "--timeout", 300, "--retries", 0,
                                   "--max-age", 5000) as driver:
        driver.event("link-up")
        plc.mode("late", 0.4, 1)
        until(lambda: plc._mode[0] == "normal", "no request")
        put_next(plc)
        check_values([driver.sample()])
        report = driver.report()
        assert report.timeouts == 1 and plc.connections == 1, report


def wrong_unit_is_not_taken():
    with FaultPlc() as plc, Driver(plc.port) as driver:
        driver.event("link-up")
        plc.mode("wrong-unit", 0, 1)
        until(lambda: plc._mode[0] == "normal", "no request")
        put_next(plc)
        check_values([driver.sample()])
        assert driver.report().errors == 1
        plc.mode("wrong-unit")
        put_next(plc)
        down = driver.event("link-down")
        assert "another unit" in down.detail, down
        plc.mode("normal")
        driver.event("link-up")
        check_values([driver.sample()])


def short_and_cut_answers():
    for fault in ("short", "cut"):
        with FaultPlc() as plc, Driver(plc.port, "--timeout", 250) as driver:
            driver.event("link-up")
            plc.mode(fault, 0, 1)
            until(lambda: plc._mode[0] == "normal", "no request")
            put_next(plc)
            check_values([driver.sample()])
            assert driver.report().errors >= 1
            assert len(driver.of("event")) == 1, driver.seen


def exception_scenario(code, name, text, slow):
    with FaultPlc() as plc, Driver(plc.port, "--dead-retry", 800) as driver:
        driver.event("link-up")
        plc.mode("exception", code)
        event = driver.event(name)
        assert text in event.detail, event
        if name == "block-refused":
            assert event.detail.startswith("plant.yaml:10, block 0: "), event
            assert event.station == 0
        before, start = len(plc.requests), time.monotonic()
        time.sleep(0.5)
        asked = len(plc.requests) - before
        # Once in 0.8 s at most, or on and on.
        bound = 2 + (time.monotonic() - start) / 0.8
        assert asked <= bound if slow else asked >= 2, asked
        assert driver.report().up == 1
        assert len(driver.of("event")) == 2
        plc.mode("normal")
        put_next(plc)
        driver.event({"block-refused": "block-restored",
                      "unit-down": "unit-up"}[name])
        check_values([driver.sample()])


def mb_19_config_faults():
    exception_scenario(1, "block-refused", "illegal function", True)
    exception_scenario(2, "block-refused", "illegal data address", True)
    exception_scenario(3, "block-refused", "illegal data value", True)


def mb_19_device_faults():
    exception_scenario(4, "block-refused", "device failure", False)
    exception_scenario(7, "block-refused", "negative acknowledge", False)
    exception_scenario(8, "block-refused", "memory parity", False)
    exception_scenario(99, "block-refused", "outside the standard", False)


def mb_19_busy():
    for code in (5, 6):
        with FaultPlc() as plc, Driver(plc.port) as driver:
            driver.event("link-up")
            plc.mode("exception", code, 3)
            until(lambda: plc._mode[0] == "normal", "no request")
            put_next(plc)
            check_values([driver.sample()])
            assert driver.report().exceptions == 3
            assert len(driver.of("event")) == 1
    exception_scenario(6, "block-refused", "busy", False)


def mb_19_gateway():
    exception_scenario(10, "unit-down", "unit 1: exception 10", True)
    exception_scenario(11, "unit-down", "unit 1: exception 11", True)


def mb_16_self_test():
    with FaultPlc() as plc:
        plc.set_words(0, full_part(1, 5.5))
        plc.set_words(9, [0x3412])
        with Driver(plc.port, "--layout", "full", "--dead-retry",
                    500) as driver:
            failed = None
            while not failed or failed.name != "self-test-failed":
                failed = driver.next()
                assert failed.kind == "event", failed
            assert "self-test register" in failed.detail, failed
            polls(plc, 2)
            assert not driver.of("sample")
            plc.set_words(9, [0x1234])
            restored = driver.next()
            assert restored.name == "block-restored", restored
            assert driver.sample().value0 == 5.5


# ---- units and schedule ------------------------------------------------

def mb_08_dead_unit():
    period = 0.1
    with FaultPlc(units=(1, 2, 3)) as plc:
        plc.silent.add(2)
        with Driver(plc.port, "--poll", "1:0", "--poll", "2:0", "--poll",
                    "3:0", "--timeout", 150, "--dead-after", 2, "--period",
                    int(period * 1000), "--dead-retry", 600000) as driver:
            driver.event("link-up")
            down = driver.event("unit-down")
            assert "unit 2: no answer within 150 ms" in down.detail, down
            best = 0.0
            for _ in range(6):  # a machine may be busy with something else
                before, start = len(plc.requests), time.monotonic()
                time.sleep(3)
                asked = list(plc.requests)[before:]
                wanted = (time.monotonic() - start) / period
                share = min(sum(r.unit == unit for r in asked) / wanted
                            for unit in (1, 3))
                best = max(best, share)
                if best >= 0.95:
                    break
            assert best >= 0.95, best
            assert not any(r.unit == 2 for r in asked)
            assert plc.connections == 1


def mb_08_dead_unit_comes_back():
    with FaultPlc(units=(1, 2)) as plc:
        plc.silent.add(2)
        with Driver(plc.port, "--poll", "1:0", "--poll", "2:0", "--timeout",
                    150, "--dead-after", 2, "--dead-retry", 300) as driver:
            driver.event("link-up")
            driver.event("unit-down")
            plc.silent.discard(2)
            up = driver.event("unit-up")
            assert "unit 2 answers" in up.detail, up
            put_next(plc, 2)
            assert driver.sample().station == 1


def all_units_silent_is_the_link():
    with FaultPlc(units=(1, 2)) as plc, Driver(
            plc.port, "--poll", "1:0", "--poll", "2:0", "--timeout", 150,
            "--max-age", 60000) as driver:
        driver.event("link-up")
        plc.silent.update((1, 2))
        down = driver.event("link-down")
        assert "no answer within 150 ms" in down.detail, down
        plc.silent.clear()
        driver.event("link-up")


def mb_09_overdue_polls():
    with FaultPlc() as plc, Driver(plc.port, "--timeout", 5000) as driver:
        driver.event("link-up")
        polls(plc, 3)
        before = driver.report().skipped
        plc.mode("late", 0.15)
        start, first = time.monotonic(), len(plc.requests)
        time.sleep(2)
        asked = len(plc.requests) - first
        lasted = time.monotonic() - start
        assert asked <= lasted / 0.15 + 2, asked
        skipped = driver.report().skipped - before
        assert skipped >= 5 * (asked - 2), (skipped, asked)
        # What was skipped is not made up for.
        plc.mode("normal")
        polls(plc, 2)
        start, first = time.monotonic(), len(plc.requests)
        polls(plc, 50)
        assert time.monotonic() - start > 0.5


def mb_18_no_old_value():
    with FaultPlc() as plc, Driver(plc.port, "--timeout", 300, "--max-age",
                                   1000, "--period", 50) as driver:
        driver.event("link-up")
        put_next(plc)
        driver.sample()
        start = time.monotonic()
        plc.mode("blackhole")
        driver.event("link-down")
        assert time.monotonic() - start < 5
        assert driver.report().up == 0
        plc.mode("normal")
        driver.event("link-up")
        polls(plc, 5)
        assert len(driver.of("sample")) == 1  # the part is the same one
        put_next(plc)
        assert driver.sample().counter == 2


# ---- parts -------------------------------------------------------------

def mb_12_hundred_identical_parts():
    with FaultPlc() as plc, Driver(plc.port, "--period", 5) as driver:
        driver.event("link-up")
        for part in range(100):
            plc.put(12.5)
            sample = driver.sample()
            assert (sample.counter, sample.lost, sample.value0) == (
                part + 1, 0, 12.5), sample
        polls(plc, 10)
        assert len(driver.of("sample")) == 100


def mb_10_torn_is_never_delivered():
    with FaultPlc() as plc, Driver(plc.port, "--period", 2, "--dead-after",
                                   1000000) as driver:
        driver.event("link-up")
        for part in range(1, 201):
            plc.half_put(value_of(part))
            polls(plc, 3)
            plc.finish_put(value_of(part))
            polls(plc, 2)
        until(lambda: driver.drain()[-1].fields.get("counter") == "200",
              "the last part")
        samples = driver.of("sample")
        check_values(samples)
        accounted(samples, 200)
        assert driver.report().torn >= 200


def mb_11_torn_is_read_again_at_once():
    with FaultPlc() as plc, Driver(plc.port, "--period", 5000, "--max-age",
                                   60000) as driver:
        driver.event("link-up")
        put_next(plc)
        plc.mode("torn", 0, 3)
        start = time.monotonic()
        check_values([driver.sample()])
        # Three torn reads and the good one are one poll, not four.
        assert time.monotonic() - start < 14
        times = [request.time for request in plc.requests[-4:]]
        assert times[-1] - times[0] < 4, times
        assert driver.report().torn == 3


def mb_11_bracket_that_never_closes():
    with FaultPlc() as plc, Driver(plc.port) as driver:
        driver.event("link-up")
        plc.mode("torn")
        put_next(plc)
        event = driver.event("block-refused")
        assert "differ at every look" in event.detail, event
        plc.mode("normal")
        driver.event("block-restored")
        check_values([driver.sample()])


def mb_11_lost_parts():
    with FaultPlc() as plc, Driver(plc.port) as driver:
        driver.event("link-up")
        put_next(plc)
        driver.sample()
        plc.put(value_of(6), step=5)
        lost = driver.event("samples-lost")
        assert lost.count == 4 and lost.station == 0, lost
        assert lost.detail == "2 to 5", lost
        sample = driver.sample()
        assert (sample.counter, sample.lost) == (6, 4), sample


def mb_11_known_counter():
    """After a restart of ours the same part is not a new one."""
    with FaultPlc() as plc:
        plc.set_counter(10)
        with Driver(plc.port, "--poll", "1:0:3:10") as driver:
            driver.event("link-up")
            polls(plc, 5)
            assert not driver.of("sample")
            plc.put(value_of(12), step=2)
            assert driver.event("samples-lost").count == 1
            sample = driver.sample()
            assert (sample.epoch, sample.counter) == (3, 12), sample


def mb_11_wrap_of_16_bits():
    with FaultPlc() as plc:
        plc.set_words(0, full_part(65533, 1))
        with Driver(plc.port, "--layout", "full") as driver:
            driver.event("link-up")
            for part in range(65533, 65540):
                plc.set_words(0, full_part(part & 0xffff, 1))
                sample = driver.sample()
                assert (sample.counter, sample.epoch, sample.lost) == (
                    part, 1, 0), sample


def mb_11_reboot():
    with FaultPlc() as plc, Driver(plc.port) as driver:
        driver.event("link-up")
        for _ in range(5):
            put_next(plc)
            driver.sample()
        plc.reboot()
        names = []
        while "counter-restarted" not in names:
            arrival = driver.next()
            assert arrival.kind == "event", arrival  # zeros are no part
            names.append(arrival.name)
        assert "from 5 back to 0" in arrival.detail, arrival
        put_next(plc)
        while arrival.kind == "event":
            arrival = driver.next()
        assert (arrival.epoch, arrival.counter, arrival.lost) == (2, 1, 0)
        check_values([arrival])


def full_queue_reports_what_it_lost():
    with FaultPlc() as plc, Driver(plc.port, "--queue", 4) as driver:
        driver.event("link-up")
        driver.ask("hold", "ok")
        for _ in range(20):
            put_next(plc)
            polls(plc, 3)  # seen, and seen again
        driver.ask("go", "ok")
        put_next(plc)
        until(lambda: any(a.fields.get("counter") == "21"
                          for a in driver.drain()), "the last part")
        samples, events = driver.of("sample"), driver.of("event")
        check_values(samples)
        accounted(samples, 21)
        lost = [event for event in events if event.name == "samples-lost"]
        assert sum(event.count for event in lost) == \
            sum(sample.lost for sample in samples) >= 10, events


def full_queue_keeps_the_news():
    with FaultPlc() as plc, Driver(plc.port, "--queue", 2) as driver:
        driver.event("link-up")
        driver.ask("hold", "ok")
        for _ in range(4):
            put_next(plc)
            polls(plc, 3)
        plc.kill()
        until(lambda: driver.report().up == 0, "still up")
        driver.ask("go", "ok")
        until(lambda: any(a.name == "link-down" for a in driver.drain()),
              "nothing is told")
        plc.start()
        until(lambda: any(a.fields.get("counter") == "4"
                          for a in driver.drain()), "the last part")
        accounted(driver.of("sample"), 4)


# ---- values ------------------------------------------------------------

def full_part(counter, value, depth=250, valid=1, stamp=0, spindle=2):
    """Ten registers of the driver's layout `full`; CDAB."""
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    return [counter, valid, low, high, depth & 0xffff, stamp & 0xffff,
            stamp >> 16 & 0xffff, spindle, counter, 0x1234]


GOOD, NOT_VALID, SENTINEL, OUT_OF_RANGE, NOT_A_NUMBER = range(5)


def mb_17_invalid_values():
    forms = [
        (full_part(1, 50.5), GOOD, GOOD),
        (full_part(2, 50.5, valid=0), NOT_VALID, NOT_VALID),
        (full_part(3, -9999.9), SENTINEL, GOOD),
        (full_part(4, float("nan")), NOT_A_NUMBER, GOOD),
        (full_part(5, float("inf")), NOT_A_NUMBER, GOOD),
        (full_part(6, 100.5), OUT_OF_RANGE, GOOD),
        (full_part(7, -0.5), OUT_OF_RANGE, GOOD),
        (full_part(8, 50.5, depth=-32768), GOOD, SENTINEL),
        (full_part(9, 100.0), GOOD, GOOD),
    ]
    with FaultPlc() as plc:
        plc.set_words(0, forms[0][0])
        with Driver(plc.port, "--layout", "full") as driver:
            check_forms(plc, driver, forms)


def check_forms(plc, driver, forms):
    driver.event("link-up")
    for words, first, second in forms:
        plc.set_words(0, words)
        arrival = driver.sample()
        assert arrival.counter == words[0], arrival
        got = (arrival.quality0, arrival.quality1)
        assert got == (first, second), (arrival, first, second)
        for value, quality in ((arrival.value0, first),
                               (arrival.value1, second)):
            assert (value != value) == (quality != GOOD), arrival
        assert arrival.fields["context0"] == "2"
    assert arrival.value0 == 100.0 and arrival.value1 == 2.5, arrival


def mb_22_time_of_the_answer():
    with FaultPlc() as plc, Driver(plc.port, "--period", 50) as driver:
        driver.event("link-up")
        polls(plc, 2)
        for _ in range(5):
            polls(plc, 2)
            before = time.time_ns()
            put_next(plc)
            sample = driver.sample()
            assert sample.source == 0
            assert before <= sample.time <= time.time_ns(), sample
            # The part was made after the look before this one.
            assert 0 < sample.uncertainty
            assert sample.time - sample.uncertainty <= time.time_ns()
        assert sample.uncertainty < 20e9


def mb_22_time_of_the_plc():
    with FaultPlc() as plc:
        plc.set_words(0, full_part(1, 1, stamp=4294967000))
        with Driver(plc.port, "--layout", "full", "--period",
                    50) as driver:
            driver.event("link-up")
            start, before = time.monotonic(), driver.sample()
            for part in range(2, 20):
                polls(plc, part % 3)
                ticks = 4294967000 + int((time.monotonic() - start) * 1000)
                made = time.time_ns()
                plc.set_words(0, full_part(part, 1, stamp=ticks % 2 ** 32))
                sample = driver.sample()
                assert sample.source == 1
                assert sample.time > before.time
                # The true time is inside the stated bounds.
                assert sample.time - sample.uncertainty <= made + 2000000
                before = sample


# ---- a foreign PLC -----------------------------------------------------

def mb_24_pymodbus():
    from foreign_plc import ForeignPlc, column
    values = column(os.path.join(SOURCE, "tests", "data", "pistonrings.csv"),
                    "diameter_mm")
    with ForeignPlc(values) as plc, Driver(plc.port, "--period",
                                           5) as driver:
        driver.event("link-up")
        for value in values:
            counter, shown = plc.next()
            sample = driver.sample()
            assert shown == value
            assert (sample.counter, sample.lost) == (counter, 0), sample
            assert sample.value0 == value, (sample, value)
        assert plc.next() is None
        assert len(driver.of("sample")) == 200


# ---- sources -----------------------------------------------------------

def _sources(*folders):
    for folder in folders:
        for where, _, files in os.walk(os.path.join(SOURCE, folder)):
            for name in files:
                if name.endswith((".c", ".h")):
                    with open(os.path.join(where, name),
                              encoding="utf-8") as file:
                        yield os.path.join(where, name), file.read()


def mb_15_no_float_of_the_library():
    names = ["modbus_%s_float" % verb for verb in ("get", "set")]
    for path, text in _sources("adapters", "programs", "tests"):
        assert not any(name in text for name in names), path


def no_server_and_no_write():
    names = ("modbus_reply", "modbus_mapping", "modbus_tcp_listen",
             "modbus_write", "modbus_mask_write",
             "MODBUS_ERROR_RECOVERY_LINK")
    for path, text in _sources("adapters", "programs"):
        assert not any(name in text for name in names), path


SCENARIOS = {
    name: scenario for name, scenario in list(globals().items())
    if callable(scenario) and getattr(scenario, "__module__", "") == __name__
    and not isinstance(scenario, type) and scenario.__code__.co_argcount == 0
    and name[0] != "_" and name != "until"
}


def main(names):
    if names == ["list"]:
        print("\n".join(SCENARIOS))
        return
    for name in names or SCENARIOS:
        start = time.monotonic()
        SCENARIOS[name]()
        print("%-45s %6.1f s" % (name, time.monotonic() - start), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
