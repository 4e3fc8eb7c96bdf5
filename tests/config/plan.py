# SPDX-License-Identifier: GPL-3.0-or-later
"""spc check from outside: exit status, where things are printed, the plan of
the battery line against its golden text, and the same plan as JSON."""
import json
import os
import subprocess
import sys

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
gaps_are_listed()
mistakes_go_to_stderr()
usage_and_reference()
