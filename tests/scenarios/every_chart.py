# SPDX-License-Identifier: GPL-3.0-or-later
"""Every chart there is, on a line: from the registers of a foreign PLC to the
alarm at an independent subscriber.

One station shows parts whose values move by a known amount at a known part.
Each chart watches them as a characteristic of its own.  Three things must
hold: its alarm comes, and no later than the run length of the chart allows;
the signals it tells are those `spc chart` finds in a file of the same values;
and a chart that nobody put here is a failure of this test, not a gap in it.
"""
import csv
import json
import math
import os
import random
import struct
import sys

sys.path.insert(0, os.path.join(os.environ["SPC_SOURCE"], "tests", "sim"))
import plant  # noqa: E402
from foreign_plc import HOLDING, ForeignPlc, encode, encode_counter  # noqa: E402

PARTS, SHIFT = 400, 201  # the first part that differs
REALS = ["x", "y", "z", "a", "w", "gap", "s1", "s2", "s3", "s4", "s5", "s6"]
WHOLE = ["defects", "units", "event"]
KINDS = {"A": 10.0, "B": 20.0}

COUNTER, FIRST = 0, 2
ADDRESS = {name: FIRST + 4 * i for i, name in enumerate(REALS)}
ADDRESS.update({name: FIRST + 4 * len(REALS) + i
                for i, name in enumerate(WHOLE)})
KIND = FIRST + 4 * len(REALS) + len(WHOLE)
COUNTER_AGAIN = KIND + 1


class WidePlc(ForeignPlc):
    """The same PLC with a row of a file in its registers."""

    registers = COUNTER_AGAIN + 2

    async def _write(self, row):
        import asyncio
        words = [word for name in REALS for word in encode(row[name])]
        words += [row[name] for name in WHOLE]
        words += struct.unpack(">H", row["kind"].encode().ljust(2, b"\0"))
        counter = encode_counter(self.counter)
        for address, block in ((COUNTER, counter), (FIRST, words),
                               (COUNTER_AGAIN, counter)):
            self._slave.setValues(HOLDING, address, list(block))
            await asyncio.sleep(0)


