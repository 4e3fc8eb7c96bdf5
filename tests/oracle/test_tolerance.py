# SPDX-License-Identifier: GPL-3.0-or-later
"""acceptance, modified and pre-control against their definitions written down
once more, against the risks that they promise, and what they refuse."""

import json
import math
import os
import random
import statistics
import subprocess

from oracle import SPC, all_close, close, finish, same

NORMAL = statistics.NormalDist()
D2 = {2: 2 / math.sqrt(math.pi), 3: 3 / math.sqrt(math.pi)}


def z(p):
    return -NORMAL.inv_cdf(p)


def answer(kind, text, *more):
    return subprocess.run(
        [SPC, "chart", kind, "-", *more], input=text, capture_output=True,
        text=True, env=dict(os.environ, LANG="C"))


def run(kind, text, *more):
    result = answer(kind, text, *more, "--format", "json")
    if result.returncode not in (0, 1):
        raise SystemExit("%s %s: %s" % (kind, more, result.stderr))
    return json.loads(result.stdout)


def refused(kind, more, sentence, text="x,g\n5,1\n6,1\n7,2\n5,2\n"):
    result = answer(kind, text, *more)
    same("%s %s: %s" % (kind, more, result.stderr),
         (result.returncode, result.stdout, sentence in result.stderr),
         (2, "", True))


V = ("--value", "x")
G = V + ("--subgroup", "g")


def draw(sizes, seed, center=10.0385, sigma=0.0413):
    r = random.Random(seed)
    return [[round(r.gauss(center + 0.11 * math.sin(i / 3), sigma), 6)
             for _ in range(sizes[i % len(sizes)])] for i in range(32)]


def text_of(groups):
    return "x,g\n" + "".join("%r,%d\n" % (x, i)
                             for i, g in enumerate(groups) for x in g)


# ---- acceptance and modified limits ----------------------------------------

def check_limits(what, result, groups, low, high, deviate, sigma):
    """Levels, and limits so many sigmas of a mean outside of them."""
    estimate = result["estimate"]
    close(what + " sigma", estimate["sigma"], sigma)
    for key, level in (("lower_level", low), ("upper_level", high)):
        same(what + " has " + key, key in estimate, level is not None)
        if level is not None:
            close(what + " " + key, estimate[key], level)
    close(what + " deviate", estimate["deviate"], deviate)
    for group, point in zip(groups, result["panels"][0]["points"]):
        reach = deviate * sigma / math.sqrt(len(group))
        mean = statistics.fmean(group)
        lcl = None if low is None else low - reach
        ucl = None if high is None else high + reach
        close(what + " mean", point["value"], mean)
        close(what + " lcl", point["lcl"], lcl)
        close(what + " ucl", point["ucl"], ucl)
        same(what + " signal", point["signals"],
             ["nelson-1"] if (lcl is not None and mean < lcl) or
             (ucl is not None and mean > ucl) else [])


def limits(sigma, lsl, usl, p):
    return (None if lsl is None else lsl + z(p) * sigma,
            None if usl is None else usl - z(p) * sigma)


def spec_options(lsl, usl):
    return (() if lsl is None else ("--lsl", repr(lsl))) + \
        (() if usl is None else ("--usl", repr(usl)))


