# SPDX-License-Identifier: GPL-3.0-or-later
"""The golden tables of chart constants and of limits of g, t and CCC charts,
through `spc constants`, `spc chart` with known parameters, and `spc arl`.

Not compared: quantiles as whole numbers and the columns of times to the power
1/3.6, which are other charts; of rates beyond a limit, those that are 0 in the
table because the limit is.
"""

import csv
import os
import tempfile

from oracle import DATA, close, finish, same, spc

CONSTANTS = ["d2", "d3", "c4", "c5", "A", "A2", "A3", "B3", "B4", "B5", "B6",
             "D1", "D2", "D3", "D4", "E2"]


def table(name):
    with open(os.path.join(DATA, "golden", name), encoding="utf-8") as file:
        return list(csv.DictReader(file))


def limits(kind, *options):
    """Of a chart with known parameters; its one point does not matter."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "one.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("x\n5\n")
        result = spc("chart", kind, path, "--value", "x", *options)
    return result["panels"][0]["points"][0]


def check_constants():
    ours = {row["n"]: row for row in spc("constants")["constants"]}
    for row in table("constants.csv"):
        n = int(row["n"])
        close("d4(%d)" % n, ours[n]["d4"], float(row["d4_median_range"]))
        for name in CONSTANTS:
            close("%s(%d)" % (name, n), ours[n][name], float(row[name]))
        alone, = spc("constants", "--n", str(n))["constants"]
        same("%d alone" % n, alone, ours[n])
    same("sizes", sorted(ours), list(range(2, 51)))


def check_g():
    for row in table("g_chart_prob.csv"):
        what = "g %s %s" % (row["p"], row["L"])
        mean = row["mean_conforming_between"]
        point = limits("g", "--center", mean, "--width", row["L"])
        for field, key in (("lcl", "LCL"), ("ucl", "UCL")):
            close("%s %s" % (what, field), point[field], float(row[key]))
        found = spc("arl", "--chart", "g", "--p0", row["p"], "--width",
                    row["L"], "--shift", "1")["arl"][0]
        close(what + " ARL0", found["arl"], float(row["ARL0"]))


def check_t():
    for row in table("t_chart_limits.csv"):
        what = "t %s %s" % (row["mean_time"], row["alpha"])
        point = limits("t", "--center", row["mean_time"], "--alpha",
                       row["alpha"])
        for field, key in (("lcl", "LCL_exp"), ("center", "median_exp"),
                           ("ucl", "UCL_exp")):
            close("%s %s" % (what, field), point[field], float(row[key]))


check_constants()
check_g()
check_t()
finish()