def rows():
    """Parts of a process that shifts: means by two sigmas, defects from 5 to
    20 in a hundred, events from 1 to 6 in ten, gaps between them to a fifth,
    one stream of six by four sigmas."""
    draw = random.Random(20)
    a = 0.0
    for part in range(1, PARTS + 1):
        after = part >= SHIFT
        common, u, v = (draw.gauss(0, 1) for _ in range(3))
        kind = "AB"[(part - 1) // 25 % 2]
        a = 0.6 * a + draw.gauss(0, 0.8)
        units = draw.randrange(40, 61)
        row = {
            "x": 10 + draw.gauss(0, 1) + 2 * after,
            "y": 5 + 0.8 * common + 0.6 * u + 2 * after,
            "z": 7 + 0.8 * common + 0.6 * v - 2 * after,
            "a": 10 + a + 4 * after,
            "w": KINDS[kind] + draw.gauss(0, 0.5) + 1.5 * after,
            "gap": draw.expovariate(0.5 if after else 0.1),
            "units": units,
            "defects": sum(draw.random() < (0.2 if after else 0.05)
                           for _ in range(units)),
            "event": int(draw.random() < (0.6 if after else 0.1)),
            "kind": kind,
        }
        for i in range(1, 7):
            row["s%d" % i] = 5 + i / 10 + draw.gauss(0, 0.5) \
                + 2 * (after and i == 4)
        yield row


# What the plant file says of each chart beyond its name, the command that
# makes the same chart of a file, and how soon after the shift the alarm must
# come: options of `spc arl` for this design and shift, four of whose run
# lengths all but about e^-4 of alarms keep, or a number of points where there
# is no exact run length.
def shewhart(sigmas):
    return ["--chart", "shewhart", "--shift", repr(sigmas)]


ONE = "study: 100"
FIVE = "subgroup: 5, study: 40"
X = ["--value", "x"]
XS = ["--value", "x", "--size", "5"]
EVENTS = "event: true, study: 15"
VECTOR = "with: [y-only, z-only]"
STREAMS = "with: [s2-only, s3-only, s4-only, s5-only, s6-only]"
OF_STREAMS = ["--value", "s1,s2,s3,s4,s5,s6"]
SPEC = "spec: { lsl: 6.5, usl: 13.5, target: 10 }"
OF_SPEC = ["--lsl", "6.5", "--usl", "13.5", "--target", "10"]
PART_KINDS = ("part_by: kind, parts: [{ part: A, nominal: 10 }, "
              "{ part: B, nominal: 20 }]")
OF_KINDS = ["--value", "w", "--part", "kind", "--nominal", "nominal"]
# chart: (register, plant file, command line, points)
CHARTS = {
    "imr": ("x", ONE, X, shewhart(2)),
    "xbar-r": ("x", FIVE, XS, shewhart(2 * 5 ** 0.5)),
    "xbar-s": ("x", FIVE, XS, shewhart(2 * 5 ** 0.5)),
    "median-r": ("x", FIVE, XS, shewhart(2 * 5 ** 0.5 / 1.198)),
    "imr-r": ("x", FIVE, XS, 6),
    "imr-s": ("x", FIVE, XS, 6),
    "deviation": ("w", ONE + ", " + PART_KINDS, OF_KINDS, 10),
    "z-mr": ("w", ONE + ", " + PART_KINDS, OF_KINDS, 10),
    "acceptance": ("x", FIVE + ", fraction: 0.001, " + SPEC,
                   XS + ["--fraction", "0.001"] + OF_SPEC, 20),
    "modified": ("x", FIVE + ", fraction: 0.001, " + SPEC,
                 XS + ["--fraction", "0.001"] + OF_SPEC, 20),
    "pre-control": ("x", SPEC, X + OF_SPEC, 30),
    "p": ("defects", ONE + ", units: units-only",
          ["--count", "defects", "--n", "units"],
          ["--chart", "p", "--p0", "0.05", "--n", "50", "--shift", "4"]),
    "np": ("defects", ONE + ", units: units-only",
           ["--count", "defects", "--n", "units"],
           ["--chart", "np", "--p0", "0.05", "--n", "50", "--shift", "4"]),
    "c": ("defects", ONE, ["--count", "defects"],
          ["--chart", "c", "--mean0", "2.5", "--shift", "4"]),
    "u": ("defects", ONE + ", units: units-only",
          ["--count", "defects", "--n", "units"],
          ["--chart", "u", "--mean0", "0.05", "--n", "50", "--shift", "4"]),
    "laney-p": ("defects", ONE + ", units: units-only",
                ["--count", "defects", "--n", "units"], 12),
    "laney-u": ("defects", ONE + ", units: units-only",
                ["--count", "defects", "--n", "units"], 12),
    "ewma": ("x", ONE + ", lambda: 0.1, width: 2.814",
             X + ["--lambda", "0.1", "--width", "2.814"],
             ["--chart", "ewma", "--lambda", "0.1", "--width", "2.814",
              "--limits", "exact", "--shift", "2"]),
    "cusum": ("x", ONE, X, ["--chart", "cusum", "--h", "5",
                             "--shift", "2"]),
    "moving-average": ("x", ONE, X, 20),
    "ar-individual": ("a", ONE, ["--value", "a"], 12),
    "ar-residual": ("a", ONE, ["--value", "a"], 30),
    # Its lower limit is at zero: zeros in a row tell, which have no formula.
    "g": ("event", EVENTS, ["--event", "event"], 30),
    "t": ("gap", ONE + ", alpha: 0.05", ["--value", "gap", "--alpha", "0.05"],
          ["--chart", "t", "--mean0", "10", "--alpha", "0.05", "--shift", "5"]),
    "ccc": ("event", EVENTS + ", r: 2, alpha: 0.05",
            ["--event", "event", "--r", "2", "--alpha", "0.05"],
            ["--chart", "ccc", "--r", "2", "--p0", "0.1", "--alpha", "0.05",
             "--shift", "6"]),
    "bernoulli-cusum": ("event", EVENTS, ["--event", "event"], 80),
    "tbe-cusum": ("gap", ONE, ["--value", "gap"], 40),
    "t2": ("x", ONE + ", " + VECTOR, ["--value", "x,y,z"],
           ["--chart", "t2", "--p", "3", "--shift", "5.12"]),
    "generalized-variance": ("x", FIVE + ", " + VECTOR,
                             ["--value", "x,y,z", "--size", "5"], None),
    "mewma": ("x", ONE + ", " + VECTOR, ["--value", "x,y,z"], 12),
    "group": ("s1", ONE + ", " + STREAMS, OF_STREAMS, 12),
    "stream-difference": ("s1", ONE + ", " + STREAMS, OF_STREAMS, 12),
}
ONLY = ["y", "z", "s2", "s3", "s4", "s5", "s6", "units"]

PLANT = """\
version: 1
site: {{ enterprise: acme, site: torino, gateway: gw-08 }}
historian: {{ path: {folder}/historian.db }}
modbus:
  links:
    - {{ name: plc, tcp: {{ host: 127.0.0.1, port: {plc} }}, units: [1] }}
stations:
  - id: op50
    area: machining
    line: line-2
    link: plc
    unit: 1
    addressing: {{ base: 0 }}
    word_order: ABCD
    poll: 5ms
    max_age: 2s
    sample:
      trigger: {{ counter: 0, type: uint32 }}
      verify: {{ counter_again: {again} }}
      context:
        kind: {{ register: {kind}, type: string, length: 2 }}
    characteristics:
{characteristics}
mqtt:
  broker: mqtt://127.0.0.1:{broker}
  keepalive: 2s
  state_every: 200ms
"""


def characteristic(name, column, chart, more=""):
    return "      - {{ id: {}, register: {}, type: {}, chart: {}{} }}\n".format(
        name, ADDRESS[column], "uint16" if column in WHOLE else "float64",
        chart, more and ", " + more)


def plant_file(folder, plc, broker):
    lines = [characteristic("on-" + chart, column, chart, more)
             for chart, (column, more, _, _) in CHARTS.items()]
    lines += [characteristic(name + "-only", name, "none") for name in ONLY]
    return PLANT.format(folder=folder, plc=plc, broker=broker, kind=KIND,
                        again=COUNTER_AGAIN, characteristics="".join(lines))


def write_file(folder, parts):
    path = os.path.join(folder, "parts.csv")
    with open(path, "w", encoding="utf-8", newline="") as file:
        names = REALS + WHOLE + ["kind", "nominal"]
        table = csv.DictWriter(file, names)
        table.writeheader()
        for row in parts:
            table.writerow({**{name: repr(row[name]) for name in REALS},
                            **{name: row[name] for name in WHOLE},
                            "kind": row["kind"], "nominal": KINDS[row["kind"]]})
    return path


def signal(s):
    return (s["panel"], s["index"], s["rule"], s["side"])


def in_file(chart, path, limits):
    """Signals of the file after as many points as the line's study had."""
    command = list(CHARTS[chart][2])
    study = limits["subgroups"]
    if study > 0:
        command += ["--baseline", "1:%d" % study]
    status, out = plant.spc("chart", chart, path, *command, "--format", "json")
    assert status in (0, 1), (chart, status)
    answer = json.loads(out)
    low = {"cusum", "bernoulli-cusum", "tbe-cusum"}
    found = set()
    for s in answer["signals"]:
        panel = s["panel"]
        if chart in low and s["side"] == "below":
            panel += "-low"
        if s["index"] > study:
            found.add((panel,) + signal(s)[1:])
    return found


def on_line(events):
    return {signal(s) for e in events if e["action"] in ("raised", "updated")
            for s in e["signals"]}


def points_after_shift(daemon, stream_points, index):
    """How many points the line plotted since the shift, up to this one."""
    return sum(1 for i, last in stream_points
               if i <= index and last >= SHIFT)


def promise(design):
    """Points, from four average run lengths; None: nothing is promised."""
    if not isinstance(design, list):
        return design
    _, out = plant.spc("arl", *design, "--format", "json", check=0)
    return math.ceil(4 * json.loads(out)["arl"][0]["arl"])


def check_chart(chart, daemon, subscriber, path):
    name = "on-" + chart
    events = [e for e in subscriber.alarms() if e["characteristic"] == name]
    limits = [e["limits"] for e in subscriber.events()
              if e["schema"] == "spc.limits/1" and e["characteristic"] == name
              and e["action"] == "limits-in-force"]
    assert len(limits) == 1, (chart, limits)
    told, wanted = on_line(events), in_file(chart, path, limits[0])
    assert told == wanted, (chart, sorted(told ^ wanted))
    points = daemon.ask(
        "SELECT idx, last_counter FROM points JOIN streams ON streams.id ="
        " points.stream WHERE streams.name = ? ORDER BY idx", "op50/" + name)
    first = min((i for i, last in points if last >= SHIFT), default=None)
    after = [i for _, i, _, _ in sorted(told, key=lambda s: s[1])
             if i >= first]
    bound = promise(CHARTS[chart][3])
    if bound is None:  # this shift is none of its business
        print("  %-22s %d signals, as in the file" % (chart, len(told)))
        return
    assert after, (chart, "nothing was told after the shift")
    delay = points_after_shift(daemon, points, after[0])
    print("  %-22s told after %d points of at most %d" % (chart, delay, bound))
    assert delay <= bound, (chart, delay, bound)


def every_chart_is_here(folder):
    _, listed = plant.spc("chart", "--list", check=0)
    names = [line.split()[0] for line in listed.splitlines()]
    assert names == list(CHARTS), set(names) ^ set(CHARTS)


def from_registers_to_alarm():
    with plant.Folder() as folder:
        every_chart_is_here(folder)
        parts = list(rows())
        path = write_file(folder, parts)
        broker = plant.Broker(folder)
        plc = WidePlc(parts)
        subscriber = plant.Subscriber(broker.port)
        daemon = plant.Daemon(folder, plant_file(folder, plc.port,
                                                 broker.port)).start()
        try:
            plant.until(lambda: "link-up" in daemon.actions(),
                        "link up\n" + daemon.said()[-2000:])
            for part in range(1, PARTS + 1):
                plc.next()
                plant.until(lambda: daemon.samples() == part,
                            f"part {part}\n{daemon.said()[-2000:]}")
            last = daemon.ask("SELECT max(seq) FROM events")[0][0]
            plant.until(lambda: any(e["seq"] == last
                                    for e in subscriber.events()),
                        "the last event arrives")
            for chart in CHARTS:
                check_chart(chart, daemon, subscriber, path)
            daemon.stop()
        finally:
            subscriber.stop()
            plc.close()
            broker.stop()


if __name__ == "__main__":
    sys.exit(plant.main(from_registers_to_alarm))
