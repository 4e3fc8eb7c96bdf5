# SPDX-License-Identifier: GPL-3.0-or-later
"""imr-r and imr-s: means as individuals beside the spread within, against the
definitions written down once more, by simulation, and by parts that other
charts compute."""

import json
import math
import os
import random
import statistics
import subprocess
import tempfile

from oracle import SPC, all_close, close, data_file, finish, same, spc

PHI = statistics.NormalDist().cdf


def constants(n):
    """d2 and d3 by the distribution function of the range, c4 by gammas.  The
    inner sum is over the whole line, where equal weights are best; the outer
    one is Simpson's."""
    inner, outer, reach = 140, 900, 11.0
    grid = [-reach + 2 * reach * i / inner for i in range(inner + 1)]
    density = [math.exp(-x * x / 2) / math.sqrt(2 * math.pi) for x in grid]
    below = [PHI(x) for x in grid]

    def tail(w):
        total = sum(d * (PHI(x + w) - p) ** (n - 1)
                    for x, d, p in zip(grid, density, below))
        return 1 - n * total * 2 * reach / inner

    h = reach / outer
    d2 = square = 0
    for i in range(outer + 1):
        weight = 1 if i in (0, outer) else 4 if i % 2 else 2
        t = weight * h / 3 * tail(i * h)
        d2 += t
        square += 2 * i * h * t
    c4 = math.sqrt(2 / (n - 1)) * math.exp(
        math.lgamma(n / 2) - math.lgamma((n - 1) / 2))
    return d2, math.sqrt(square - d2 * d2), c4


D2_2 = 2 / math.sqrt(math.pi)
D3_2 = math.sqrt(2 - 4 / math.pi)
CONSTANTS = {n: constants(n) for n in (2, 3, 4, 5)}


def spread_of(kind, rows):
    """What a subgroup's spread is, its mean and deviation for sigma 1."""
    n = len(rows)
    if n < 2:
        return None
    d2, d3, c4 = CONSTANTS[n]
    if kind == "imr-r":
        return max(rows) - min(rows), d2, d3
    return statistics.stdev(rows), c4, math.sqrt(1 - c4 * c4)


def defined(kind, groups, base, width=3.0):
    """Everything, from lists of measurements; None is a gap."""
    used = [g for i, g in enumerate(groups) if i in base and g]
    means = [g and statistics.fmean(g) for g in groups]
    center = statistics.fmean(statistics.fmean(g) for g in used)
    moving = [abs(means[i] - means[i - 1]) for i in range(1, len(groups))
              if i in base and i - 1 in base and groups[i] and groups[i - 1]]
    sigma_means = statistics.fmean(moving) / D2_2
    parts = [spread_of(kind, g) for g in used if len(g) > 1]
    weights = [(c / e) ** 2 for _, c, e in parts]
    within = sum(w * s / c for w, (s, c, _) in zip(weights, parts))
    within /= sum(weights)
    inverse = statistics.fmean(1 / len(g) for g in used)
    between = math.sqrt(max(0, sigma_means ** 2 - within ** 2 * inverse))
    return {"center": center, "sigma_means": sigma_means, "sigma": within,
            "sigma_within": within, "sigma_between": between,
            "sigma_between_within": math.sqrt(between ** 2 + within ** 2),
            "means": means, "width": width}


def run(kind, text, *more):
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write(text)
        file.flush()
        return spc("chart", kind, file.name, "--value", "x", "--subgroup",
                   "g", *more)


def text_of(groups, stages=None):
    rows = ["g,x,s"]
    for i, group in enumerate(groups):
        for x in group or [""]:
            rows.append("%d,%s,%s" % (i, repr(x) if x != "" else "",
                                      stages[i] if stages else "a"))
    return "\n".join(rows) + "\n"


def check_estimate(what, estimate, want):
    for key in ("center", "sigma", "sigma_means", "sigma_within",
                "sigma_between_within"):
        close("%s %s" % (what, key), estimate[key], want[key])
    if want["sigma_between"] == 0:
        same(what + " nothing between", estimate["sigma_between"], 0)
    else:
        close(what + " between", estimate["sigma_between"],
              want["sigma_between"])


