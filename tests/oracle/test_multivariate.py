# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts of several variables, through `spc chart`.

Golden: mean, covariance, T2 of every point by both estimates, limits of both
phases and the points beyond them.  Second definitions, in fractions without
rounding: MEWMA, determinants, and T2 with and without each variable.
Simulated: how often limits are passed while nothing is wrong.
"""

import math
import os
import random
import subprocess
import tempfile
from fractions import Fraction

import oracle
from oracle import SPC, cases, close, data_file, finish, same, spc

NEAR = oracle.TOLERANCE


def rows_of(name):
    with open(data_file(name), encoding="utf-8") as file:
        head = file.readline().strip().split(",")
        return head, [line.strip().split(",") for line in file]


def points(result):
    return result["panels"][0]["points"]


def beyond(result):
    return [s["index"] for s in result["signals"] if s["rule"] == "nelson-1"]


def all_near(what, got, want):
    same(what + " count", len(got), len(want))
    for i, (g, w) in enumerate(zip(got, want)):
        close("%s[%d]" % (what, i + 1), g, w)


# ---- golden ----------------------------------------------------------------


def arguments(case, *more):
    group = ["--subgroup", case["group"]] if "group" in case else []
    base = (["--baseline", "1:%d" % case["phase1_rows"]]
            if "phase1_rows" in case else [])
    return ["chart", "t2", data_file(case["data"]), "--value",
            ",".join(case["values"]), *group, *base, *more]


def alpha_of(text, p):
    """Two golden alphas are named by their first digits."""
    alpha = float(text.split("=")[1])
    family = 1 - (1 - 0.0027) ** p
    return family if abs(alpha - family) < 1e-9 else alpha


def check_estimate(what, estimate, golden):
    covariance = golden.get("cov") or golden["pooled_cov"]
    all_near(what + " mean", estimate["mean"], golden["mean"])
    same(what + " variables", estimate["variables"], golden["p"])
    spread = [math.sqrt(row[i]) for i, row in enumerate(covariance)]
    for i, row in enumerate(covariance):
        for j, want in enumerate(row):
            got = estimate["covariance"][i][j]
            same("%s cov %d %d: %r %r" % (what, i, j, got, want),
                 abs(got - want) <= NEAR * spread[i] * spread[j], True)


def check_golden(one):
    case, golden, what = one["case"], one["expected"], one["id"]
    studied = golden["m"]
    oracle.TOLERANCE = 1e-6 if "tep" in what else NEAR
    result = spc(*arguments(case))
    check_estimate(what, result["estimate"], golden)
    all_near(what, [p["value"] for p in points(result)], golden["T2"])
    if "T2_successive_difference" in golden:
        result = spc(*arguments(case, "--sigma-estimator", "mssd"))
        all_near(what + " mssd", [p["value"] for p in points(result)],
                 golden["T2_successive_difference"])
    for name, limits in golden["limits"].items():
        alpha = alpha_of(name, golden["p"])
        result = spc(*arguments(case, "--alpha", repr(alpha)))
        for phase in ("ucl_phase1", "ucl_phase2"):
            close("%s %s %s" % (what, name, phase),
                  result["estimate"][phase], limits[phase])
        for i, point in enumerate(points(result)):
            phase = "ucl_phase1" if i < studied else "ucl_phase2"
            close("%s %s ucl %d" % (what, name, i), point["ucl"],
                  limits[phase])
        same("%s %s beyond" % (what, name),
             [i for i in beyond(result) if i <= studied],
             [i for i in limits["beyond_phase1"] if i <= studied])
        if studied < len(golden["T2"]):
            same("%s %s new beyond" % (what, name),
                 [i for i in beyond(result) if i > studied],
                 [i for i in limits["beyond_phase2"] if i > studied])
    oracle.TOLERANCE = NEAR


def check_new_data(one):
    """Points after the study: another file behind its own."""
    case, golden, what = one["case"], one["expected"], one["id"] + " new"
    head, study = rows_of(case["data"])
    _, new = rows_of(case["newdata"])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "both.csv")
        with open(path, "w", encoding="utf-8") as file:
            for row in [head] + study + new:
                file.write(",".join(row) + "\n")
        case = dict(case, data=path, phase1_rows=len(study))
        for alpha in ("0.0027", "0.001"):
            want = golden["new_beyond_alpha=" + alpha]
            result = spc(*arguments(case, "--alpha", alpha))
            out = [i - len(study) for i in beyond(result) if i > len(study)]
            same(what + " count", len(out), want["count"])
            same(what + " first", out[0], want["first"])
            same(what + " early", sum(i <= 160 for i in out),
                 want["count_upto_160"])
            oracle.TOLERANCE = 1e-6
            all_near(what, [p["value"] for p in
                            points(result)[len(study):len(study) + 10]],
                     golden["new_T2_first_10"])
            oracle.TOLERANCE = NEAR


# ---- second definitions ----------------------------------------------------


def solve(matrix, right):
    """Gauss, without rounding; also the determinant."""
    rows = [list(row) + [b] for row, b in zip(matrix, right)]
    n, determinant = len(rows), Fraction(1)
    for i in range(n):
        pivot = next(k for k in range(i, n) if rows[k][i] != 0)
        if pivot != i:
            rows[i], rows[pivot] = rows[pivot], rows[i]
            determinant = -determinant
        determinant *= rows[i][i]
        for k in range(i + 1, n):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
    x = [Fraction(0)] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][j] * x[j]
                                 for j in range(i + 1, n))) / rows[i][i]
    return x, determinant


def distance(matrix, d, leave_out=None):
    keep = [j for j in range(len(d)) if j != leave_out]
    right = [d[j] for j in keep]
    if not keep:
        return Fraction(0)
    x, _ = solve([[matrix[i][j] for j in keep] for i in keep], right)
    return sum(a * b for a, b in zip(x, right))


def mean_of(vectors):
    return [sum(column) / len(vectors) for column in zip(*vectors)]


def products(vectors):
    mean = mean_of(vectors)
    p = range(len(mean))
    return [[sum((v[i] - mean[i]) * (v[j] - mean[j]) for v in vectors)
             for j in p] for i in p]


def added(a, b):
    return [[x + y for x, y in zip(r, s)] for r, s in zip(a, b)]


def divided(a, by):
    return [[x / by for x in row] for row in a]


def subgroups_of(name, group, values):
    head, rows = rows_of(name)
    found = []
    for row in rows:
        key = row[head.index(group)] if group else len(found)
        vector = [Fraction(float(row[head.index(v)])) for v in values]
        if found and found[-1][0] == key:
            found[-1][1].append(vector)
        else:
            found.append((key, [vector]))
    return [vectors for _, vectors in found]


def study_of(subgroups):
    """Mean, covariance within (of individuals: overall), its df."""
    every = [v for s in subgroups for v in s]
    if len(every) == len(subgroups):
        return mean_of(every), divided(products(every), len(every) - 1)
    total = products(subgroups[0])
    for s in subgroups[1:]:
        total = added(total, products(s))
    return mean_of(every), divided(total, len(every) - len(subgroups))


def minus(a, b):
    return [x - y for x, y in zip(a, b)]


FILES = [("ryan_multivar.csv", "sample", ["X1", "X2"]),
         ("montgomery_t11_6.csv", None, ["x1", "x2", "x3", "x4"]),
         ("montgomery_t11_6.csv", None, ["x3", "x1"])]


def check_terms(alpha, seen):
    """T2 of each variable, and T2 less T2 without it."""
    for name, group, values in FILES:
        subgroups = subgroups_of(name, group, values)
        mean, s = study_of(subgroups)
        result = spc("chart", "t2", data_file(name), "--value",
                     ",".join(values), "--alpha", alpha,
                     *(["--subgroup", group] if group else []))
        for signal in result["signals"]:
            vectors = subgroups[signal["index"] - 1]
            d = minus(mean_of(vectors), mean)
            n, whole = len(vectors), distance(s, d)
            terms = signal["contributions"]
            same("terms of all", sorted(t["name"] for t in terms),
                 sorted(values))
            reach = [max(t["value"] / t["limit"],
                         t["given_others"] / t["given_others_limit"])
                     for t in terms]
            same("largest first", reach, sorted(reach, reverse=True))
            for term in terms:
                j = values.index(term["name"])
                what = "%s point %d %s" % (name, signal["index"], term["name"])
                close(what + " alone", term["value"],
                      float(n * d[j] * d[j] / s[j][j]))
                close(what + " given", term["given_others"],
                      float(n * (whole - distance(s, d, j))))
                same(what + " cause", term["cause"],
                     term["value"] > term["limit"] or
                     term["given_others"] > term["given_others_limit"])
                seen.add(term["cause"])


def check_mewma():
    for name, group, values in FILES:
        subgroups = subgroups_of(name, group, values)
        mean, s = study_of(subgroups)
        for weight in ("0.2", "0.05", "1"):
            result = spc("chart", "mewma", data_file(name), "--value",
                         ",".join(values), "--lambda", weight, "--arl0", "200",
                         *(["--subgroup", group] if group else []))
            lam, z = Fraction(float(weight)), [Fraction(0)] * len(values)
            for point, vectors in zip(points(result), subgroups):
                d = minus(mean_of(vectors), mean)
                z = [lam * a + (1 - lam) * b for a, b in zip(d, z)]
                share = lam / (2 - lam) / len(vectors)
                close("%s mewma %d" % (name, point["index"]), point["value"],
                      float(distance(s, z) / share))
                close("h", point["ucl"], result["estimate"]["h"])


def check_published_mewma():
    """Prabhu and Runger, J. Quality Technology 29(1), 1997: limits for a mean
    run length of 200, to the digits they print."""
    for p, weight, h in ((2, "0.1", 8.64), (4, "0.1", 12.73),
                         (2, "0.2", 9.65), (4, "0.2", 13.87)):
        values = ["x1", "x2", "x3", "x4"][:p]
        result = spc("chart", "mewma", data_file("montgomery_t11_6.csv"),
                     "--value", ",".join(values), "--lambda", weight, "--arl0",
                     "200")
        same("h of %d at %s: %r" % (p, weight, result["estimate"]["h"]),
             abs(result["estimate"]["h"] - h) < 0.02, True)


def check_determinants():
    subgroups = subgroups_of(*FILES[0])
    _, s = study_of(subgroups)
    result = spc("chart", "generalized-variance",
                 data_file("ryan_multivar.csv"), "--value", "X1,X2",
                 "--subgroup", "sample")
    n, df = 4, 60
    _, whole = solve(s, s[0])
    sigma = float(whole) / ((df - 1) / df)
    b1 = (n - 2) / (n - 1)
    b2 = (n - 1) * (n - 2) / (n - 1) ** 4 * ((n + 1) * n - (n - 1) * (n - 2))
    close("determinant", result["estimate"]["determinant"], sigma)
    close("b1", result["estimate"]["b1"], b1)
    close("b2", result["estimate"]["b2"], b2)
    for point, vectors in zip(points(result), subgroups):
        within = divided(products(vectors), n - 1)
        _, want = solve(within, within[0])
        close("|S| %d" % point["index"], point["value"], float(want))
        close("|S| ucl", point["ucl"], sigma * (b1 + 3 * math.sqrt(b2)))
        close("|S| lcl", point["lcl"],
              max(0, sigma * (b1 - 3 * math.sqrt(b2))))


# ---- simulation ------------------------------------------------------------


def normal_rows(r, count, p, n):
    """Correlated, of unlike sizes."""
    for i in range(count):
        for _ in range(n):
            common = r.gauss(0, 1)
            yield [i] + [10 ** j * (5 + common + (1 + j) * r.gauss(0, 1))
                         for j in range(p)]


def signals(kind, rows, p, *more):
    text = "g,s,%s\n" % ",".join("v%d" % j for j in range(p))
    text += "".join(",".join(map(repr, row)) + "\n" for row in rows)
    result = subprocess.run(
        [SPC, "chart", kind, "-", "--value",
         ",".join("v%d" % j for j in range(p)), "--format", "csv", *more],
        input=text, capture_output=True, text=True)
    lines = result.stdout.splitlines()[1:]
    return [bool(line.split(",")[10]) for line in lines]


def within(what, rates, alpha):
    """The mean of independent rates, within four standard errors."""
    mean = sum(rates) / len(rates)
    spread = sum((x - mean) ** 2 for x in rates) / (len(rates) - 1)
    same("%s: %.5f for %.5f" % (what, mean, alpha),
         abs(mean - alpha) < 4 * math.sqrt(spread / len(rates)), True)


def check_phase_one(alpha=0.05):
    """Studies as stages of one file."""
    r = random.Random(2385)
    for p, m, n in ((2, 10, 1), (3, 25, 1), (2, 8, 4)):
        rows = [row[:1] + ["s%d" % k] + row[1:] for k in range(600)
                for row in normal_rows(r, m, p, n)]
        more = ["--subgroup", "g"] if n > 1 else []
        out = signals("t2", rows, p, "--stage", "s", "--alpha", str(alpha),
                      *more)
        within("phase one, %d of %d" % (m, p),
               [sum(out[k * m:(k + 1) * m]) / m for k in range(600)], alpha)


def check_phase_two(alpha=0.05):
    r = random.Random(2386)
    for p, m, n, more in ((2, 12, 1, []), (3, 10, 3, ["--subgroup", "g"]),
                          (2, 25, 1, ["--sigma-estimator", "mssd"])):
        rates = []
        for _ in range(200):
            rows = [row[:1] + [0] + row[1:]
                    for row in normal_rows(r, m + 20, p, n)]
            out = signals("t2", rows, p, "--baseline", "1:%d" % m, "--alpha",
                          str(alpha), *more)[m:]
            rates.append(sum(out) / len(out))
        within("phase two, %d of %d %s" % (m, p, more), rates, alpha)


def check_unequal_sizes(alpha=0.05):
    r = random.Random(2387)
    sizes = (2, 3, 5, 3, 4, 3, 2, 6, 3)
    by_size = {n: [] for n in sizes}
    rows = []
    for k in range(800):
        for i, n in enumerate(sizes):
            rows += [[i, "s%d" % k] + row[1:] for row in
                     normal_rows(r, 1, 2, n)]
    out = signals("t2", rows, 2, "--stage", "s", "--alpha", str(alpha),
                  "--subgroup", "g")
    for i, hit in enumerate(out):
        by_size[sizes[i % len(sizes)]].append(float(hit))
    for n, hits in by_size.items():
        within("subgroups of %d among others" % n, hits, alpha)


for each in cases("t2.json"):
    check_golden(each)
    if "newdata" in each["case"]:
        check_new_data(each)
found = set()
check_terms("0.9", found)
check_terms("0.2", found)
same("terms were seen", found, {True, False})
check_mewma()
check_published_mewma()
check_determinants()
check_phase_one()
check_phase_two()
check_unequal_sizes()
finish()
