# SPDX-License-Identifier: GPL-3.0-or-later
"""deviation and z-mr against the definitions written down once more, by
transforming the data beforehand, and by parts of known sigma."""

import json
import math
import os
import random
import statistics
import subprocess

from oracle import SPC, all_close, close, finish, same

D2 = 2 / math.sqrt(math.pi)
D3 = math.sqrt(2 - 4 / math.pi)
KINDS = {"A": (10.0385, 0.0531), "B": (25.017, 0.1193), "C": (3.4871, 0.0217),
         "D": (-7.2385, 0.0412)}


def run(kind, text, *more):
    result = subprocess.run(
        [SPC, "chart", kind, "-", "--format", "json", *more], input=text,
        capture_output=True, text=True, env=dict(os.environ, LANG="C"))
    if result.returncode not in (0, 1):
        raise SystemExit("%s: %s" % (more, result.stderr))
    return json.loads(result.stdout)


def refused(what, arguments, text, sentence, code):
    result = subprocess.run(
        [SPC, "chart", *arguments], input=text, capture_output=True,
        text=True, env=dict(os.environ, LANG="C"))
    same("%s: %s" % (what, result.stderr),
         (result.returncode, result.stdout, sentence in result.stderr),
         (code, "", True))


def draw(count, seed, length=3):
    r = random.Random(seed)
    rows, kind = [], None
    for i in range(count):
        if i % length == 0:
            kind = r.choice([k for k in KINDS if k != kind])
        center, sigma = KINDS[kind]
        rows.append((round(r.gauss(center + 0.3 * sigma, sigma), 5), kind))
    return rows


def text_of(rows, stated=lambda kind: kind, stages=None):
    lines = ["x,part,nominal,sigma,stage"]
    for i, (x, kind) in enumerate(rows):
        nominal, sigma = KINDS[kind]
        lines.append("%s,%s,%s,%r,%s" % (
            "" if x is None else repr(x), kind,
            repr(nominal) if stated(kind) else "", sigma,
            stages[i] if stages else ""))
    return "\n".join(lines) + "\n"


V = ("--value", "x")
PART = V + ("--part", "part")
NOMINAL = PART + ("--nominal", "nominal")


# ---- the definitions -------------------------------------------------------

def moving(values, used):
    """Ranges of neighbours that are both used; None is a gap."""
    return [abs(values[i] - values[i - 1]) for i in range(1, len(values))
            if i in used and i - 1 in used]


def defined_deviation(rows, used, nominal):
    known = {k: nominal(k) for k in KINDS}
    for k in KINDS:
        own = [x for i, (x, kind) in enumerate(rows) if kind == k and i in used]
        if known[k] is None and len(own) >= 2:
            known[k] = statistics.fmean(own)
    values = [None if x is None or known[k] is None else x - known[k]
              for x, k in rows]
    used = {i for i in used if values[i] is not None}
    sigma = statistics.fmean(moving(values, used)) / D2
    return values, statistics.fmean(values[i] for i in sorted(used)), sigma


def stretches(rows, used):
    """Values of each kind, strung together unless a gap came between."""
    of = {k: [[]] for k in KINDS}
    for i, (x, kind) in enumerate(rows):
        if i not in used:
            for each in of.values():
                each.append([])
        else:
            of[kind][-1].append(x)
    return of


def defined_scales(rows, used, way, nominal, known=lambda k: None):
    ranges, centers, sizes = {}, {}, {}
    for kind, strings in stretches(rows, used).items():
        every = [x for s in strings for x in s]
        ranges[kind] = [abs(b - a) for s in strings for a, b in zip(s, s[1:])]
        centers[kind] = nominal(kind)
        if centers[kind] is None and len(every) >= 2:
            centers[kind] = statistics.fmean(every)
        mean = statistics.fmean(every) if every else None
        size = nominal(kind) if nominal(kind) is not None else mean
        sizes[kind] = None if size is None else abs(size)
    scales = {}
    for kind in KINDS:
        if way == "by-parts":
            pool, unit = ranges[kind], 1
        elif way == "constant":
            pool, unit = [r for v in ranges.values() for r in v], 1
        else:
            pool = [r / sizes[k] for k, v in ranges.items() for r in v]
            unit = sizes[kind]
        sigma = known(kind)
        if sigma is None and pool and unit is not None:
            sigma = statistics.fmean(pool) * unit / D2
        if centers[kind] is not None and sigma is not None:
            scales[kind] = (centers[kind], sigma)
    return scales