def check_points(what, kind, result, groups, want, gaps):
    mean, moving, within = [p["points"] for p in result["panels"]]
    same(what + " first moving range", (moving[0]["index"], within[0]["index"],
                                        len(moving)),
         (2, 1, len(groups) - 1))
    for i, group in enumerate(groups):
        reach = want["width"] * want["sigma_means"]
        if not group:
            same("%s gap %d" % (what, i + 1),
                 (mean[i]["value"], within[i]["value"]), (None, None))
            continue
        close("%s mean %d" % (what, i + 1), mean[i]["value"],
              want["means"][i])
        close(what + " ucl", mean[i]["ucl"], want["center"] + reach)
        close(what + " lcl", mean[i]["lcl"], want["center"] - reach)
        spread = spread_of(kind, group)
        if spread is None:
            same(what + " no spread", within[i]["value"], None)
        else:
            value, center, error = spread
            close("%s within %d" % (what, i + 1), within[i]["value"], value)
            close(what + " within centre", within[i]["center"],
                  center * want["sigma"])
            close(what + " within ucl", within[i]["ucl"],
                  (center + want["width"] * error) * want["sigma"])
            close(what + " within lcl", within[i]["lcl"],
                  max(0, center - want["width"] * error) * want["sigma"])
        if i == 0:
            continue
        if i in gaps or not groups[i - 1]:
            same("%s no range %d" % (what, i + 1), moving[i - 1]["value"],
                 None)
            continue
        close("%s moving %d" % (what, i + 1), moving[i - 1]["value"],
              abs(want["means"][i] - want["means"][i - 1]))
        close(what + " moving centre", moving[i - 1]["center"],
              D2_2 * want["sigma_means"])
        close(what + " moving ucl", moving[i - 1]["ucl"],
              (D2_2 + want["width"] * D3_2) * want["sigma_means"])


def draw(count, sizes, between, seed):
    r = random.Random(seed)
    groups = []
    for i in range(count):
        level = 25.385 + between * r.gauss(0, 1)
        groups.append([round(level + 0.0131 * r.gauss(0, 1), 6)
                       for _ in range(sizes[i % len(sizes)])])
    return groups


def check_defined():
    for kind in ("imr-r", "imr-s"):
        for seed, (sizes, between) in enumerate(
                [([5], 0.0413), ([4], 0.0), ([3, 5, 2], 0.0271),
                 ([4, 1, 3], 0.0173)]):
            groups = draw(31, sizes, between, seed)
            what = "%s %r %g" % (kind, sizes, between)
            every = set(range(len(groups)))
            want = defined(kind, groups, every)
            result = run(kind, text_of(groups))
            check_estimate(what, result["estimate"], want)
            check_points(what, kind, result, groups, want, ())
            same(what + " panels", [p["statistic"] for p in result["panels"]],
                 ["xbar", "moving-range", "range" if kind == "imr-r"
                  else "sd"])
            wide = run(kind, text_of(groups), "--width", "2.385")
            check_points(what + " width", kind, wide, groups,
                         dict(want, width=2.385), ())


def check_gaps():
    """No moving range spans an exclusion, a missing subgroup, a stage, or the
    end of the base line."""
    groups = draw(33, [4], 0.0413, 7)
    groups[8] = []
    for kind in ("imr-r", "imr-s"):
        base = {i for i in range(27)} - {8, 13}
        want = defined(kind, groups, base)
        result = run(kind, text_of(groups), "--baseline", "1:27",
                     "--exclude", "14")
        check_estimate(kind + " gaps", result["estimate"], want)
        check_points(kind + " gaps", kind, result, groups, want, {13, 14})
        same(kind + " counted", result["estimate"]["subgroups"], 25)

        stages = ["a"] * 15 + ["b"] * 18
        result = run(kind, text_of(groups, stages), "--stage", "s")
        for index, (first, end) in enumerate(((0, 15), (15, 33))):
            check_estimate("%s stage %d" % (kind, index + 1),
                           result["stages"][index],
                           defined(kind, groups[first:end],
                                   set(range(end - first))))
        moving = result["panels"][1]["points"]
        same(kind + " border", moving[14]["value"], None)
        same(kind + " after it", moving[15]["value"] is None, False)


