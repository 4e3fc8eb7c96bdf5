# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts of many streams through `spc chart`, against a second definition.

Compared, on drawn data: sigma, offsets by the two-way layout, every extreme
with its stream, both limits by the number of streams present, ranges and
moving ranges, the mean of all with its limits, the points beyond, runs of one
stream.  Then how often a process in control signals, within four standard
errors; and files that nobody should have written.
"""

import math
import os
import random
import statistics
import subprocess
import time

from oracle import SPC, close, finish, same, spc

ALPHA = 0.0027
NORMAL = statistics.NormalDist()
FILE = os.path.join(os.environ.get("TMPDIR", "/tmp"),
                    "spc-streams-%d.csv" % os.getpid())


# ---- the second definition -------------------------------------------------


def integral(f, low, high, steps=4000):
    width = (high - low) / steps
    return width * (sum(f(low + i * width) for i in range(1, steps)) +
                    (f(low) + f(high)) / 2)


def range_cdf(r, n):
    return n * integral(
        lambda x: NORMAL.pdf(x) * (NORMAL.cdf(x + r) - NORMAL.cdf(x)) **
        (n - 1), -9 - r, 9)


def range_moments(n):
    """Mean and standard deviation of the range of n, by its tail."""
    if n == 2:
        return 2 / math.sqrt(math.pi), math.sqrt(2 - 4 / math.pi)
    tail = [1 - range_cdf(i * 0.025, n) for i in range(400)]
    mean = 0.025 * (sum(tail) - 0.5)
    square = 2 * 0.025 * sum(i * 0.025 * t for i, t in enumerate(tail))
    return mean, math.sqrt(square + 0.025 ** 2 / 6 - mean ** 2)


def share(alpha, m):
    return -math.expm1(math.log1p(-alpha) / m)


def width(alpha, m, differences=False):
    if differences and m == 2:
        m = 1
    return -NORMAL.inv_cdf(share(alpha, m) / 2)


def range_limit(alpha, m, n):
    p = share(alpha, m)
    if n == 2:
        return -math.sqrt(2) * NORMAL.inv_cdf(p / 2)
    low, high = 0, 12
    for _ in range(60):
        middle = (low + high) / 2
        if 1 - range_cdf(middle, n) > p:
            low = middle
        else:
            high = middle
    return low


def c4(n):
    return math.sqrt(2 / (n - 1)) * math.exp(
        math.lgamma(n / 2) - math.lgamma((n - 1) / 2))


def present(row):
    return [(j, x) for j, x in enumerate(row) if x is not None]


def extremes(row):
    """Largest and smallest with their streams, the first of equals."""
    here = present(row)
    high = max(x for _, x in here)
    low = min(x for _, x in here)
    return ((high, next(j for j, x in here if x == high)),
            (low, next(j for j, x in here if x == low)))


def moving(rows):
    """Of each time: the moving range of each stream, or None."""
    out = [[None] * len(rows[0])]
    for before, row in zip(rows, rows[1:]):
        out.append([None if a is None or b is None else abs(b - a)
                    for a, b in zip(before, row)])
    return out


def two_way(rows):
    """Offsets, and sigma of what offsets and common moves leave over."""
    m, t = len(rows[0]), len(rows)
    grand = sum(map(sum, rows)) / (m * t)
    offsets = [sum(r[j] for r in rows) / t - grand for j in range(m)]
    means = [sum(r) / m for r in rows]
    squares = sum((r[j] - offsets[j] - mean) ** 2
                  for r, mean in zip(rows, means) for j in range(m))
    df = (m - 1) * (t - 1)
    return offsets, math.sqrt(squares / df) / c4(df + 1), df


def plain_sigma(rows):
    squares = df = 0
    for row in rows:
        values = [x for _, x in present(row)]
        mean = sum(values) / len(values)
        squares += sum((x - mean) ** 2 for x in values)
        df += len(values) - 1
    return math.sqrt(squares / df) / c4(df + 1), df


def runs(rows, side, m):
    """Points at which one stream has been the extreme one r times running."""
    r = 1
    while m ** -(r - 1.0) > ALPHA:
        r += 1
    hits, length, last = [], 0, None
    for i, row in enumerate(rows):
        here = present(row)
        value, stream = extremes(row)[side]
        if len(here) < 2 or sum(x == value for _, x in here) > 1:
            length, last = 0, None
            continue
        length = length + 1 if stream == last else 1
        last = stream
        if length >= r:
            hits.append(i + 1)
    return hits


# ---- files -----------------------------------------------------------------


def cell(x):
    return "" if x is None else repr(x)


def write(text):
    with open(FILE, "w", encoding="utf-8") as file:
        file.write(text)


def write_columns(rows):
    write(",".join("c%d" % j for j in range(len(rows[0]))) + "\n" +
          "".join(",".join(map(cell, row)) + "\n" for row in rows))
    return ["--value", ",".join("c%d" % j for j in range(len(rows[0])))]


def write_long(rows, rng):
    """In any order; the first round names the streams."""
    lines = ["t,s,x\n"]
    for i, row in enumerate(rows):
        order = list(range(len(row)))
        if i > 0:
            rng.shuffle(order)
        for j in order:
            if i == 0 or row[j] is not None:
                lines.append("%d,c%d,%s\n" % (i + 1, j, cell(row[j])))
    write("".join(lines))
    return ["--value", "x", "--stream", "s", "--time", "t"]


def draw(rng, m, t, missing=0.0, offsets=0.0, common=0.0):
    apart = [offsets * rng.gauss(0, 1) for _ in range(m)]
    rows = []
    for _ in range(t):
        level = 3.65 + common * rng.gauss(0, 1)
        rows.append([round(level + apart[j] + 0.0123 * rng.gauss(0, 1), 6)
                     for j in range(m)])
    for row in rows[1:]:
        for j in range(2, m):
            if rng.random() < missing:
                row[j] = None
    return rows


def names(result, panel):
    return [p["stream"] for p in result["panels"][panel]["points"]]


def column(result, panel, key):
    return [p[key] for p in result["panels"][panel]["points"]]


def hits(result, panel, rule):
    return [s["index"] for s in result["signals"]
            if s["panel"] == panel and s["rule"] == rule]


def check_column(what, result, panel, key, want):
    got = column(result, panel, key)
    same("%s %s count" % (what, key), len(got), len(want))
    for i, (g, w) in enumerate(zip(got, want)):
        close("%s %s[%d]" % (what, key, i + 1), g, w)


def check_signals(what, result):
    """Beyond is beyond the limits that are printed, strictly."""
    for panel in result["panels"]:
        beyond = [p["index"] for p in panel["points"] if p["ucl"] is not None
                  and (p["value"] > p["ucl"] or p["value"] < p["lcl"])]
        same("%s %s beyond" % (what, panel["statistic"]),
             sorted(hits(result, panel["statistic"], "nelson-1")), beyond)


def check_causes(what, result, rows, offsets, differences):
    """The largest first, each beyond, and all that are."""
    for signal in result["signals"]:
        if signal["rule"] != "nelson-1" or signal["panel"] not in (
                "largest", "smallest", "largest-difference",
                "smallest-difference"):
            continue
        row = [None if x is None else x - offsets[j]
               for j, x in enumerate(rows[signal["index"] - 1])]
        values = [x for _, x in present(row)]
        mean = sum(values) / len(values) if differences else 0
        causes = signal["contributions"]
        limit = causes[0]["limit"]
        sign = 1 if signal["panel"].startswith("largest") else -1
        want = sorted(((sign * (x - mean - limit), j) for j, x in present(row)
                       if sign * (x - mean - limit) > 0), reverse=True)
        same(what + " causes", [c["name"] for c in causes],
             ["c%d" % j for _, j in want][:5])
        for cause, (_, j) in zip(causes, want):
            close(what + " cause", cause["value"], row[j] - mean)


# ---- cases -----------------------------------------------------------------


def spread_zones(what, result, rows, sigma, by_width, n, spreads):
    d2, d3 = range_moments(n)
    high = [max((x for x in row if x is not None), default=None)
            for row in spreads]
    check_column(what, result, 2, "value", high)
    for i, (row, value) in enumerate(zip(spreads, high)):
        if value is None:
            continue
        count = len(present(row))
        limit = d2 + by_width * d3 if by_width else range_limit(
            ALPHA, count, n)
        close(what + " range ucl", column(result, 2, "ucl")[i], limit * sigma)
        close(what + " range cl", column(result, 2, "center")[i], d2 * sigma)
        same(what + " range stream", names(result, 2)[i],
             "c%d" % row.index(value))


def check_group(what, rows, result, by_width=None):
    m = len(rows[0])
    ranges = [x for row in moving(rows) for x in row if x is not None]
    sigma = sum(ranges) / len(ranges) / (2 / math.sqrt(math.pi))
    values = [x for row in rows for x in row if x is not None]
    center = sum(values) / len(values)
    close(what + " sigma", result["estimate"]["sigma"], sigma)
    close(what + " centre", result["estimate"]["center"], center)
    same(what + " df", result["estimate"]["df"], len(ranges))
    for side in (0, 1):
        check_column(what, result, side, "value",
                     [extremes(row)[side][0] for row in rows])
        same(what + " streams", names(result, side),
             ["c%d" % extremes(row)[side][1] for row in rows])
        reach = [sigma * (by_width or width(ALPHA, len(present(row))))
                 for row in rows]
        check_column(what, result, side, "ucl", [center + x for x in reach])
        check_column(what, result, side, "lcl", [center - x for x in reach])
        same(what + " runs", hits(result, ("largest", "smallest")[side],
                                  "same-stream"), runs(rows, side, m))
    same(what + " n", column(result, 0, "n"), [len(present(r)) for r in rows])
    spread_zones(what, result, rows, sigma, by_width, 2, moving(rows))
    check_signals(what, result)
    check_causes(what, result, rows, [0] * m, False)


def check_difference(what, rows, result, offsets, sigma, df, by_width=None):
    m = len(rows[0])
    adjusted = [[None if x is None else x - offsets[j]
                 for j, x in enumerate(row)] for row in rows]
    means = [sum(x for _, x in present(r)) / len(present(r))
             for r in adjusted]
    moves = [abs(b - a) for a, b in zip(means, means[1:])]
    spread = sum(moves) / len(moves) / (2 / math.sqrt(math.pi))
    center = sum(means) / len(means)
    close(what + " sigma", result["estimate"]["sigma"], sigma)
    close(what + " df", result["estimate"]["df"], df)
    for side in (0, 1):
        got = column(result, side, "value")
        for i, row in enumerate(adjusted):
            want = extremes(row)[side][0] - means[i]
            same("%s value[%d]" % (what, i + 1),
                 abs(got[i] - want) < 1e-12, True)
        reach = []
        for row in rows:
            k = len(present(row))
            reach.append(sigma * math.sqrt((k - 1) / k) *
                         (by_width or width(ALPHA, k, True)))
        check_column(what, result, side, "ucl", reach)
        check_column(what, result, side, "lcl", [-x for x in reach])
        same(what + " runs",
             hits(result, ("largest", "smallest")[side] + "-difference",
                  "same-stream"),
             runs([[None if x is None else round(x, 9) for x in r]
                   for r in adjusted], side, m))
    check_column(what, result, 2, "value", means)
    check_column(what, result, 2, "center", [center] * len(rows))
    check_column(what, result, 2, "ucl", [center + 3 * spread] * len(rows))
    check_column(what, result, 2, "lcl", [center - 3 * spread] * len(rows))
    check_signals(what, result)
    check_causes(what, result, rows, offsets, True)


def golden(rng):
    for m, t, missing in ((2, 30, 0), (4, 40, 0.15), (12, 25, 0.1),
                          (31, 12, 0)):
        rows = draw(rng, m, t, missing)
        rows[t // 2][1] += 0.08
        arguments = write_columns(rows)
        what = "group %d x %d" % (m, t)
        check_group(what, rows, spc("chart", "group", FILE, *arguments))
        check_group(what + " by width", rows,
                    spc("chart", "group", FILE, *arguments, "--width", "2.5"),
                    by_width=2.5)
        arguments = write_long(rows, rng)
        check_group(what + " long", rows,
                    spc("chart", "group", FILE, *arguments))
        result = spc("chart", "stream-difference", FILE, *arguments,
                     "--offsets", "keep")
        check_difference("difference kept %d x %d" % (m, t), rows, result,
                         [0] * m, *plain_sigma(rows))
    for m, t in ((2, 25), (7, 30), (20, 15)):
        rows = draw(rng, m, t, offsets=0.05, common=0.1)
        rows[t - 3][1] += 0.1
        arguments = write_columns(rows)
        offsets, sigma, df = two_way(rows)
        what = "difference %d x %d" % (m, t)
        result = spc("chart", "stream-difference", FILE, *arguments)
        check_difference(what, rows, result, offsets, sigma, df)
        for got, want in zip(result["estimate"]["offsets"], offsets):
            same(what + " offset", abs(got["offset"] - want) < 1e-12, True)
        check_difference(what + " by width", rows,
                         spc("chart", "stream-difference", FILE, *arguments,
                             "--width", "2.8"), offsets, sigma, df, 2.8)


def subgroups(rng):
    """Five rounds a subgroup; one stream lacks a value in one of them."""
    m, t, n = 6, 100, 5
    rows = draw(rng, m, t)
    rows[42][3] = None
    result = spc("chart", "group", FILE, *write_columns(rows), "--size", "5")
    groups = [rows[i:i + n] for i in range(0, t, n)]
    means = [[None if any(r[j] is None for r in g) else
              sum(r[j] for r in g) / n for j in range(m)] for g in groups]
    spreads = [[None if any(r[j] is None for r in g) else
                max(r[j] for r in g) - min(r[j] for r in g)
                for j in range(m)] for g in groups]
    flat = [x for row in spreads for x in row if x is not None]
    sigma = sum(flat) / len(flat) / range_moments(n)[0]
    values = [x for row in means for x in row if x is not None]
    center = sum(values) / len(values)
    close("subgroups sigma", result["estimate"]["sigma"], sigma)
    for side in (0, 1):
        check_column("subgroups", result, side, "value",
                     [extremes(row)[side][0] for row in means])
        check_column("subgroups", result, side, "ucl",
                     [center + sigma / math.sqrt(n) *
                      width(ALPHA, len(present(row))) for row in means])
    spread_zones("subgroups", result, means, sigma, None, n, spreads)
    same("subgroups notes", result["notes"][0], "1 measurement is missing.")


def unequal(rng):
    """Subgroups of 5, 3 and 1 rounds: each range by its own d2, each square by
    its own size."""
    m, rows, groups, labels = 4, [], [], []
    for i, n in enumerate([5, 5, 3, 5, 1, 5, 3, 5, 5, 5, 3, 5]):
        group = draw(rng, m, n)
        groups.append(group)
        rows += group
        labels += [str(i)] * n
    arguments = write_columns(rows)
    with open(FILE, encoding="utf-8") as file:
        lines = file.read().split("\n")
    write(lines[0] + ",g\n" + "".join(
        "%s,%s\n" % (line, label)
        for line, label in zip(lines[1:-1], labels)))
    arguments += ["--subgroup", "g"]
    result = spc("chart", "group", FILE, *arguments)
    scaled = [(max(c) - min(c)) / range_moments(len(c))[0]
              for g in groups if len(g) > 1 for c in zip(*g)]
    sigma = sum(scaled) / len(scaled)
    close("unequal sigma", result["estimate"]["sigma"], sigma)
    center = result["estimate"]["center"]
    check_column("unequal", result, 0, "ucl",
                 [center + width(ALPHA, m) * sigma / math.sqrt(len(g))
                  for g in groups])
    for i, g in enumerate(groups):
        close("unequal range", column(result, 2, "ucl")[i],
              None if len(g) < 2 else sigma * range_limit(ALPHA, m, len(g)))
    result = spc("chart", "stream-difference", FILE, *arguments, "--offsets",
                 "keep")
    squares = 0
    for g in groups:
        means = [sum(c) / len(g) for c in zip(*g)]
        middle = sum(means) / m
        squares += len(g) * sum((x - middle) ** 2 for x in means)
    df = len(groups) * (m - 1)
    close("unequal differences", result["estimate"]["sigma"],
          math.sqrt(squares / df) / c4(df + 1))


def broken_runs(rng):
    """One stream is the larger for 13 times: a run, unless it is broken."""
    rows = [[1 + 0.01 * rng.random(), 0.01 * rng.random()] for _ in range(13)]
    arguments = [*write_columns(rows), "--width", "9999"]
    for more, want in (([], [10, 11, 12, 13]), (["--exclude", "6"], []),
                       (["--exclude", "2"], [12, 13])):
        result = spc("chart", "group", FILE, *arguments, *more)
        same("run %s" % more, hits(result, "largest", "same-stream"), want)
    signal = [s for s in spc("chart", "group", FILE, *arguments)["signals"]
              if s["panel"] == "smallest"][0]
    same("run of", signal["points"], list(range(1, 11)))
    same("run below", signal["side"], "below")
    same("who runs", [c["name"] for c in signal["contributions"]], ["c1"])


def gaps(rng):
    """Nothing spans the border of a stage, or an excluded round."""
    rows = draw(rng, 5, 24)
    arguments = write_columns(rows)
    with open(FILE, encoding="utf-8") as file:
        lines = file.read().split("\n")
    write(lines[0] + ",k\n" + "".join(
        "%s,%s\n" % (line, "a" if i < 10 else "b")
        for i, line in enumerate(lines[1:-1])))
    result = spc("chart", "group", FILE, *arguments, "--stage", "k",
                 "--exclude", "17")
    spread = column(result, 2, "value")
    same("no range across stages", [i + 1 for i, x in enumerate(spread)
                                    if x is None], [1, 11, 17, 18])
    parts = [rows[10:16], rows[17:]]
    ranges = [x for p in parts for row in moving(p) for x in row
              if x is not None]
    close("stage sigma", result["stages"][1]["sigma"],
          sum(ranges) / len(ranges) / (2 / math.sqrt(math.pi)))
    same("stage df", result["stages"][1]["df"], len(ranges))


# ---- in control ------------------------------------------------------------


def within(what, hit, of, p, clumped=1.0):
    error = math.sqrt(clumped * p * (1 - p) / of)
    same("%s: %.5f of %.5f +/- %.5f" % (what, hit / of, p, error),
         abs(hit / of - p) < 4 * error, True)


def beyond_any(result, panels):
    return len({s["index"] for s in result["signals"]
                if s["panel"] in panels and s["rule"] == "nelson-1"})


def false_alarms(rng):
    t, alpha = 12000, 0.05
    rows = [[rng.gauss(0, 1) for _ in range(6)] for _ in range(t)]
    arguments = write_columns(rows)
    known = ["--center", "0", "--sigma", "1", "--alpha", str(alpha)]
    result = spc("chart", "group", FILE, *arguments, *known)
    within("group", beyond_any(result, ("largest", "smallest")), t, alpha)
    within("moving ranges", beyond_any(result, ("largest-range",)), t - 1,
           alpha, 2)
    ending = len(hits(result, "largest", "same-stream"))
    within("same stream", ending, t, 6.0 ** -4, (6 + 1) / (6 - 1))
    result = spc("chart", "group", FILE, *arguments, *known, "--size", "4")
    within("ranges", beyond_any(result, ("largest-range",)), t // 4, alpha)
    within("means", beyond_any(result, ("largest", "smallest")), t // 4,
           alpha)
    result = spc("chart", "stream-difference", FILE, *arguments, "--alpha",
                 str(alpha))
    sides = ("largest-difference", "smallest-difference")
    # Six differences sum to 0: 0.04866(3), simulated by 4e7 times elsewhere.
    within("differences", beyond_any(result, sides), t, 0.04866)
    within("common cause", beyond_any(result, ("common-cause",)), t, ALPHA)
    two = [row[:2] for row in rows]
    result = spc("chart", "stream-difference", FILE, *write_columns(two),
                 "--alpha", str(alpha))
    within("two differences", beyond_any(result, sides), t, alpha)


# ---- files nobody should write ---------------------------------------------


def refuse(what, arguments, status, words):
    result = subprocess.run([SPC, "chart", *arguments], capture_output=True,
                            text=True)
    same(what + " exit", result.returncode, status)
    same("%s says %r in %r" % (what, words, result.stderr),
         words in result.stderr, True)


def hostile(rng):
    long = ["--value", "x", "--stream", "s", "--time", "t"]
    rows = draw(rng, 5, 20)
    for row in rows:
        row[2] = 3.65
    result = spc("chart", "group", FILE, *write_columns(rows))
    check_group("one stream constant", rows, result)
    for row in rows:
        row[4] = None
    for kind in ("group", "stream-difference"):
        result = spc("chart", kind, FILE, *write_columns(rows))
        same(kind + " one stream missing", result["estimate"]["streams"], 4)
        same(kind + " n", set(column(result, 0, "n")), {4})
        same(kind + " never it", "c4" in names(result, 0), False)
    same("left out", [n for n in result["notes"] if "c4" in n],
         ["1 stream was never seen together with the others and is left out: "
          "c4."])
    for kind in ("group", "stream-difference"):
        result = spc("chart", kind, FILE, *write_columns([[1.5] * 3] * 9))
        same(kind + " constant", "no limits: the measurements do not vary."
             in result["notes"], True)
        result = spc("chart", kind, FILE, *write_columns([[1, 2, 3]]))
        same(kind + " one round", result["notes"],
             ["no limits: 1 point, 2 are needed at least: 1 more; 20 or more "
              "are usual."])
        result = spc("chart", kind, FILE,
                     *write_columns([[1, 2, 3], [None] * 3, [2, 3, 1],
                                     [3, 1, 2]]))
        same(kind + " an empty round", column(result, 0, "value")[1], None)
        same(kind + " an empty round estimates nothing",
             result["estimate"]["subgroups"], 3)
    write("t,s,x\n1,a,1\n1,b,2\n1,a,3\n")
    refuse("twice", ["group", FILE, *long], 3,
           "%s:4:3: error: 'a' is in this round already: t 1" % FILE)
    write("t,s,x\n1,a,1\n1,,2\n")
    refuse("nameless", ["group", FILE, *long], 3,
           ":3:3: error: a stream has no name")
    write("t,s,x\n" + "".join("1,s%d,1\n" % i for i in range(1025)))
    refuse("too many", ["group", FILE, *long], 3,
           ":1026:3: error: 's1024' is one stream more than the 1024")
    write("t,s,x\n1,a,oops\n")
    refuse("no number", ["group", FILE, *long], 3, ":2:5: error")
    for what, more, words in (
            ("no time", long[:4], "--stream needs --time"),
            ("one column", ["--value", "x"], "several columns"),
            ("twice a column", ["--value", "x,x"], "names 'x' twice"),
            ("wide", ["--wide", "--value", "t,x"], "are streams, not parts"),
            ("offsets", [*long, "--offsets", "no"], "remove or keep"),
            ("zones", [*long, "--rules", "nelson-5"], "nelson-1"),
            ("known", [*long, "--center", "1", "--sigma", "1", "--offsets",
                       "remove"], "offsets are estimated")):
        refuse(what, ["group", FILE, *more], 2, words)
    refuse("known differences", ["stream-difference", FILE, *long, "--center",
                                 "1", "--sigma", "1"], 2, "no known")


def speed(rng):
    arguments = write_long(draw(rng, 300, 200), rng)
    begun = time.monotonic()
    result = spc("chart", "group", FILE, *arguments)
    same("300 x 200 in %.1f s" % (time.monotonic() - begun),
         time.monotonic() - begun < 10, True)
    same("300 streams", result["estimate"]["streams"], 300)


def main():
    rng = random.Random(20240229)
    try:
        golden(rng)
        subgroups(rng)
        unequal(rng)
        broken_runs(rng)
        gaps(rng)
        hostile(rng)
        speed(rng)
        false_alarms(rng)
    finally:
        if os.path.exists(FILE):
            os.remove(FILE)
    finish()


main()
