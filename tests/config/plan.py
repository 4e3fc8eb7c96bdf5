# SPDX-License-Identifier: GPL-3.0-or-later
"""spc check from outside: exit status, where things are printed, the plan of
the battery line against its golden text, and the same plan as JSON."""
import json
import math
import os
import subprocess
import sys
import tempfile

SOURCE = os.environ["SPC_SOURCE"]
SPC = os.path.join(os.environ["SPC_BUILD"], "programs", "spc")
DATA = os.path.join(SOURCE, "tests", "data", "config")


def run(*arguments, cwd=SOURCE):
    done = subprocess.run([SPC, "check", *arguments], cwd=cwd,
                          capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def check(condition, message):
    if not condition:
        sys.exit(message)


def golden_table():
    status, out, err = run("config/examples/battery-line.yaml",
                           "--format", "table")
    check(status == 0 and err == "", f"battery line: {status} {err}")
    # The hash changes with every comment in the example.
    lines = out.splitlines(keepends=True)
    head, _, digest = lines[0].rstrip("\n").rpartition(" ")
    check(len(digest) == 16, f"no hash: {lines[0]}")
    lines[0] = head + " HASH\n"
    check("".join(lines) == read(os.path.join(DATA, "battery-line.plan.txt")),
          "the plan of the battery line differs:\n" + "".join(lines))


def json_agrees():
    status, out, _ = run("config/examples/battery-line.yaml",
                         "--format", "json")
    check(status == 0, f"json: {status}")
    plan = json.loads(out)
    check(plan["schema"] == "spc.check/1", plan["schema"])
    link = plan["links"][0]
    request = link["requests"][0]
    check((request["first"], request["last"], request["count"]) ==
          (100, 121, 22), str(request))
    check(request["unnamed"] == [], str(request))
    check(link["requests_per_second"] == 50 and
          link["registers_per_second"] == 1100, str(link))
    station = plan["stations"][0]
    ocv = station["characteristics"][0]
    check(ocv["rules"] == {"xbar": ["nelson-1", "nelson-2"],
                           "range": ["nelson-1"]}, str(ocv))
    check(ocv["topic"] ==
          "spc/v1/acme/torino/cells/line-1/ocv-test/ocv", ocv["topic"])
    ir = station["characteristics"][1]
    check(ir["lsl"] is None and ir["usl"] == 1.26, str(ir))
    names = [(r["holds"], r["name"], r["written"], r["pdu"], r["words"])
             for r in station["registers"]]
    check(names[0] == ("counter", None, 40101, 100, 2), str(names))
    check(names[-1] == ("self_test", None, 40122, 121, 1), str(names))
    check(len(names) == 10, str(names))


def charts_are_explained():
    status, out, err = run("config/examples/filling-line.yaml",
                           "--format", "json")
    check(status == 0 and err == "", f"filling line: {status} {err}")
    plan = json.loads(out)
    of = {c["id"]: c for c in plan["stations"][0]["characteristics"]}
    check(plan["streams"] == 6, str(plan["streams"]))
    check(of["weight"]["parameters"] == {
        "sigma_estimator": "mr/d2", "width": 2.7, "lambda": 0.1},
        str(of["weight"]))
    check(of["fill"]["point"]["across"] == "nozzle" and
          of["fill"]["point"]["members"] == 8 and
          of["fill"]["false_alarms"] is None and
          of["fill"]["false_alarms_note"], str(of["fill"]))
    check(of["torque"]["point"]["parts"][1] ==
          {"part": "water-1", "nominal": 1.4, "sigma": None},
          str(of["torque"]))
    check(of["pressure"]["point"]["vector"] ==
          ["pressure", "temperature", "brix"], str(of["pressure"]))
    check(of["brix"]["chart"] == "none" and "rules" not in of["brix"],
          str(of["brix"]))
    check(of["cap"]["study"] == 0 and of["cap"]["point"]["event"],
          str(of["cap"]))
    check(of["scratches"]["point"]["units"] == "bottles" and
          of["scratches"]["false_alarms"] is None, str(of["scratches"]))


def tail(probabilities, lower, upper):
    """Of counts below or above what does not signal."""
    return sum(p for count, p in enumerate(probabilities)
               if count < lower or count > upper)


def plan_of(keys):
    """Of a plant that has one characteristic, with these keys."""
    text = read(os.path.join(DATA, "good", "least.yaml"))
    head, mark, _ = text.partition("    characteristics:")
    check(mark != "", "least.yaml has characteristics")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "chart.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(head + mark + " [{ id: x, register: 65501, "
                       "type: uint16, " + keys + " }]\n")
        status, out, err = run(path, "--format", "json")
    check(status == 0, f"{keys}: {status} {err}")
    return json.loads(out)


def run_length_of(keys):
    """In points, of a characteristic with these keys."""
    chart = plan_of(keys)["stations"][0]["characteristics"][0]
    check(chart["false_alarms"] is not None, str(chart))
    return chart["false_alarms"]["in_control_arl"]


def run_lengths_are_exact():
    def same(keys, want):
        got = run_length_of(keys)
        check(abs(got / want - 1) < 1e-9, f"{keys}: {got}, not {want}")

    n, p = 200, 0.02
    binomial = [math.comb(n, i) * p**i * (1 - p)**(n - i)
                for i in range(n + 1)]
    half = 3 * math.sqrt(n * p * (1 - p))
    within = (n * p - half, n * p + half)
    same("chart: p, center: 0.02, units: 200", 1 / tail(binomial, *within))
    same("chart: np, center: 0.02, units: 200", 1 / tail(binomial, *within))
    same("chart: p, center: 0.02, units: 2, subgroup: 100",
         1 / tail(binomial, *within))
    poisson = [math.exp(-15) * 15**i / math.factorial(i) for i in range(150)]
    half = 3 * math.sqrt(15)
    same("chart: u, units: 1, center: 1.5, subgroup: 10",
         1 / tail(poisson, 15 - half, 15 + half))
    same("chart: c, center: 15", 1 / tail(poisson, 15 - half, 15 + half))
    same("chart: t, alpha: 0.01", 100)
    same("chart: imr", 1 / math.erfc(3 / math.sqrt(2)))
    same("chart: xbar-r, subgroup: 5, width: 2",
         1 / math.erfc(2 / math.sqrt(2)))
    # Lucas and Saccucci 1990, of limits that do not open: 559.9; Montgomery,
    # of a CUSUM with k = 0.5 and h = 5: 465.
    check(540 < run_length_of("chart: ewma") < 560, "ewma")
    check(abs(run_length_of("chart: cusum") - 465.44) < 0.01, "cusum")


def parameters_of(keys):
    """Of a characteristic with these keys, as the plan states them."""
    plan = plan_of(keys)
    return plan["stations"][0]["characteristics"][0]["parameters"]


def widths_are_stated():
    def same(keys, want):
        got = parameters_of(keys)
        check(got == want, f"{keys}: {got}, not {want}")

    same("chart: imr, width: corrected",
         {"sigma_estimator": "mr/d2", "width": "corrected"})
    same("chart: xbar-r, subgroup: 5, alpha_for_study: 0.01",
         {"sigma_estimator": "rbar/d2", "width": 3, "alpha_for_study": 0.01})
    same("chart: imr", {"sigma_estimator": "mr/d2", "width": 3})
    same("chart: cusum, shift: 1.5",
         {"sigma_estimator": "mr/d2", "k": 0.75, "h": 5, "head_start": 0,
          "shift": 1.5})
    # What a corrected width promises is what 3 sigma of a known process does.
    check(run_length_of("chart: imr, width: corrected") ==
          run_length_of("chart: imr"), "a corrected width")


def gaps_are_listed():
    status, out, _ = run(os.path.join(DATA, "good", "everything.yaml"),
                         "--format", "json")
    check(status == 0, f"everything: {status}")
    plan = json.loads(out)
    request = plan["links"][1]["requests"][0]
    gaps = [(gap["first"], gap["last"]) for gap in request["unnamed"]]
    check(gaps == [(99, 99), (107, 108), (121, 138), (143, 148)], str(gaps))
    check(plan["links"][0]["requests"] == [], "press has no station")
    check(plan["streams"] == 33, str(plan["streams"]))


def mistakes_go_to_stderr():
    folder = os.path.join(DATA, "bad")
    name = "65-many-at-once.yaml"
    status, out, err = run(name, cwd=folder)
    golden = read(os.path.join(folder, name.replace(".yaml", ".txt")))
    check(status == 3 and out == "", f"bad file: {status} {out}")
    check(err.startswith(golden), err)

    status, out, err = run("no-such-file.yaml")
    check(status == 3 and "no-such-file.yaml" in err, f"{status} {err}")

    status, out, err = run(os.path.join(DATA, "good", "warnings.yaml"),
                           "--format", "json")
    check(status == 0 and json.loads(out)["warnings"] == 6 and
          err.count("warning:") == 6, f"warnings: {status} {err}")


def usage_and_reference():
    check(run()[0] == 2, "no file is a usage error")
    check(run("a.yaml", "--format", "csv")[0] == 2, "csv is no plan")
    check(run("a.yaml", "--formt", "json")[0] == 2, "an unknown option")
    check(run("--help")[0] == 0, "--help")
    status, out, _ = run("--reference")
    check(status == 0 and
          out == read(os.path.join(SOURCE, "docs", "configuration.md")),
          "docs/configuration.md is not what spc check --reference prints")


golden_table()
json_agrees()
charts_are_explained()
run_lengths_are_exact()
widths_are_stated()
gaps_are_listed()
mistakes_go_to_stderr()
usage_and_reference()