def check_acceptance():
    for seed, sizes in ((1, [3]), (2, [3, 2]), (3, [2])):
        groups = draw(sizes, seed)
        text = text_of(groups)
        xbar = run("xbar-r", text, *G)
        sigma = xbar["estimate"]["sigma"]
        if len(sizes) == 1:
            close("sigma itself", sigma, statistics.fmean(
                max(g) - min(g) for g in groups) / D2[sizes[0]])
        for lsl, usl in ((9.8, 10.2385), (None, 10.17), (9.91, None)):
            spec = spec_options(lsl, usl)
            for p, risk in ((0.01, 0.05), (0.0005, 0.1), (0.03, 0.0027)):
                share = ("--fraction", repr(p), "--risk", repr(risk))
                what = "acceptance %r %r %r %g" % (sizes, lsl, usl, p)
                low, high = limits(sigma, lsl, usl, p)
                result = run("acceptance", text, *G, *spec, *share)
                check_limits(what, result, groups, low, high, z(risk), sigma)
                result = run("acceptance", text, *G, *spec, *share,
                             "--rejectable")
                check_limits(what + " rejectable", result, groups, low, high,
                             -z(risk), sigma)
            for width in (3, 2.385):
                low, high = limits(sigma, lsl, usl, 0.0013)
                result = run("modified", text, *G, *spec, "--fraction",
                             "0.0013", "--width", repr(width))
                check_limits("modified", result, groups, low, high, width,
                             sigma)
        usual = run("acceptance", text, *G, "--lsl", "9.8", "--usl", "10.25")
        close("default fraction", usual["estimate"]["fraction"], 0.01)
        close("default risk", usual["estimate"]["risk"], 0.05)
        close("centre", usual["panels"][0]["points"][0]["center"], 10.025)
        known = run("acceptance", text, *G, "--lsl", "9.8", "--usl", "10.25",
                    "--sigma", "0.0385")
        low, high = limits(0.0385, 9.8, 10.25, 0.01)
        check_limits("known", known, groups, low, high, z(0.05), 0.0385)
        for key in ("value", "ucl", "lcl"):  # ranges are those of xbar-r
            all_close("range " + key,
                      [p[key] for p in usual["panels"][1]["points"]],
                      [p[key] for p in xbar["panels"][1]["points"]])


def check_spread():
    """The mean may wander, the range may not."""
    groups = draw([3], 5)
    groups[13] = [9.9, 10.0385, 10.2]
    result = run("acceptance", text_of(groups), *G, "--lsl", "9", "--usl",
                 "11")
    same("a wide subgroup", [(s["panel"], s["index"])
                             for s in result["signals"]], [("range", 14)])


def check_risks():
    """Means at the acceptable level are rejected as often as is said."""
    r = random.Random(2385)
    sigma, n, count = 0.0413, 4, 6000
    for more, level, p, share in (
            ((), z(0.01), 0.05, 1), (("--rejectable",), z(0.01), 0.05, 0)):
        center = 10.3 - level * sigma
        rows = [[r.gauss(center, sigma) for _ in range(n)]
                for _ in range(count)]
        result = run("acceptance", text_of(rows), *G, "--lsl", "9.7", "--usl",
                     "10.3", "--sigma", repr(sigma), "--fraction", "0.01",
                     "--risk", "0.05", *more)
        above = sum(s["panel"] == "xbar" for s in result["signals"])
        want = p if share else 1 - p
        same("rejected %d of %d" % (above, count),
             abs(above - want * count) < 4 * math.sqrt(count * p * (1 - p)),
             True)


def check_narrow():
    groups = draw([3], 7)
    text = text_of(groups)
    sigma = run("xbar-r", text, *G)["estimate"]["sigma"]
    for kind in ("acceptance", "modified"):
        for lsl, usl in ((10, 10 + 5.99 * sigma), (10, 10.01)):
            result = run(kind, text, *G, *spec_options(lsl, usl))
            sentence = ("no limits: the specification of %.6g to %.6g is %.3g "
                        "sigma wide (sigma %.4g): more than 6 are needed" %
                        (lsl, usl, (usl - lsl) / sigma, sigma))
            same("%s narrow %s" % (kind, result["notes"]),
                 any(sentence in n for n in result["notes"]), True)
            same("unjudged", {p["ucl"] for p in
                              result["panels"][0]["points"]}, {None})
    crossed = run("acceptance", text, *G, "--lsl", "10", "--usl",
                  repr(10 + 6.2 * sigma), "--fraction", "0.0001")
    same("levels cross", any("6.2 sigma wide" in n for n in crossed["notes"]),
         True)
    table = answer("acceptance", text, *G, "--lsl", "10", "--usl", "10.01",
                   "--lang", "zh", "--format", "table").stdout
    same("in Chinese", "无控制限：规格 10 至 10.01 宽" in table, True)
    one = answer("acceptance", text, *G, "--usl", "10.25", "--format",
                 "table").stdout
    same("no lower limit", "nan" not in one and "centre -" in one, True)


# ---- pre-control -----------------------------------------------------------