def check_panels(what, result, values, gaps, zones):
    """`zones`: centre and standard error of both panels."""
    location, spread = [p["points"] for p in result["panels"]]
    same(what + " sizes", (len(location), len(spread), spread[0]["index"]),
         (len(values), len(values) - 1, 2))
    for i, value in enumerate(values):
        point = location[i]
        if value is None:
            same("%s %d is not judged" % (what, i + 1),
                 (point["value"], point["ucl"]), (None, None))
        else:
            close("%s value %d" % (what, i + 1), point["value"] + 100,
                  value + 100)
            close(what + " ucl", point["ucl"], zones[0] + 3 * zones[1])
            close(what + " lcl", point["lcl"], zones[0] - 3 * zones[1])
        if i == 0:
            continue
        got = spread[i - 1]
        if value is None or values[i - 1] is None or i in gaps:
            same("%s %d has no range" % (what, i + 1), got["value"], None)
        else:
            close("%s range %d" % (what, i + 1), got["value"] + 100,
                  abs(value - values[i - 1]) + 100)
            close(what + " range ucl", got["ucl"],
                  (D2 + 3 * D3) * zones[1])


def stated(kind):
    return KINDS[kind][0]


def unstated(_):
    return None


def check_deviation(what, rows, used, gaps, nominal, *more):
    values, center, sigma = defined_deviation(rows, used, nominal)
    result = run("deviation", text_of(rows), *more)
    close(what + " centre", result["estimate"]["center"] + 1, center + 1)
    close(what + " sigma", result["estimate"]["sigma"], sigma)
    check_panels(what, result, values, gaps, (center, sigma))
    return result


def check_deviations():
    for seed, length in ((1, 3), (2, 1), (3, 7)):
        rows = draw(83, seed, length)
        every = set(range(len(rows)))
        for name, nominal, more in (("stated", stated, NOMINAL),
                                    ("estimated", unstated, PART)):
            what = "deviation %s %d" % (name, seed)
            check_deviation(what, rows, every, (), nominal, *more)
            gone = rows[:20] + [(None, rows[20][1])] + rows[21:]
            check_deviation(what + " gaps", gone,
                            set(range(60)) - {20, 33}, {33, 34, 21}, nominal,
                            *more, "--baseline", "1:60", "--exclude", "34")
        # The same as deviations written into the file.
        ready = "x\n" + "".join("%r\n" % (x - stated(k)) for x, k in rows)
        plain = run("imr", ready)
        got = run("deviation", text_of(rows), *V, "--nominal", "nominal")
        for panel in (0, 1):
            for key in ("value", "ucl", "center"):
                all_close("deviation as imr",
                          [1 + p[key] for p in got["panels"][panel]["points"]],
                          [1 + p[key]
                           for p in plain["panels"][panel]["points"]])
        target = run("deviation", ready, "--target", "0.0131")
        close("target", target["estimate"]["center"] + 1,
              plain["estimate"]["center"] - 0.0131 + 1)
        close("target sigma", target["estimate"]["sigma"],
              plain["estimate"]["sigma"])


