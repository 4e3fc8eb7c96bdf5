# SPDX-License-Identifier: GPL-3.0-or-later
"""Every golden case of xbar-r, xbar-s and imr, through `spc chart`.

Compared: subgroup count, every plotted statistic, the estimates of sigma (all
of them, weighted and plain), centre and limits of every point, and the exact
list of points at which each rule holds.  The charts with unequal sizes were
made with the plain mean of range / d2 (UWAVE), so the limits are compared
under that estimator and the weighted estimates (MVLUE) by their figure.
"""

from oracle import all_close, cases, close, data_file, finish, same, spc

# Golden key -> the rules that are the same question.
RULES = {
    "WE1_beyond_3s": ("we-1", "nelson-1"),
    "WE2_2of3_beyond_2s_lastpoint": ("we-2", "nelson-5"),
    "WE3_4of5_beyond_1s_lastpoint": ("we-3", "nelson-6"),
    "WE4_8_same_side": ("we-4",),
    "N2_9_same_side": ("nelson-2",),
    "N3_6_trend": ("nelson-3",),
    "N4_14_alternating": ("nelson-4",),
    "N7_15_within_1s": ("nelson-7",),
    "N8_8_beyond_1s_either_side": ("nelson-8",),
}


def chart(case, kind, *more):
    arguments = [kind, data_file(case["data"]), "--value", case["value"]]
    if case["group"]:
        arguments += ["--subgroup", case["group"]]
    return spc("chart", *arguments, *more)


def holds(result, panel, rule, side=None):
    return sorted(
        s["index"] for s in result["signals"]
        if s["panel"] == panel and s["rule"] == rule
        and (side is None or s["side"] == side))


def check_rules(what, result, panel, golden, last):
    for key, names in RULES.items():
        for name in names:
            got = [i for i in holds(result, panel, name) if i <= last]
            same("%s %s" % (what, name), got, golden[key])


def check_beyond(what, result, panel, golden, first, last):
    for side in ("above", "below"):
        got = [i for i in holds(result, panel, "nelson-1", side)
               if first <= i <= last]
        same("%s beyond %s" % (what, side), got, golden[side])


def check_panel(what, result, panel, golden, last):
    points = [p for p in result["panels"][panel]["points"]
              if p["index"] <= last]
    for key, field in (("cl", "center"), ("lcl", "lcl"), ("ucl", "ucl")):
        all_close("%s %s" % (what, key), [p[field] for p in points],
                  golden[key])


def baseline(case, count):
    return ("--baseline", "1:%d" % count) if case["phase"] else ()


def check_subgroups(case):
    golden = case["expected"]
    name = case["id"]
    count = golden["n_subgroups"]
    hats = golden["sigma_hat"]
    for kind, spread, letter, hat in (
            ("xbar-r", "range", "R", "R"), ("xbar-s", "sd", "S", "SD")):
        what = "%s %s" % (name, kind)
        more = ("--rules", "we,nelson", *baseline(case, count))
        short = "rbar" if hat == "R" else "sbar"
        result = chart(case, kind, *more,
                       "--sigma-estimator", short + "-plain")
        points = [panel["points"][:count] for panel in result["panels"]]
        same(what + " subgroups", result["estimate"]["subgroups"], count)
        if not case["phase"]:
            same(what + " points", len(result["panels"][0]["points"]), count)
        close(what + " centre", result["estimate"]["center"],
              golden["grand_mean"])
        all_close(what + " mean", [p["value"] for p in points[0]],
                  golden["xbar_stat"])
        all_close(what + " spread", [p["value"] for p in points[1]],
                  golden[spread + "_stat"])
        all_close(what + " n", [p["n"] for p in points[0]], golden["sizes"])
        expected = golden["xbar_r" if hat == "R" else "xbar_s"]
        close(what + " sigma", result["estimate"]["sigma"], expected["sigma"])
        close(what + " UWAVE", result["estimate"]["sigma"],
              hats["UWAVE_" + hat])
        check_panel(what + " xbar", result, 0, expected["xbar"], count)
        check_panel(what + " spread", result, 1, expected[letter], count)
        check_rules(what, result, "xbar", expected["xbar"]["rules"], count)
        check_beyond(what, result, "xbar", expected["xbar"]["beyond"], 1,
                     count)
        check_beyond(what + " spread", result, spread,
                     expected[letter]["beyond"], 1, count)
        if case["phase"]:
            check_beyond(what + " phase 2", result, "xbar",
                         expected["phase2_xbar_beyond"], count + 1, 10 ** 6)
            check_beyond(what + " spread phase 2", result, spread,
                         expected["phase2_%s_beyond" % letter], count + 1,
                         10 ** 6)
            check_rules(what + " all", result, "xbar",
                        expected["all_xbar_rules"], 10 ** 6)
        for estimator, key in ((short, "MVLUE_" + hat),
                               ("pooled", "RMSDF_c4"),
                               ("pooled-plain", "pooled_sd")):
            result = chart(case, kind, *baseline(case, count),
                           "--sigma-estimator", estimator)
            close("%s %s" % (what, key), result["estimate"]["sigma"],
                  hats[key])


def check_individuals(case):
    golden = case["expected"]
    name = case["id"]
    count = golden["n"]
    result = chart(case, "imr", "--rules", "we,nelson",
                   *baseline(case, count))
    moving = result["panels"][1]["points"]
    same(name + " first moving range", moving[0]["index"], 2)
    same(name + " n", result["estimate"]["measurements"], count)
    close(name + " centre", result["estimate"]["center"], golden["mean"])
    close(name + " sigma", result["estimate"]["sigma"],
          golden["sigma_hat"]["MR"])
    close(name + " MRbar", moving[0]["center"], golden["MRbar"])
    check_panel(name + " I", result, 0, golden["I"], count)
    check_panel(name + " MR", result, 1, golden["MR"], count)
    check_rules(name, result, "individual", golden["I"]["rules"], count)
    check_beyond(name, result, "individual", golden["I"]["beyond"], 1, count)
    same(name + " MR beyond",
         [i for i in holds(result, "moving-range", "nelson-1") if i <= count],
         golden["MR"]["beyond_obs"])
    if case["phase"]:
        check_rules(name + " all", result, "individual",
                    golden["all"]["rules"], 10 ** 6)
        check_beyond(name + " all", result, "individual",
                     golden["all"]["beyond"], 1, 10 ** 6)
        same(name + " all MR beyond",
             holds(result, "moving-range", "nelson-1"),
             golden["all"]["MR_beyond_obs"])
    for estimator, want in (
            ("overall", golden["sd"]),
            ("median-mr", golden["sigma_hat"]["median_MR"]),
            ("mssd-plain", golden["sigma_hat"]["MSSD"])):
        result = chart(case, "imr", *baseline(case, count),
                       "--sigma-estimator", estimator)
        close("%s %s" % (name, estimator), result["estimate"]["sigma"], want)


for one in cases("charts.json"):
    (check_subgroups if one["type"] == "xbar" else check_individuals)(one)
finish()