class Machine:
    """The rules by words: streaks of what was seen, not a table of states."""

    def __init__(self, low, high, pairs, target=None):
        middle = (low + high) / 2 if None not in (low, high) else None
        self.low, self.high, self.pairs = low, high, pairs
        self.line_low = None if low is None else (
            low + (high - low) / 4 if middle is not None
            else (low + target) / 2)
        self.line_high = None if high is None else (
            high - (high - low) / 4 if middle is not None
            else (high + target) / 2)
        self.seen, self.running = [], False

    def zone(self, x):
        if (self.low is not None and x < self.low) or \
                (self.high is not None and x > self.high):
            return "R"
        if self.line_low is not None and x < self.line_low:
            return "l"
        if self.line_high is not None and x > self.line_high:
            return "h"
        return "G"

    def gap(self):
        self.seen = []

    def push(self, x):
        """None, or what is to be done and for how many points' sake."""
        self.seen.append(self.zone(x))
        seen = "".join(self.seen)
        return self.run(seen) if self.running else self.qualify(seen)

    def over(self, what, points):
        self.seen, self.running = [], False
        return what, points

    def qualify(self, seen):
        if seen[-1] == "R":
            return self.over("pre-control-adjust", 1)
        if seen[-2:] in ("ll", "hh"):
            return self.over("pre-control-adjust", 2)
        if seen[-2:] in ("lh", "hl"):
            return self.over("pre-control-stop", 2)
        if seen[-5:] == "GGGGG":
            self.seen, self.running = [], True
        return None

    def run(self, seen):
        if seen[-1] == "R":
            return self.over("pre-control-stop", 1)
        if seen in ("ll", "hh"):
            return self.over("pre-control-adjust", 2)
        if seen in ("lh", "hl"):
            return self.over("pre-control-stop", 2)
        if len(seen) == 2 or (seen == "G" and not self.pairs):
            self.seen = []
        return None


def check_machine(what, machine, values, result, gaps=()):
    points = result["panels"][0]["points"]
    holding = {(s["index"], s["rule"]): s["points"]
               for s in result["signals"]}
    want = {}
    for i, x in enumerate(values):
        if x is None or i in gaps:
            machine.gap()
            continue
        done = machine.push(x)
        if done:
            want[i + 1, done[0]] = list(range(i + 2 - done[1], i + 2))
        same("%s signals of %d" % (what, i + 1), points[i]["signals"],
             [done[0]] if done else [])
        close(what + " ucl", points[i]["ucl"], machine.high)
        close(what + " lcl", points[i]["lcl"], machine.low)
    same(what + " signals", holding, want)
    return {rule for _, rule in want}


def column(values):
    return "i,x\n" + "".join("%d,%s\n" % (i, "" if x is None else repr(x))
                             for i, x in enumerate(values))


def check_precontrol():
    rules = set()
    for seed in range(12):
        r = random.Random(seed)
        values = [round(r.gauss(10.0385, (0.05, 0.11, 0.2)[seed % 3]), 4)
                  for _ in range(240)]
        for pairs in (False, True):
            more = V + ("--lsl", "9.7", "--usl", "10.3") + \
                (("--in-pairs",) if pairs else ())
            machine = Machine(9.7, 10.3, pairs)
            result = run("pre-control", column(values), *more)
            rules |= check_machine("pre-control %d" % seed, machine, values,
                                   result)
            close("lower line", result["estimate"]["lower_line"], 9.85)
            close("upper line", result["estimate"]["upper_line"], 10.15)
            same("nothing estimated", (result["estimate"]["estimator"],
                                       result["estimate"]["sigma"]),
                 ("specification", None))
            holes = [None if i % 17 == 4 else x for i, x in enumerate(values)]
            result = run("pre-control", column(holes), *more, "--exclude",
                         "30,100-104")
            check_machine("gaps %d" % seed, Machine(9.7, 10.3, pairs), holes,
                          result, {29, *range(99, 104)})
        up = run("pre-control", column(values), *V, "--usl", "10.3",
                 "--target", "10")
        check_machine("one limit", Machine(None, 10.3, False, 10), values, up)
        down = run("pre-control", column(values), *V, "--lsl", "9.7",
                   "--target", "10")
        check_machine("one limit", Machine(9.7, None, False, 10), values,
                      down)
    same("both rules were seen", rules,
         {"pre-control-stop", "pre-control-adjust"})


