# SPDX-License-Identifier: GPL-3.0-or-later
"""Points that remember, and widths of small studies, through `spc chart`.

Second definitions, written here: correlations pair by pair, autoregressions
by elimination on the Toeplitz matrix, orders by the determinants' ratio,
chi-square and t by the series and continued fractions of the incomplete gamma
and beta functions.  False alarms are simulated, many studies to a file as
stages of it.
"""

import math
import os
import random
import subprocess
import tempfile

import oracle
from oracle import SPC, close, finish, same, spc

NAN = float("nan")
D2 = 2 / math.sqrt(math.pi)
folder = tempfile.TemporaryDirectory()


# ---- second definitions ---------------------------------------------------

def chi_tail(q, df):
    """The upper tail of chi-square."""
    a, x = df / 2, q / 2
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for n in range(1, 10000):
            term *= x / (a + n)
            total += term
        return 1 - scale * total
    fraction = 0.0
    for n in range(5000, 0, -1):  # from the far end
        fraction = n * (n - a) / (x + 2 * n + 1 - a - fraction)
    return scale / (x + 1 - a - fraction)


def t_tail(t, df):
    """P(|T| > t), by quadrature of the density in s = atan(t / sqrt(df))."""
    steps, low = 2000, math.atan(t / math.sqrt(df))
    width = (math.pi / 2 - low) / steps
    total = sum((1 if i in (0, steps) else 4 if i % 2 else 2)
                * max(math.cos(low + i * width), 0.0) ** (df - 1)
                for i in range(steps + 1))
    return 2 * total * width / 3 * math.exp(
        math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(math.pi)


def t_quantile(alpha, df):
    """t with P(|T| > t) = alpha."""
    low, high = 0.0, 1e3
    for _ in range(60):
        middle = (low + high) / 2
        low, high = ((middle, high) if t_tail(middle, df) > alpha
                     else (low, middle))
    return low


def solve(matrix, right):
    rows = [list(row) + [b] for row, b in zip(matrix, right)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda j: abs(rows[j][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for j in range(i + 1, len(rows)):
            factor = rows[j][i] / rows[i][i]
            rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i])]
    answer = [0.0] * len(rows)
    for i in reversed(range(len(rows))):
        answer[i] = (rows[i][-1] - sum(
            rows[i][j] * answer[j] for j in range(i + 1, len(rows)))) / rows[i][i]
    return answer


class Series:
    """Values, NaN for gaps."""

    def __init__(self, x):
        self.x = x
        self.good = [v for v in x if not math.isnan(v)]
        self.n = len(self.good)
        self.mean = math.fsum(self.good) / self.n
        self.variance = math.fsum(
            (v - self.mean) ** 2 for v in self.good) / self.n

    def pairs(self, k):
        return [t for t in range(k, len(self.x))
                if not any(math.isnan(v) for v in self.x[t - k:t + 1])]

    def r(self, k):
        if k == 0:
            return 1.0
        pairs = self.pairs(k)
        return math.fsum(
            (self.x[t] - self.mean) * (self.x[t - k] - self.mean)
            for t in pairs) / (len(pairs) + k) / self.variance

    def lags(self):
        lags = min(10, max(1, self.n // 5))
        while not self.pairs(lags):
            lags -= 1
        return lags

    def ljung_box(self):
        total = 0.0
        for k in range(1, self.lags() + 1):
            m = len(self.pairs(k))
            total += self.r(k) ** 2 * (m + k) * (m + k + 2) / m
        return total

    def fit(self, order):
        """phi, and the share of the variance it leaves."""
        r = [self.r(k) for k in range(order + 1)]
        phi = solve([[r[abs(i - j)] for j in range(order)]
                     for i in range(order)], r[1:])
        return phi, 1 - sum(p * q for p, q in zip(phi, r[1:]))

    def order(self):
        def aic(p):
            left = self.fit(p)[1]
            return self.n * math.log(left) + 2 * p if left > 0 else math.inf
        return min(range(self.lags() + 1), key=aic)

    def residuals(self, model, x):
        order, phi = len(model), model
        return [x[t] - self.mean - sum(
                    phi[i] * (x[t - 1 - i] - self.mean) for i in range(order))
                if t >= order else NAN for t in range(len(x))]


# ---- files ----------------------------------------------------------------

def write(rows, heading="x"):
    path = os.path.join(folder.name, "%d.csv" % len(os.listdir(folder.name)))
    with open(path, "w", encoding="utf-8") as file:
        file.write(heading + "\n")
        for row in rows:
            cells = row if isinstance(row, tuple) else (row,)
            file.write(",".join("" if c != c else str(c) for c in cells) + "\n")
    return path


def numbered(x):
    """A missing value needs a neighbour, or its line is empty."""
    return write([(i, v) for i, v in enumerate(x)], "i,x")


def autoregression(phi, count, seed, level=10.0):
    draw = random.Random(seed)
    past, x = [0.0] * len(phi), []
    for _ in range(count + 100):
        value = sum(p * q for p, q in zip(phi, past)) + draw.gauss(0, 1)
        past = [value] + past[:-1] if past else past
        x.append(round(level + value, 4))
    return x[100:]


def column(name):
    with open(oracle.data_file(name), encoding="utf-8") as file:
        next(file)
        return [float(line.split(",")[0]) for line in file if line.strip()]


# ---- one series, both charts ----------------------------------------------

def check_independence(what, got, series, fitted=0):
    r = [series.r(k) for k in range(1, series.lags() + 1)]
    same(what + " lags", got["lags"], len(r))
    same(what + " df", got["df"], len(r) - fitted)
    for k, (g, w) in enumerate(zip(got["r"], r)):
        same("%s r%d" % (what, k + 1), abs(g - w) < 1e-11, True)
    close(what + " band", got["band"], 1.96 / math.sqrt(series.n))
    q = series.ljung_box()
    same(what + " Q", abs(got["ljung_box"] - q) < 1e-9 * max(q, 1), True)
    p = chi_tail(q, len(r) - fitted)
    same(what + " p", abs(got["p"] - p) <= 1e-8 * p + 1e-14, True)


def check_model(what, estimate, series, order):
    phi, left = series.fit(order)
    scale = series.n / (series.n - order - 1)
    close(what + " centre", estimate["center"], series.mean)
    same(what + " order", estimate["order"], order)
    same(what + " phi count", len(estimate["phi"]), order)
    for got, want in zip(estimate["phi"], phi):
        same(what + " phi", abs(got - want) < 1e-9, True)
    if order > 0:
        same(what + " phi 1", estimate["phi_1"], estimate["phi"][0])
    same(what + " r 1", abs(estimate["r_1"] - series.r(1)) < 1e-9, True)
    return (phi, math.sqrt(series.variance * scale),
            math.sqrt(series.variance * scale * left))


def check_zones(what, points, values, center, reach):
    same(what + " count", len(points), len(values))
    for point, want in zip(points, values):
        name = "%s[%d]" % (what, point["index"])
        if want != want:
            same(name, (point["value"], point["ucl"]), (None, None))
            continue
        same(name, abs(point["value"] - want) < 1e-9 * max(1, reach), True)
        for side, limit in (("lcl", center - reach), ("ucl", center + reach)):
            same("%s %s" % (name, side),
                 abs(point[side] - limit) < 1e-10 * max(1, reach), True)
        same(name + " signal", "nelson-1" in point["signals"],
             not point["lcl"] <= point["value"] <= point["ucl"])


def split(x, used):
    """Residuals stretch by stretch: nothing spans a gap."""
    stretches, start = [], 0
    for i in range(len(x) + 1):
        if i == len(x) or x[i] != x[i] or not used[i]:
            stretches.append((start, i))
            start = i + 1
    return stretches


def check_series(what, x, order=None, width=3, excluded=(), base=None):
    base = base or (1, len(x))
    used = [i + 1 not in excluded for i in range(len(x))]
    series = Series([v if used[i] and base[0] <= i + 1 <= base[1] else NAN
                     for i, v in enumerate(x)])
    arguments = [numbered(x), "--value", "x", "--width", repr(width),
                 "--baseline", "%d:%d" % base]
    if order is not None:
        arguments += ["--order", str(order)]
    if excluded:
        arguments += ["--exclude", ",".join(map(str, excluded))]
    wide = spc("chart", "ar-individual", *arguments)
    left = spc("chart", "ar-residual", *arguments)
    order = series.order() if order is None else order
    phi, sigma, noise = check_model(what, wide["estimate"], series, order)
    check_model(what + " residual", left["estimate"], series, order)
    close(what + " sigma", wide["estimate"]["sigma"], sigma)
    close(what + " noise", wide["estimate"]["sigma_noise"], noise)
    close(what + " residual sigma", left["estimate"]["sigma"], noise)
    close(what + " process", left["estimate"]["sigma_process"], sigma)
    same(what + " df", left["estimate"]["df"], series.n - order - 1)
    same(what + " panels", [p["statistic"] for c in (wide, left)
                            for p in c["panels"]], ["individual", "residual"])
    points = wide["panels"][0]["points"]
    judged = [p for p in points if not p["excluded"]]
    check_zones(what, judged, [v for i, v in enumerate(x) if used[i]],
                series.mean, width * sigma)
    e = [NAN] * len(x)
    for start, end in split(x, used):
        e[start:end] = series.residuals(phi, x[start:end])
    check_zones(what + " residual", left["panels"][0]["points"], e, 0,
                width * noise)
    check_independence(what, wide["estimate"]["independence"], series)
    of_base = Series([e[i] if base[0] + order <= i + 1 <= base[1] else NAN
                      for i in range(len(x))])
    if of_base.lags() > order:
        check_independence(what + " residual",
                           left["estimate"]["independence"], of_base, order)
    else:
        same(what + " residual", "independence" in left["estimate"], False)


def check_models():
    lew = column("strd_lew.csv")
    check_series("lew", lew)
    check_series("lew, order 3", lew, order=3, width=2.5)
    check_series("lew, order 10", lew, order=10)
    check_series("lew, order 0", lew, order=0)
    check_series("michelso", column("strd_michelso.csv"))
    for seed, phi in enumerate(([0.7], [-0.6], [0.5, 0.3], [1.1, -0.4, 0.1])):
        x = autoregression(phi, 120, seed)
        check_series("ar%s" % phi, x)
        check_series("ar%s base" % phi, x, base=(6, 90))
        check_series("ar%s excluded" % phi, x, excluded=(4, 50, 51, 120))
        holes = [NAN if i in (0, 17, 60, 61, 63, 119) else v
                 for i, v in enumerate(x)]
        check_series("ar%s holes" % phi, holes)
        check_series("ar%s holes, order 2" % phi, holes, order=2,
                     excluded=(30,))
    check_series("a large level",
                 [1e6 + v for v in autoregression([0.7], 60, 9)], order=1)


# ---- independence of any study --------------------------------------------

def check_studies():
    x = autoregression([0.6], 90, 5)
    path = write(x)
    for kind in ("imr", "ewma", "cusum", "moving-average"):
        answer = spc("chart", kind, path)
        check_independence(kind, answer["estimate"]["independence"], Series(x))
        same(kind + " note", [n for n in answer["notes"]
                              if "correlated" in n],
             ["successive points are correlated (r1 = %.2f, Ljung-Box p = %s):"
              " limits by moving ranges are too narrow; see ar-individual or "
              "ar-residual." % (Series(x).r(1), "%.0e" % chi_tail(
                  Series(x).ljung_box(), 10))])
    groups = [x[i:i + 5] for i in range(0, 90, 5)]
    means = Series([sum(g) / 5 for g in groups])
    medians = Series([sorted(g)[2] for g in groups])
    for kind, series in (("xbar-r", means), ("xbar-s", means),
                         ("ewma", means), ("median-r", medians)):
        answer = spc("chart", kind, path, "--size", "5")
        check_independence(kind + " of 5", answer["estimate"]["independence"],
                           series)
    same("counts", "independence" in spc("chart", "c", write([3, 4, 2, 5]),
                                         "--count", "x")["estimate"], False)
    same("known", "independence" in spc(
        "chart", "imr", path, "--center", "10", "--sigma", "1")["estimate"],
        False)
    stages = spc("chart", "imr", write(
        [(v, "a" if i < 40 else "b") for i, v in enumerate(x)], "x,s"),
        "--value", "x", "--stage", "s")
    for stage, part in zip(stages["stages"], (x[:40], x[40:])):
        check_independence("stage", stage["independence"], Series(part))
    same("stages' notes", sum("Stage" in n and "correlated" in n
                              for n in stages["notes"]), 2)


def check_when_warned():
    """One stable study in a hundred is accused, and none of fewer than 20
    points."""
    draw = random.Random(77)
    studies = 600
    rows = [(round(draw.gauss(5, 1), 4), s)
            for s in range(studies) for _ in range(40)]
    answer = spc("chart", "imr", write(rows, "x,s"), "--value", "x",
                 "--stage", "s", "--rules", "none")
    accused = sum("correlated" in n for n in answer["notes"])
    small = [s["independence"]["p"] < 0.01 for s in answer["stages"]]
    same("accused", accused, sum(small))
    # Ljung and Box's p is approximate: 1 % to 2.4 % of studies of 40.
    same("accused of %d: %d" % (studies, accused), 2 <= accused <= 24, True)
    short = spc("chart", "imr", write([i * 1.0 for i in range(19)]))
    same("19 points", (short["estimate"]["independence"]["p"] < 0.01,
                       any("correlated" in n for n in short["notes"])),
         (True, False))
    other = spc("chart", "imr", write([(-1) ** i + i % 3 * .1
                                       for i in range(40)]))
    same("negative", any("do not know of it" in n for n in other["notes"]),
         True)


# ---- false alarms of an autocorrelated process ----------------------------

def check_false_alarms():
    x = autoregression([0.7], 22000, 2385)
    path = write(x)
    rate = {}
    for kind in ("imr", "ar-individual", "ar-residual"):
        answer = spc("chart", kind, path, "--baseline", "1:2000")
        rate[kind] = sum("nelson-1" in p["signals"] for p in
                         answer["panels"][0]["points"][2000:]) / 20000
    # 2 Q(3 sqrt(1 - 0.7)) and 2 Q(3); the last two within what 20000 points
    # and a sigma of 2000 (of the individuals, 700 independent ones) leave.
    for kind, low, high in (("imr", 0.085, 0.117),
                            ("ar-individual", 0.0009, 0.0060),
                            ("ar-residual", 0.0012, 0.0047)):
        same("%s false alarms %g" % (kind, rate[kind]),
             low < rate[kind] < high, True)


# ---- widths of small studies ----------------------------------------------

def c4(n):
    return math.sqrt(2 / (n - 1)) * math.exp(
        math.lgamma(n / 2) - math.lgamma((n - 1) / 2))


def check_widths():
    """Where there is a closed form: Grubbs, Student."""
    draw = random.Random(4)
    x = [round(draw.gauss(0, 1), 3) for _ in range(33)]
    path = write(x)
    for width in (3.0, 2.0):
        for m in (12, 25):
            answer = spc("chart", "imr", path, "--sigma-estimator", "overall",
                         "--alpha-for-study", "0.03", "--baseline",
                         "1:%d" % m, "--width", repr(width))
            t = t_quantile(0.03 / m, m - 2)
            study = (m - 1) / math.sqrt(m) * math.sqrt(
                t * t / (m - 2 + t * t))
            future = math.sqrt(1 + 1 / m) * t_quantile(
                math.erfc(width / math.sqrt(2)), m - 1)
            estimate = answer["estimate"]
            close("Grubbs", estimate["study_width"], study)
            close("Student", estimate["future_width"], future)
            for point in answer["panels"][0]["points"]:
                reach = study if point["index"] <= m else future
                close("imr ucl", point["ucl"], estimate["center"]
                      + reach * estimate["sigma"])
            moving = answer["panels"][1]["points"][0]
            close("moving range", moving["ucl"], estimate["sigma"] * (
                D2 + width * math.sqrt(2 - 4 / math.pi)))
    rows = [tuple(round(draw.gauss(9, 2), 2) for _ in range(4))
            for _ in range(15)]
    wide = write(rows, "a,b,c,d")
    for estimator, bias in (("pooled-plain", 1), ("pooled", c4(46))):
        answer = spc("chart", "xbar-s", wide, "--wide", "--value", "a,b,c,d",
                     "--sigma-estimator", estimator, "--width", "corrected")
        estimate = answer["estimate"]
        future = bias * math.sqrt(1 + 1 / 15) * t_quantile(
            math.erfc(3 / math.sqrt(2)), 45)
        close("corrected", estimate["future_width"], future)
        same("no study", "study_width" in estimate, False)
        close("corrected ucl", answer["panels"][0]["points"][0]["ucl"],
              estimate["center"] + future * estimate["sigma"] / 2)


def simulate(kind, m, n, alpha, studies, *more):
    draw = random.Random(m * 1000 + n)
    rows = [(round(draw.gauss(100, 3), 6), s, s * m + i)
            for s in range(studies) for i in range(m) for _ in range(n)]
    arguments = ["--subgroup", "g"] if n > 1 else []
    answer = spc("chart", kind, write(rows, "x,s,g"), "--value", "x",
                 "--stage", "s", "--alpha-for-study", repr(alpha),
                 *arguments, *more)
    first = answer["panels"][0]
    crossed = {p["stage"] for p in first["points"] if p["signals"]}
    rate, error = len(crossed) / studies, math.sqrt(
        alpha * (1 - alpha) / studies)
    same("%s %d of %d: %.4f of studies signal, not %g" % (kind, m, n, rate,
                                                          alpha),
         abs(rate - alpha) < 4 * error + 0.04 * alpha, True)
    same("widths agree", len({s["study_width"] for s in answer["stages"]}), 1)


# ---- hostile --------------------------------------------------------------

def chart(kind, text, *more):
    return subprocess.run([SPC, "chart", kind, "-", *more], input=text,
                          capture_output=True, text=True)


def check_absence(what, x, note, *more):
    for kind in ("ar-individual", "ar-residual"):
        answer = spc("chart", kind, numbered(x), "--value", "x", *more)
        same("%s %s" % (kind, what), [n for n in answer["notes"]
                                      if n.startswith("no limits")], [note])
        same(what, (answer["estimate"]["sigma"], answer["signals"]),
             (None, []))


def check_hostile():
    usual = "; 20 or more are usual."
    wander = "no limits: the points wander, or follow one another exactly: " \
        "they tell of no stationary process."
    check_absence("constant", [5.0] * 30,
                  "no limits: the measurements do not vary.")
    check_absence("three points", [1.0, 3, 2],
                  "no limits: 3 points, 5 are needed at least: 2 more" + usual)
    check_absence("order 4 of 12", autoregression([.5], 12, 1),
                  "no limits: 12 points, 20 are needed at least: 8 more"
                  + usual, "--order", "4")
    check_absence("every other", [NAN if i % 2 else i * i % 7 + .5
                                  for i in range(40)],
                  "no limits: no two neighbouring points tell how far apart "
                  "they lie" + usual)
    check_absence("a ramp", [float(i) for i in range(30)], wander)
    check_absence("an explosion", [1.3 ** i for i in range(30)], wander)
    draw = random.Random(8)
    drift = [i + draw.gauss(0, .1) for i in range(60)]
    check_absence("a drift", drift, wander)
    check_absence("a drift, order 1", drift, wander, "--order", "1")
    same("order 0 asks nothing of the order", spc(
        "chart", "ar-individual", numbered(drift), "--value", "x", "--order",
        "0")["estimate"]["sigma"] is not None, True)
    x = autoregression([0.7], 40, 3)
    stages = spc("chart", "ar-residual", write(
        [(v, "a") for v in x] + [(9.0, "b")], "x,s"), "--value", "x",
        "--stage", "s")
    same("a stage of one", stages["stages"][1]["sigma"], None)
    same("the other", stages["stages"][0]["sigma"] is not None, True)
    for scale in (1e-150, 1e140):
        answer = spc("chart", "ar-individual", write(
            [repr(scale * v) for v in x]), "--order", "1")
        want = spc("chart", "ar-individual", write(x), "--order", "1")
        same("scale %g" % scale, abs(answer["estimate"]["phi_1"]
                                     - want["estimate"]["phi_1"]) < 1e-12,
             True)
    text = "x\n" + "\n".join(map(str, x)) + "\n"
    for kind, more, words in (
            ("ar-individual", ["--order", "11"], "from 0 to 10, not '11'"),
            ("ar-individual", ["--order", "-1"], "from 0 to 10, not '-1'"),
            ("imr", ["--order", "1"], "imr has no --order"),
            ("ar-residual", ["--sigma-estimator", "mr"],
             "ar-residual has no --sigma-estimator"),
            ("ar-individual", ["--center", "1", "--sigma", "1"],
             "takes no known parameters"),
            ("ar-individual", ["--rules", "nelson"],
             "stay on one side by themselves"),
            ("ar-individual", ["--size", "2"], "has no subgroups"),
            ("imr", ["--alpha-for-study", "0.5"], "from 0.001 to 0.2"),
            ("imr", ["--alpha-for-study", "2"], "to below 1, not '2'"),
            ("imr", ["--alpha-for-study", "0.05", "--sigma-estimator",
                     "mssd"], "has no limits for sigma by mssd/c4"),
            ("imr", ["--alpha-for-study", "0.05", "--sigma-estimator",
                     "median-mr"], "has no limits for sigma by median-mr/d4"),
            ("imr", ["--alpha-for-study", "0.05", "--center", "1", "--sigma",
                     "1"], "owe nothing to a study"),
            ("xbar-r", ["--size", "4", "--width", "corrected",
                        "--sigma-estimator", "overall"],
             "--width corrected has no limits for sigma by overall"),
            ("ewma", ["--alpha-for-study", "0.05"],
             "ewma has no --alpha-for-study"),
            ("ewma", ["--width", "corrected"],
             "--width takes a number above 0, not 'corrected'"),
            ("imr", ["--width", "wide"],
             "takes a number above 0 or \"corrected\", not 'wide'")):
        got = chart(kind, text, *more)
        same("%s %s" % (kind, more), (got.returncode, got.stdout,
                                      words in got.stderr), (2, "", True))
    answer = spc("chart", "imr", write(x[:8]), "--alpha-for-study", "0.05")
    same("eight", answer["notes"], [
        "no limits: 8 points, 10 are needed at least: 2 more" + usual])
    answer = spc("chart", "imr", write(x[:2]), "--width", "corrected")
    same("two", answer["estimate"]["future_width"] > 100, True)
    same("the table", "独立性" in chart(
        "imr", text, "--format", "table", "--lang", "zh").stdout, True)
    same("the table's study", "limits of the study itself" in chart(
        "imr", text, "--format", "table", "--lang", "en", "--alpha-for-study",
        "0.05").stdout, True)


check_models()
check_studies()
check_when_warned()
check_false_alarms()
check_widths()
simulate("imr", 25, 1, 0.05, 2000)
simulate("imr", 12, 1, 0.2, 1000)
simulate("xbar-r", 20, 5, 0.1, 1000)
simulate("xbar-s", 20, 5, 0.1, 1000, "--sigma-estimator", "pooled")
simulate("median-r", 20, 5, 0.1, 1000)
check_hostile()
finish()