def check_others():
    """The parts are the individuals chart of the means and the spread panel
    of the chart of subgroups."""
    rings = data_file("pistonrings.csv")
    for kind, other in (("imr-r", "xbar-r"), ("imr-s", "xbar-s")):
        columns = (rings, "--value", "diameter_mm", "--subgroup", "sample")
        got = spc("chart", kind, *columns, "--baseline", "1:25")
        pair = spc("chart", other, *columns, "--baseline", "1:25")
        for key in ("value", "center", "lcl", "ucl"):
            all_close("%s rings %s" % (kind, key),
                      [p[key] for p in got["panels"][2]["points"]],
                      [p[key] for p in pair["panels"][1]["points"]])
        close(kind + " rings sigma", got["estimate"]["sigma"],
              pair["estimate"]["sigma"])
        means = [repr(p["value"]) for p in pair["panels"][0]["points"]]
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write("x\n" + "\n".join(means) + "\n")
            file.flush()
            single = spc("chart", "imr", file.name, "--baseline", "1:25")
        for panel in (0, 1):
            for key in ("value", "center", "lcl", "ucl"):
                all_close("%s rings panel %d %s" % (kind, panel, key),
                          [p[key] for p in got["panels"][panel]["points"]],
                          [p[key] for p in single["panels"][panel]["points"]])


def check_simulated():
    """What the estimates mean: 3000 batches of 5, sigma between 2, within 1;
    the standard error of a mean of moving ranges is known (1.7 % here)."""
    r = random.Random(2385)
    groups = []
    for _ in range(3000):
        level = 2 * r.gauss(0, 1)
        groups.append([level + r.gauss(0, 1) for _ in range(5)])
    for kind in ("imr-r", "imr-s"):
        estimate = run(kind, text_of(groups))["estimate"]
        same(kind + " between of 2", abs(estimate["sigma_between"] - 2)
             < 4 * 2 * 0.0166, True)
        same(kind + " within of 1", abs(estimate["sigma_within"] - 1)
             < 4 / math.sqrt(2 * 4 * 3000 * 0.9), True)


def refused(what, arguments, text, sentence, code=2):
    result = subprocess.run(
        [SPC, "chart", *arguments], input=text, capture_output=True,
        text=True, env=dict(os.environ, LANG="C"))
    same(what, (result.returncode, sentence in result.stderr),
         (code, True))


def notes(kind, text, *more):
    result = subprocess.run(
        [SPC, "chart", kind, "-", "--format", "json", *more], input=text,
        capture_output=True, text=True)
    return json.loads(result.stdout)


def check_hostile():
    wide = ("--wide", "--value", "a,b")
    for kind in ("imr-r", "imr-s"):
        for text, sentence in (
                ("a,b\n1,2\n1,2\n1,2\n", "the measurements do not vary"),
                ("a,b\n1,1\n2,2\n5,5\n", "the measurements do not vary"),
                ("a,b\n1,2\n", "1 subgroup, 2 are needed at least"),
                ("a,b\n1,\n2,\n5,\n", "no subgroup has two measurements"),
                ("a,b\n1,2\n,\n5,8\n", "no two neighbouring points tell how"),
                ("a,b\n-1e308,1e308\n1e308,-1e308\n1,2\n", "too large"),
                ("a,b\n1e200,2e200\n3e200,5e200\n1,2\n", "too large")):
            answer = notes(kind, text, *wide)
            same("%s %r" % (kind, text),
                 any(sentence in note for note in answer["notes"]), True)
            same(kind + " no limits", answer["signals"], [])
            for panel in answer["panels"]:
                for point in panel["points"]:
                    same(kind + " unjudged", point["ucl"], None)
        refused(kind + " individuals", (kind, "-"), "x\n1\n2\n",
                "needs subgroups")
        refused(kind + " known", (kind, "-", *wide, "--center", "1",
                                  "--sigma", "2"), "a,b\n1,2\n",
                "takes no known parameters")
        refused(kind + " overall", (kind, "-", *wide, "--sigma-estimator",
                                    "overall"), "a,b\n1,2\n",
                "overall is not within")


check_defined()
check_gaps()
check_others()
check_simulated()
check_hostile()
finish()
