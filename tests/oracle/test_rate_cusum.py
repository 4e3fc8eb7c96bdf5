# SPDX-License-Identifier: GPL-3.0-or-later
"""Cumulative sums of rare events through `spc chart`, against their definition
in this file: the Bernoulli sum a unit at a time, in exact fractions of units,
the sum of times by its recursion.  Limits are not recomputed here; what they
promise is asked of `spc arl`.
"""

import math
import os
import random
import tempfile

from oracle import close, finish, same, spc


def chart(kind, values, *more):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "events.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("x\n" + "".join("%r\n" % value for value in values))
        return spc("chart", kind, path, "--value", "x", *more)


def bernoulli(gaps, m, m_low, head, head_low):
    """After every event, unit by unit: a good one moves the sums by one."""
    high, low, rows = head, head_low, []
    for gap in gaps:
        for unit in range(1, gap + 1):
            event = unit == gap
            high = high + m - 1 if event else max(0, high - 1)
            low = max(0, low + 1 - m_low) if event else low + 1
        rows.append((high, low))
    return rows


def times(gaps, k, k_low, head, head_low):
    high, low, rows = head, head_low, []
    for gap in gaps:
        high = max(0.0, high + k - gap)
        low = max(0.0, low + gap - k_low)
        rows.append((high, low))
    return rows


def reference_units(p0, ratio):
    """The slope of the likelihood ratio, as Reynolds and Stoumbos have it."""
    p1 = p0 * ratio
    r1 = -math.log1p((p0 - p1) / (1 - p0))
    r2 = math.log(p1 * (1 - p0) / (p0 * (1 - p1)))
    return r2 / r1


def check_points(what, result, rows, h, h_low):
    points = result["panels"][0]["points"]
    same(what + " points", len(points), len(rows))
    want = set()
    for i, (point, (high, low)) in enumerate(zip(points, rows)):
        close("%s C+ %d" % (what, i + 1), point["value"], float(high))
        close("%s C- %d" % (what, i + 1), point["value_low"], float(low))
        want |= {(i + 1, "above")} if high > h else set()
        want |= {(i + 1, "below")} if low > h_low else set()
    same(what + " signals", {(s["index"], s["side"])
                             for s in result["signals"]}, want)


def check_units(seed, p0, ratio, shift, head):
    draw = random.Random(seed)
    gaps = [1 + int(math.log(1 - draw.random())
                    / math.log1p(-(p0 if i < 60 else p0 * shift)))
            for i in range(120)]
    what = "bernoulli %g %g" % (p0, ratio)
    result = chart("bernoulli-cusum", gaps, "--baseline", "1:60", "--ratio",
                   repr(ratio), "--arl0", "50", "--head-start", repr(head))
    found = result["estimate"]
    rate = 60 / sum(gaps[:60])
    close(what + " rate", found["rate"], rate)
    for key, factor in (("m", ratio), ("m_low", 1 / ratio)):
        exact = reference_units(rate, factor)
        same("%s %s near its reference" % (what, key),
             abs(found[key] - exact) <= 1, True)
        same("%s %s whole" % (what, key), found[key] == int(found[key]), True)
    heads = [math.floor(head * found[key]) for key in ("h", "h_low")]
    rows = bernoulli(gaps, int(found["m"]), int(found["m_low"]), *heads)
    check_points(what, result, rows, found["h"], found["h_low"])
    same(what + " told apart", bool(result["signals"]), True)


def check_times(seed, mean, ratio, shift, head):
    draw = random.Random(seed)
    gaps = [draw.expovariate(1 / mean) / (1 if i < 60 else shift)
            for i in range(120)]
    what = "tbe %g %g" % (mean, ratio)
    result = chart("tbe-cusum", gaps, "--baseline", "1:60", "--ratio",
                   repr(ratio), "--arl0", "50", "--head-start", repr(head))
    found = result["estimate"]
    m0 = sum(gaps[:60]) / 60
    close(what + " mean", found["mean"], m0)
    for key, factor in (("k", 1 / ratio), ("k_low", ratio)):
        m1 = m0 * factor
        close(what + " " + key, found[key],
              math.log(m0 / m1) / (1 / m1 - 1 / m0))
    heads = [head * found[key] for key in ("h", "h_low")]
    check_points(what, result, times(gaps, found["k"], found["k_low"], *heads),
                 found["h"], found["h_low"])
    same(what + " told apart", bool(result["signals"]), True)


def check_change_point():
    """One in a thousand until event 20, then one in a hundred."""
    result = chart("bernoulli-cusum", [1000] * 20 + [100] * 20, "--center",
                   "0.001", "--ratio", "10")
    first = result["signals"][0]
    same("change point", first["change_point"], 21)
    same("level near 0.01", abs(first["level"] - 0.01) < 0.003, True)


def check_promise():
    """Without limits of its own the chart signals once in --arl0 events: the
    rates of both sums' signals, each found by `spc arl`, add up to that."""
    found = chart("bernoulli-cusum", [50], "--center", "0.02", "--arl0",
                  "300")["estimate"]
    rate = sum(1 / spc("arl", "--chart", "geometric-cusum", "--p0", "0.02",
                       "--p1", p1, "--h", repr(found[h]), "--shift",
                       "1")["arl"][0]["arl"]
               for p1, h in (("0.04", "h"), ("0.01", "h_low")))
    same("bernoulli promise", 300 <= 1 / rate < 310, True)
    found = chart("tbe-cusum", [50.0], "--center", "50", "--arl0",
                  "300")["estimate"]
    rate = sum(1 / spc("arl", "--chart", "tbe-cusum", "--mean0", "50",
                       "--mean1", m1, "--h", repr(found[h]), "--shift",
                       "1")["arl"][0]["arl"]
               for m1, h in (("25", "h"), ("100", "h_low")))
    same("tbe promise", abs(1 / rate - 300) < 1e-6, True)


for seed, args in enumerate([(0.01, 2.0, 3, 0.0), (0.001, 4.0, 6, 0.5),
                             (0.05, 3.0, 0.2, 0.25), (0.02, 2.0, 0.3, 0.0)]):
    check_units(seed, *args)
for seed, args in enumerate([(10.0, 2.0, 3, 0.0), (0.5, 4.0, 5, 0.5),
                             (1e6, 2.0, 0.3, 0.0)]):
    check_times(seed, *args)
check_change_point()
check_promise()
finish()