def check_precontrol_words():
    line = Machine(9.7, 10.3, False)
    on = [9.85, 10.15, 9.85, 10.15, 10, 9.7, 10.3]  # a line is of the inside
    check_machine("on the lines", line, on,
                  run("pre-control", column(on), *V, "--lsl", "9.7", "--usl",
                      "10.3"))
    stages = "x,s\n" + "10,a\n" * 4 + "10,b\n" * 5 + "11,b\n" + "10,a\n11,a\n"
    result = run("pre-control", stages, *V, "--stage", "s", "--lsl", "9.7",
                 "--usl", "10.3")
    same("a stage qualifies anew", [(s["index"], s["rule"])
                                    for s in result["signals"]],
         [(10, "pre-control-stop"), (12, "pre-control-adjust")])
    quiet = run("pre-control", column([11, 12, 13]), *V, "--usl", "10.3",
                "--target", "10", "--rules", "none")
    same("no rules", quiet["signals"], [])
    one = run("pre-control", "x\n10\n", "--lsl", "9.7", "--usl", "10.3")
    same("one point is enough", (one["panels"][0]["points"][0]["ucl"],
                                 one["notes"]), (10.3, []))
    flat = run("pre-control", "x\n" + "10\n" * 9, "--lsl", "9.7", "--usl",
               "10.3")
    same("constant", (flat["signals"], flat["notes"]), ([], []))
    for lang, words in (("en", "adjust, then qualify anew"),
                        ("zh", "调整后重新认定")):
        table = answer("pre-control", column([10.2, 10.2]), *V, "--lsl",
                       "9.7", "--usl", "10.3", "--lang", lang, "--format",
                       "table").stdout
        same("table " + lang, words in table and "nan" not in table, True)


def check_refusals():
    for kind in ("acceptance", "modified", "pre-control"):
        how = V if kind == "pre-control" else G
        refused(kind, how, "%s judges by a specification: --lsl, --usl or "
                "both" % kind)
        refused(kind, how + ("--lsl", "5", "--usl", "5"),
                "--lsl 5 is not below --usl 5")
        refused(kind, how + ("--lsl", "five"),
                "--lsl takes a number, not 'five'")
        refused(kind, how + ("--lsl", "5", "--usl", "8", "--target", "9"),
                "--target 9 lies outside the specification")
        refused(kind, how + ("--lsl", "5", "--usl", "8", "--center", "6",
                             "--sigma", "1"),
                "--center" if kind == "pre-control" else
                "%s has its centre from the specification" % kind)
        refused(kind, how + ("--lsl", "5", "--usl", "8", "--rules",
                             "nelson-2"), "not nelson-2")
    spec = ("--lsl", "5", "--usl", "8")
    for share in ("0", "0.5", "-1", "nan", "x"):
        refused("acceptance", G + spec + ("--fraction", share),
                "--fraction takes a number above 0 and below 0.5")
        refused("acceptance", G + spec + ("--risk", share),
                "--risk takes a number above 0 and below 0.5")
    refused("modified", G + spec + ("--risk", "0.1"), "modified has no --risk")
    refused("modified", G + spec + ("--rejectable",),
            "modified has no --rejectable")
    refused("acceptance", G + spec + ("--width", "3"),
            "acceptance has no --width")
    refused("acceptance", V + spec, "acceptance needs subgroups")
    refused("pre-control", V + ("--usl", "8"),
            "pre-control with one limit needs a --target")
    refused("pre-control", V + spec + ("--baseline", "1:2"),
            "pre-control estimates nothing")
    refused("pre-control", V + spec + ("--iterate",),
            "pre-control estimates nothing")
    refused("pre-control", V + spec + ("--size", "2"),
            "pre-control has no subgroups")
    refused("imr", V + spec, "imr has no --lsl")


check_acceptance()
check_spread()
check_risks()
check_narrow()
check_precontrol()
check_precontrol_words()
check_refusals()
finish()
