# SPDX-License-Identifier: GPL-3.0-or-later
"""The golden cases of g and t, and every public limit of CCC-r, through
`spc chart`.

g: the intervals counted from a file that says of every unit whether it
failed, limits by quantiles with the estimated and with a known rate and by
three sigma, and the exact points beyond them.  t: Weibull by maximum
likelihood, and exponential.  CCC-r: limits at the known rates of the table.
Not compared: times to the power 1/3.6, another chart altogether.
"""

import csv
import os

from oracle import DATA, all_close, cases, close, data_file, finish, same, spc


def beyond(what, result, golden):
    for side in ("above", "below"):
        same("%s %s" % (what, side),
             [s["index"] for s in result["signals"]
              if s["side"] == side and s["rule"] == "nelson-1"], golden[side])


def limits(what, result, golden, keys):
    for point in result["panels"][0]["points"]:
        for field, key in zip(("lcl", "center", "ucl"), keys):
            close("%s %s" % (what, field), point[field], golden[key])


def check_g(what, case, golden):
    path = data_file(case["data"])
    on = ("g", path, "--event", case["event_col"])
    real = ("lcl_real", "median_real", "ucl_real")
    plain = spc("chart", *on)
    all_close(what + " statistic",
              [p["value"] for p in plain["panels"][0]["points"]],
              golden["stat"])
    close(what + " p", plain["estimate"]["rate"], golden["p_unbiased"])
    close(what + " mean", plain["estimate"]["mean"], golden["mean"])
    expected = golden["probability_0.0027_p_unbiased"]
    limits(what, plain, expected, real)
    beyond(what, plain, expected["beyond"])
    known = spc("chart", *on, "--center", repr(golden["mean"]))
    expected = golden["probability_0.0027_p_mle"]
    close(what + " p mle", known["estimate"]["rate"], golden["p_mle"])
    limits(what + " mle", known, expected, real)
    beyond(what + " mle", known, expected["beyond"])
    wide = spc("chart", *on, "--width", "3")
    limits(what + " width", wide, golden["three_sigma"], ("lcl", "cl", "ucl"))
    beyond(what + " width", wide, golden["three_sigma"]["beyond"])


def check_t(what, case, golden):
    on = ("t", data_file(case["data"]), "--value", case["value"])
    for name, key in (("weibull", "weibull_mle"),
                      ("exponential", "exponential")):
        result = spc("chart", *on, "--distribution", name)
        expected = golden[key]
        limits("%s %s" % (what, name), result, expected,
               ("lcl", "median", "ucl"))
        beyond("%s %s" % (what, name), result, expected["beyond"])
        for figure in ("shape", "scale"):
            if figure in expected:
                close("%s %s" % (what, figure), result["estimate"][figure],
                      expected[figure])
        if "mean" in expected:
            close(what + " mean", result["estimate"]["scale"],
                  expected["mean"])


def check_ccc(row):
    result = spc("chart", "ccc", data_file("secom_labels.csv"), "--event",
                 "fail", "--r", row["r"], "--center", row["p0"], "--alpha",
                 row["alpha"])
    point = result["panels"][0]["points"][0]
    for field, key in (("lcl", "LCL_real"), ("center", "median_real"),
                       ("ucl", "UCL_real")):
        close("ccc %(p0)s %(r)s %(alpha)s" % row + " " + field, point[field],
              float(row[key]))


for each in cases("rare.json"):
    check = check_g if each["case"]["type"] == "g" else check_t
    check(each["id"], each["case"], each["expected"])
with open(os.path.join(DATA, "golden", "ccc_limits.csv"),
          encoding="utf-8") as table:
    for each in csv.DictReader(table):
        check_ccc(each)
finish()
