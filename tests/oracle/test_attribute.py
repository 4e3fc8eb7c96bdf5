# SPDX-License-Identifier: GPL-3.0-or-later
"""Every golden case of p, np, c and u, and of Laney's charts, through
`spc chart`.

Compared: every plotted statistic, the rate, centre and limits of every point,
the exact points beyond the limits and those at which the run rules hold; the
exact binomial and Poisson limits at 0.0027 as counts, and the points beyond
them; Laney's sigma_z and limits.  The golden lists judge excluded points too;
this program draws them and no more, so they are taken out of the lists.
"""

from oracle import all_close, cases, close, data_file, finish, same, spc

RULES = {
    "WE1_beyond_3s": "nelson-1",
    "N2_9_same_side": "nelson-2",
    "N3_6_trend": "nelson-3",
    "N4_14_alternating": "nelson-4",
}


def chart(case, kind, *more):
    arguments = [kind, data_file(case["data"]), "--count", case["value"]]
    if case.get("size") and kind != "c":
        arguments += ["--n", case["size"]]
    elif kind == "laney-u":
        arguments += ["--n", "1"]
    if "phase_col" in case:
        with open(data_file(case["data"]), encoding="utf-8") as file:
            names = file.readline().strip().split(",")
            phases = [line.strip().split(",")[names.index(case["phase_col"])]
                      for line in file]
        arguments += ["--baseline", "1:%d" % phases.count("1")]
    if "exclude" in case:
        arguments += ["--exclude", ",".join(map(str, case["exclude"]))]
    return spc("chart", *arguments, *more)


def judged(case, indices):
    return [i for i in indices if i not in case.get("exclude", ())]


def holds(result, rule, side=None):
    return [s["index"] for s in result["signals"] if s["rule"] == rule
            and (side is None or s["side"] == side)]


def check_beyond(what, case, result, golden):
    for side in ("above", "below"):
        same("%s %s" % (what, side), holds(result, "nelson-1", side),
             judged(case, golden[side]))


def check_limits(what, points, golden):
    for key, field in (("cl", "center"), ("lcl", "lcl"), ("ucl", "ucl")):
        if key in golden:
            all_close("%s %s" % (what, key), [p[field] for p in points],
                      golden[key])


def check_exact(what, case, golden):
    result = chart(case, case["type"], "--alpha", "0.0027")
    points = result["panels"][0]["points"]
    scale = [p["n"] if case["type"] in ("p", "u") else 1 for p in points]
    for side in ("lcl", "ucl"):
        all_close("%s exact %s" % (what, side),
                  [p[side] * n for p, n in zip(points, scale)],
                  golden[side + "_count"])
    check_beyond(what + " exact", case, result, golden["beyond"])


def check_laney(what, case, golden):
    letter = "p" if "laney_p" in golden else "u"
    golden = golden["laney_" + letter]
    result = chart(case, "laney-" + letter)
    points = result["panels"][0]["points"]
    close(what + " sigma z", result["estimate"]["sigma_z"], golden["sigma_z"])
    check_limits(what + " laney", points, golden)
    if "beyond" in golden:
        check_beyond(what + " laney", case, result, golden["beyond"])


def check(one):
    case, golden, what = one["case"], one["expected"], one["id"]
    kind = case["type"]
    result = chart(case, kind, "--rules", ",".join(RULES.values()))
    points = result["panels"][0]["points"]
    same(what + " panels", [p["statistic"] for p in result["panels"]], [kind])
    same(what + " points", len(points), golden["n_points"])
    all_close(what + " statistic", [p["value"] for p in points],
              golden["chart"]["stat"])
    check_limits(what, points, golden["chart"])
    rate = golden.get("pbar", golden.get("ubar"))
    close(what + " rate", result["estimate"]["rate"], rate)
    check_beyond(what, case, result, golden["chart"]["beyond"])
    for key, rule in RULES.items():
        same("%s %s" % (what, rule), sorted(set(holds(result, rule))),
             judged(case, golden["chart"]["rules"][key]))
    if "exclude" not in case:  # the golden ranges span the exclusions
        check_laney(what, case, golden)
    check_exact(what, case, golden["probability_limits_0.0027"])


for each in cases("attribute.json"):
    check(each)
finish()
