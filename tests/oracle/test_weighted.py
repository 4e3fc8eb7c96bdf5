# SPDX-License-Identifier: GPL-3.0-or-later
"""Every golden case of EWMA and CUSUM, through `spc chart`.

Compared: centre and sigma, every plotted value, both limits of every point of
an EWMA (exact for the first points and for unequal sizes), both sums of a
CUSUM and how long they have been above zero, the limits of an EWMA that has
settled, and the exact points beyond the limits.

With unequal sizes the golden sigma is the plain mean of range / d2 (UWAVE).
"""

from oracle import all_close, cases, close, data_file, finish, same, spc


def phase_one(case):
    """How many points phase 1 has: rows, or groups of rows."""
    with open(data_file(case["data"]), encoding="utf-8") as file:
        names = file.readline().strip().split(",")
        rows = [line.strip().split(",") for line in file]
    column = names.index(case["phase_col"])
    group = names.index(case["group"]) if case.get("group") else None
    return len({i if group is None else row[group]
                for i, row in enumerate(rows) if row[column] == "1"})


def chart(case, *more):
    arguments = [case["type"], data_file(case["data"]), "--value",
                 case["value"]]
    if case.get("group"):
        arguments += ["--subgroup", case["group"], "--sigma-estimator",
                      "rbar-plain"]
    if "phase_col" in case:
        arguments += ["--baseline", "1:%d" % phase_one(case)]
    if "target" in case:
        arguments = [a for a in arguments
                     if a not in ("--sigma-estimator", "rbar-plain")]
        arguments += ["--center", repr(case["target"]), "--sigma",
                      repr(case["sigma"])]
    if case["type"] == "ewma":
        arguments += ["--lambda", repr(case["lambda"]), "--width",
                      repr(case["L"])]
    else:
        arguments += ["--k", repr(case["k"]), "--h", repr(case["h"])]
        arguments += ["--head-start", repr(case.get("headstart", 0))]
    return spc("chart", *arguments, *more)


def holds(result, side):
    return [s["index"] for s in result["signals"]
            if s["rule"] == "beyond-limits" and s["side"] == side]


def check_ewma(what, case, golden, result):
    points = result["panels"][0]["points"]
    all_close(what + " value", [p["value"] for p in points], golden["ewma"])
    all_close(what + " lcl", [p["lcl"] for p in points], golden["lcl"])
    all_close(what + " ucl", [p["ucl"] for p in points], golden["ucl"])
    for side in ("above", "below"):
        same("%s %s" % (what, side), holds(result, side),
             golden["beyond"][side])
    if golden["asymptotic"]:
        lam = case["lambda"]
        settled = (1 - (1 - lam) ** (2 * len(points))) ** -0.5
        for side in ("lcl", "ucl"):
            center = points[-1]["center"]
            close("%s settled %s" % (what, side),
                  center + (points[-1][side] - center) * settled,
                  golden["asymptotic"][side])


def check_cusum(what, result, golden):
    points = result["panels"][0]["points"]
    for key, field in (("C_plus", "value"), ("C_minus", "value_low")):
        same("%s %s count" % (what, key), len(points), len(golden[key]))
        for point, want in zip(points, golden[key]):
            if abs(want) < 1e-9:  # what rounding left of nothing
                same("%s %s at 0" % (what, key), point[field] < 1e-9, True)
            else:
                close("%s %s[%d]" % (what, key, point["index"]), point[field],
                      want)
    for key, field in (("N_plus", "run"), ("N_minus", "run_low")):
        same("%s %s" % (what, key), [p[field] for p in points], golden[key])
    same(what + " above", holds(result, "above"), golden["signal_plus"])
    same(what + " below", holds(result, "below"), golden["signal_minus"])
    for point in points:
        same(what + " ucl", (point["center"], point["lcl"], point["ucl"]),
             (0, None, golden["h"]))


def check(one):
    case, golden, what = one["case"], one["expected"], one["id"]
    result = chart(case)
    close(what + " centre", result["estimate"]["center"], golden["target"])
    close(what + " sigma", result["estimate"]["sigma"], golden["sigma"])
    same(what + " panels", [p["statistic"] for p in result["panels"]],
         [case["type"]])
    if case["type"] == "ewma":
        check_ewma(what, case, golden, result)
    else:
        check_cusum(what, result, golden)


for each in cases("weighted.json"):
    check(each)
finish()