def check_subgroups():
    """Means and ranges of runs of one kind, as xbar-r of the deviations."""
    rows = draw(96, 5, 4)
    numbers = [str(i // 4) for i in range(len(rows))]
    text = text_of(rows, stages=numbers)
    got = run("deviation", text, *NOMINAL, "--subgroup", "stage")
    ready = "x,g\n" + "".join("%r,%s\n" % (x - stated(k), g)
                              for (x, k), g in zip(rows, numbers))
    want = run("xbar-r", ready, "--value", "x", "--subgroup", "g")
    for panel in (0, 1):
        for key in ("value", "ucl", "lcl", "center"):
            all_close("subgroups " + key,
                      [1 + p[key] for p in got["panels"][panel]["points"]],
                      [1 + p[key] for p in want["panels"][panel]["points"]])
    same("subgroups first", got["panels"][1]["points"][0]["index"], 1)
    # A change of kind ends a subgroup, whatever its number says.
    merged = run("deviation", text_of(rows, stages=["1"] * 96), *NOMINAL,
                 "--subgroup", "stage")
    kinds = [k for i, (_, k) in enumerate(rows)
             if i == 0 or rows[i - 1][1] != k]
    same("a change of kind", [p["part"] for p in merged["panels"][0]["points"]],
         kinds)
    by_size = run("deviation", text, *NOMINAL, "--size", "3")
    same("by size", {p["n"] for p in by_size["panels"][0]["points"]}, {3})
    same("left out", any("did not fill a subgroup" in n
                         for n in by_size["notes"]), True)
    known = run("deviation", text, *NOMINAL, "--subgroup", "stage",
                "--center", "0", "--sigma", "0.0413")
    close("known ucl", known["panels"][0]["points"][0]["ucl"],
          3 * 0.0413 / 2)


def z_values(rows, scales, of=None):
    return [None if x is None or k not in scales else
            (x - scales[k][0]) / scales[k][1] for x, k in rows]


def check_z():
    for seed, length in ((11, 3), (12, 1), (13, 8)):
        rows = draw(90, seed, length)
        gone = rows[:20] + [(None, rows[20][1])] + rows[21:]
        for way in ("by-parts", "constant", "relative"):
            for nominal, more in ((stated, NOMINAL), (unstated, PART)):
                more = more + ("--short-run-sigma", way)
                what = "z-mr %s %d %s" % (way, seed, nominal.__name__)
                result = run("z-mr", text_of(rows), *more)
                scales = defined_scales(rows, set(range(90)), way, nominal)
                for part in result["estimate"]["parts"]:
                    close(what + " centre", part["center"],
                          scales[part["part"]][0])
                    close(what + " sigma", part["sigma"],
                          scales[part["part"]][1])
                same(what + " parts", {p["part"] for p in
                                       result["estimate"]["parts"]},
                     set(scales))
                check_panels(what, result, z_values(rows, scales), (), (0, 1))
                used = set(range(60)) - {20, 33}
                result = run("z-mr", text_of(gone), *more, "--baseline",
                             "1:60", "--exclude", "34")
                scales = defined_scales(gone, used, way, nominal)
                check_panels(what + " gaps", result, z_values(gone, scales),
                             {21, 33, 34}, (0, 1))
        known = run("z-mr", text_of(rows), *NOMINAL, "--part-sigma", "sigma")
        check_panels("z-mr known", known, z_values(rows, KINDS), (), (0, 1))
        half = text_of(rows, stated=lambda kind: kind in "AC")
        scales = defined_scales(rows, set(range(90)), "by-parts",
                                lambda k: stated(k) if k in "AC" else None)
        check_panels("z-mr half", run("z-mr", half, *NOMINAL),
                     z_values(rows, scales), (), (0, 1))


def check_stages():
    rows = draw(80, 17)
    stages = ["one"] * 43 + ["two"] * 37
    result = run("z-mr", text_of(rows, stages=stages), *PART, "--stage",
                 "stage")
    values = []
    for first, end in ((0, 43), (43, 80)):
        part = rows[first:end]
        values += z_values(part, defined_scales(
            part, set(range(len(part))), "by-parts", unstated))
    check_panels("stages", result, values, {43}, (0, 1))


def check_unknown():
    """A kind the base line did not have is not judged, and said to be; one
    sigma for all, or relative to a stated nominal, reaches it."""
    rows = [r for r in draw(120, 19) if r[1] != "D"][:60]
    r = random.Random(4)
    rows += [(round(r.gauss(*KINDS["D"]), 5), "D") for _ in range(5)]
    for kind, more, judged in (
            ("z-mr", PART, False), ("z-mr", NOMINAL, False),
            ("z-mr", NOMINAL + ("--short-run-sigma", "constant"), True),
            ("z-mr", NOMINAL + ("--short-run-sigma", "relative"), True),
            ("z-mr", PART + ("--short-run-sigma", "constant"), False),
            ("deviation", PART, False), ("deviation", NOMINAL, True)):
        answer = run(kind, text_of(rows), *more, "--baseline", "1:60")
        what = "%s %s" % (kind, more)
        same(what, [p["ucl"] is not None for p in
                    answer["panels"][0]["points"][60:]], [judged] * 5)
        same(what + " note", any(
            "part 'D' is not judged at 5 points: 0 of the base line" in n
            for n in answer["notes"]), not judged)
        if judged and kind == "z-mr":
            way = more[-1]
            scales = defined_scales(rows, set(range(60)), way, stated)
            sigma = scales["D"][1] if way == "constant" else \
                scales["A"][1] / KINDS["A"][0] * -KINDS["D"][0]
            all_close(what + " Z",
                      [p["value"] for p in answer["panels"][0]["points"][60:]],
                      [(x - stated("D")) / sigma for x, _ in rows[60:]])


def check_hostile():
    head = "x,part,nominal,sigma\n"
    for kind, more, text, sentence in (
            ("z-mr", PART, "5,A,,\n5,A,,\n5,A,,\n", "do not vary"),
            ("z-mr", PART, "5,A,,\n6,B,,\n7,C,,\n", "no two neighbouring"),
            ("z-mr", PART, "5,A,,\n", "1 point, 2 are needed"),
            ("z-mr", PART, "5,A,,\n,A,,\n6,A,,\n", "no two neighbouring"),
            ("z-mr", PART, "5,,,\n6,,,\n", "0 points, 2 are needed"),
            ("z-mr", NOMINAL + ("--short-run-sigma", "relative"),
             "5,A,0,\n6,A,0,\n7,A,0,\n", "relative to a size of zero"),
            ("z-mr", PART, "1e308,A,,\n-1e308,A,,\n1,A,,\n", "too large"),
            ("deviation", NOMINAL, "5,A,5,\n5,A,5,\n", "do not vary"),
            ("deviation", NOMINAL, "5,,,\n6,,,\n", "0 points, 2 are needed"),
            ("deviation", PART, "5,A,,\n6,B,,\n", "0 points, 2 are needed"),
            ("deviation", NOMINAL, "5,A,5,\n", "1 point, 2 are needed")):
        answer = run(kind, head + text, *more)
        same("%s %r: %s" % (kind, text, answer["notes"]),
             any("no limits" in n and sentence in n for n in answer["notes"]),
             True)
        same("nothing judged", {p["ucl"] for panel in answer["panels"]
                                for p in panel["points"]} - {None}, set())
    few = run("z-mr", head + "5,A,,\n7,A,,\n6,A,,\n1,B,,\n2,,,\n", *PART)
    same("one point of B", (
        [p["ucl"] is not None for p in few["panels"][0]["points"]],
        any("part 'B' is not judged at 1 point: 1 of the base line is too few"
            in n for n in few["notes"]),
        any("1 point without a kind of part" in n for n in few["notes"])),
        ([True, True, True, False, False], True, True))
    flat = run("z-mr", head + "5,A,,\n7,A,,\n6,A,,\n1,B,,\n1,B,,\n", *PART)
    same("B does not vary", [p["value"] is not None for p in
                             flat["panels"][0]["points"]],
         [True] * 3 + [False] * 2)
    many = head + "".join("%d,P%d,,\n" % (i, i) for i in range(65))
    refused("65 kinds", ("z-mr", "-", *PART), many,
            "(stdin):66:4: error: 'P64' is one kind of part too many; a chart takes "
            "64", 3)
    refused("two nominals", ("deviation", "-", *NOMINAL),
            head + "5,A,5,\n5,B,6,\n5,A,6,\n",
            "(stdin):4:5: error: 6, but in a row before it was 5 of the same part",
            3)
    refused("no sigma", ("z-mr", "-", *PART, "--part-sigma", "sigma"),
            head + "5,A,5,0\n", "a sigma is above 0", 3)
    refused("no number", ("deviation", "-", *NOMINAL), head + "5,A,five,\n",
            "(stdin):2:5: error:", 3)
    for arguments, sentence in (
            (("deviation", "-", *V), "deviation needs the nominal: --nominal"),
            (("deviation", "-", *V, "--target", "x"), "--target takes a "
             "number, not 'x'"),
            (("deviation", "-", *NOMINAL, "--target", "5"),
             "--target is the nominal of all parts"),
            (("deviation", "-", *PART, "--part-sigma", "sigma"),
             "deviation has no --part-sigma"),
            (("z-mr", "-", *V), "z-mr needs the kind of part: --part COL"),
            (("z-mr", "-", *PART, "--short-run-sigma", "by-run"),
             "--short-run-sigma takes constant, relative or by-parts, not "
             "'by-run'"),
            (("z-mr", "-", *PART, "--center", "0", "--sigma", "1"),
             "z-mr takes no known parameters"),
            (("z-mr", "-", *PART, "--size", "3"), "z-mr has no subgroups"),
            (("imr", "-", *PART), "imr has no --part")):
        refused(sentence, arguments, head + "5,A,5,1\n6,A,5,1\n", sentence, 2)


def check_words():
    rows = draw(30, 23)
    for lang, words in (("en", "  part A        centre"),
                        ("zh", "  品种 A        中心")):
        result = subprocess.run(
            [SPC, "chart", "z-mr", "-", *PART, "--lang", lang, "--format",
             "table"], input=text_of(rows), capture_output=True, text=True)
        same("table " + lang, words in result.stdout, True)
    result = subprocess.run(
        [SPC, "chart", "z-mr", "-", *PART, "--format", "csv"],
        input=text_of(rows), capture_output=True, text=True)
    lines = result.stdout.splitlines()
    same("csv head", lines[0].split(",")[-1], "part")
    same("csv rows", [line.split(",")[-1] for line in lines[1:31]],
         [kind for _, kind in rows])
    same("csv length", len(lines), 1 + 30 + 29)


check_deviations()
check_subgroups()
check_z()
check_stages()
check_unknown()
check_hostile()
check_words()
finish()
