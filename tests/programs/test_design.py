# SPDX-License-Identifier: GPL-3.0-or-later
"""spc design: what it refuses, what it answers in each format, and whether
that is so: `spc arl` must find the in-control run length in the parameters,
every golden run length must lead back to the limit it belongs to, and no
neighbour may see the shift sooner."""

import csv
import json
import os
import subprocess
import unittest

SPC = os.path.join(os.environ["SPC_BUILD"], "programs", "spc")
HERE = os.path.dirname(os.path.abspath(__file__))
ORACLE = os.path.join(os.environ["SPC_SOURCE"], "tests", "data", "oracle")
RULES = {"1": "we-1", "2": "we-2", "3": "we-3", "4": "we-4", "n2": "nelson-2"}


def run(command, *arguments):
    suppressions = "suppressions=%s/%%s.supp:print_suppressions=0" % HERE
    environment = dict(os.environ, LSAN_OPTIONS=suppressions % "lsan",
                       TSAN_OPTIONS=suppressions % "tsan")
    return subprocess.run([SPC, command, *map(str, arguments)],
                          capture_output=True, text=True, env=environment)


def answer(command, *arguments):
    result = run(command, *arguments)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def design(chart, arl0, shift=None, *more):
    asked = () if shift is None else ("--shift", shift)
    return answer("design", "--chart", chart, "--arl0", arl0, *asked, *more)


def lengths(got):
    return {entry["shift"]: entry["arl"] for entry in got["arl"]}


def rows(name):
    with open(os.path.join(ORACLE, name), encoding="utf-8") as file:
        return list(csv.DictReader(file))


def as_options(parameters, *names):
    """The parameters as `spc arl` takes them."""
    return [word for name in names for word in
            ("--" + name.replace("_", "-"), repr(parameters[name]))]


class Refusals(unittest.TestCase):
    def refused(self, words, *arguments, status=2):
        result = run("design", *arguments)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertIn(words, result.stderr)
        self.assertEqual(result.stdout, "", "stdout is for data")

    def test_charts(self):
        self.refused("which chart?")
        self.refused("not 'xbar'", "--chart", "xbar")
        self.refused("not 'imr'; imr, xbar-r and xbar-s are shewhart",
                     "--chart", "imr")
        self.refused("no exact run length", "--chart", "moving-average")
        self.refused("ewma needs --shift", "--chart", "ewma", "--arl0", "500")
        self.refused("--arl0 is needed", "--chart", "ewma", "--shift", "1")
        self.refused("t2 needs --p", "--chart", "t2", "--arl0", "200")
        self.refused("--p takes a count from 2 to 50", "--chart", "mewma",
                     "--arl0", "200", "--shift", "1", "--p", "51")

    def test_options_of_another_chart(self):
        ewma = ("--chart", "ewma", "--arl0", "500", "--shift", "1")
        self.refused("--k is not for ewma", *ewma, "--k", "0.5")
        self.refused("--rules is not for ewma", *ewma, "--rules", "we")
        self.refused("--arl1 is not for ewma", *ewma, "--arl1", "5")
        self.refused("--head-start is not for ewma", *ewma, "--head-start",
                     "0.5")
        self.refused("--steady-state is not for t2", "--chart", "t2",
                     "--p", "2", "--arl0", "200", "--shift", "1",
                     "--steady-state")

    def test_numbers(self):
        self.refused("--arl0 lies between 10 and 1e+06", "--chart", "ewma",
                     "--arl0", "9", "--shift", "1")
        self.refused("--arl0 takes a number", "--chart", "ewma", "--arl0",
                     "nan", "--shift", "1")
        self.refused("--shift lies between 0.05 and 5", "--chart", "ewma",
                     "--arl0", "500", "--shift", "-1")
        self.refused("--head-start lies between 0 and 0.5", "--chart", "cusum",
                     "--arl0", "500", "--shift", "1", "--head-start", "0.6")
        self.refused("--arl1 lies between", "--chart", "shewhart", "--arl0",
                     "500", "--shift", "1", "--arl1", "1")
        self.refused("--k lies between 0.01 and 3.07", "--chart", "cusum",
                     "--arl0", "500", "--k", "3.1")

    def test_what_does_not_go_together(self):
        self.refused("a head start is long forgotten", "--chart", "cusum",
                     "--arl0", "500", "--shift", "1", "--steady-state",
                     "--one-sided", "--head-start", "0.5")
        self.refused("--charts needs --rate", "--chart", "shewhart", "--arl0",
                     "370", "--charts", "5")
        self.refused("--arl1 needs --shift", "--chart", "shewhart", "--arl0",
                     "370", "--arl1", "5")
        self.refused("there is never a signal", "--chart", "shewhart",
                     "--arl0", "370", "--rules", "none")

    def test_what_no_parameter_can_do(self):
        # Eight on one side of the centre come once in 255, however wide.
        self.refused("no width has an in-control ARL of 370: the longest is "
                     "about 255", "--chart", "shewhart", "--arl0", "370",
                     "--rules", "we", status=3)
        # 15 within one sigma grow more frequent as the zones grow wider.
        self.refused("the longest is about 31", "--chart", "shewhart", "--arl0",
                     "1000", "--rules", "nelson-1,nelson-7", status=3)
        self.refused("does not grow to 370 as the width does", "--chart", "shewhart", "--arl0", "370",
                     "--rules", "nelson-2", status=3)
        self.refused("no subgroup of up to 1000", "--chart", "shewhart",
                     "--arl0", "370", "--shift", "0.05", "--arl1", "1.1",
                     status=3)


class Answers(unittest.TestCase):
    def test_the_contract(self):
        result = run("design", "--chart", "ewma", "--arl0", 500, "--shift", 1.2)
        self.assertEqual(result.stdout.count("\n"), 1)
        got = json.loads(result.stdout)
        self.assertEqual(list(got), [
            "schema", "chart", "arl0", "shift", "one_sided", "state",
            "parameters", "arl", "compared", "notes"])
        self.assertEqual(got["schema"], "spc.design/1")
        self.assertEqual(list(got["parameters"]), ["lambda", "width"])
        self.assertEqual([entry["shift"] for entry in got["arl"]],
                         [0, 0.25, 0.5, 0.75, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5])
        self.assertEqual([c["chart"] for c in got["compared"]], ["shewhart"])
        self.assertEqual(got["notes"], [])

    def test_false_alarms(self):
        got = design("shewhart", 370, None, "--rate", "60", "--charts",
                     "480")["false_alarms"]
        self.assertEqual(list(got), ["per_shift", "hours", "rate", "charts"])
        self.assertAlmostEqual(got["per_shift"], 480 * 480 / 370, places=9)

    def test_csv(self):
        text = run("design", "--chart", "cusum", "--arl0", 500, "--shift", 1,
                   "-f", "csv").stdout.split("\n")
        self.assertEqual(text[0], "k,h,shift,arl,shewhart_arl")
        self.assertEqual(len(text), 13)
        self.assertTrue(text[1].startswith("0.5,5.0707"), text[1])

    def test_table(self):
        text = run("design", "--chart", "mewma", "--p", 3, "--arl0", 370,
                   "--shift", 1.5, "--rate", 1, "-f", "table").stdout
        for words in ("in-control ARL 370; for a shift of 1.5", "lambda 0.",
                      "370.00         370.00", "false alarms in a shift of 8"):
            self.assertIn(words, text)
        text = run("design", "--chart", "shewhart", "--rules", "we-1,we-2",
                   "--arl0", 370, "-f", "table").stdout
        self.assertIn("with rules we-1,we-2", text)

    def test_help_opens_with_examples(self):
        text = run("design", "--help").stdout
        self.assertTrue(text.startswith("Examples:"))
        self.assertIn("--head-start", text)

    def test_notes(self):
        def notes(*arguments):
            return " ".join(design(*arguments)["notes"])
        self.assertIn("lambda is the least that is considered, 0.01",
                      notes("ewma", 500, 0.05))
        self.assertIn("k is the least that is considered",
                      notes("cusum", 1e6, 0.05))
        self.assertIn("lambda is as given",
                      notes("ewma", 500, None, "--lambda", "0.2"))
        self.assertIn("a shewhart chart sees a shift of 5 as soon",
                      notes("ewma", 100, 5))
        self.assertIn("run for long",
                      notes("ewma", 500, 1, "--steady-state"))
        self.assertIn("means of n",
                      notes("shewhart", 500, 1, "--arl1", "3"))

    def test_subgroups(self):
        got = design("shewhart", 370.4, 1, "--arl1", "2")
        n = got["parameters"]["n"]
        for size, enough in ((n, True), (n - 1, False)):
            arl = lengths(answer("arl", "--chart", "shewhart", *as_options(
                got["parameters"], "width"), "--shift", size ** 0.5))
            self.assertEqual(list(arl.values())[0] <= 2, enough)
        more = design("t2", 370.4, 1, "--arl1", "2", "--p", "3")
        self.assertGreater(more["parameters"]["n"], n)


class GoldenTables(unittest.TestCase):
    """A golden in-control run length leads back to its limit."""

    def leads_back(self, name, arguments_of, limit, column, zero="shift",
                   figure="arl_py"):
        count = 0
        for row in rows(name):
            arguments = arguments_of(row)
            if (float(row[zero]) != 0 or arguments is None
                    or not 10 <= float(row[figure]) <= 1e6):
                continue
            got = design(arguments[0], row[figure], None, *arguments[1:])
            want = float(row[column]) if column else 3
            self.assertAlmostEqual(got["parameters"][limit] / want, 1,
                                   delta=1e-8, msg="%s %s" % (name, row))
            count += 1
        self.assertGreater(count, 2, name)

    def test_ewma(self):
        self.leads_back("arl_ewma.csv", lambda row: row["limits"] == "fix" and (
            "ewma", "--lambda", row["lambda"]) or None, "width", "L")

    def test_cusum(self):
        def arguments(row):
            share = float(row["headstart"]) / float(row["h"])
            return ("cusum", "--k", row["k"], "--head-start", repr(share),
                    *(["--one-sided"] if row["sided"] == "one" else []))
        self.leads_back("arl_cusum.csv", arguments, "h", "h")

    def test_mewma(self):
        self.leads_back("arl_mewma.csv", lambda row: (
            "mewma", "--lambda", row["lambda"], "--p", row["p"]), "h", "h4",
            "delta")

    def test_shewhart(self):
        self.leads_back("arl_shewhart.csv", lambda row: ("shewhart",), "width",
                        "L")

    def test_t2(self):
        self.leads_back("arl_t2_known.csv", lambda row: (
            "t2", "--p", row["p"]), "limit", "ucl_chi2", "shift_delta")

    def test_run_rules(self):
        def arguments(row):
            names = row["rules"].split("+")
            # 9 in a row alone come as often at any width.
            if not set(names) & {"1", "2", "3"}:
                return None
            return "shewhart", "--rules", ",".join(RULES[n] for n in names)
        self.leads_back("arl_runrules.csv", arguments, "width", None)


class Designs(unittest.TestCase):
    """What is found has the run length that was asked for, and none better."""

    def holds(self, got, *options):
        arl = lengths(answer("arl", "--chart", got["chart"], *options,
                             "--shift", 0))
        self.assertAlmostEqual(arl[0] / got["arl0"], 1, delta=1e-9)

    def sees(self, got, *options):
        return lengths(answer("arl", "--chart", got["chart"], *options,
                              "--shift", got["shift"]))[got["shift"]]

    def test_corners(self):
        for arl0 in (10, 500, 1e6):
            for shift in (0.05, 1, 5):
                for chart, names in (("ewma", ("lambda", "width")),
                                     ("cusum", ("k", "h"))):
                    got = design(chart, arl0, shift)
                    options = as_options(got["parameters"], *names)
                    self.holds(got, *options)
                    told = lengths(got)[got["shift"]]
                    self.assertAlmostEqual(
                        self.sees(got, *options) / told, 1, delta=1e-9)

    def least_when_steady(self, got, options, memory, limit, *more):
        """As told, and no more than of the same chart with another memory."""
        seen = self.sees(got, *options, "--state", "steady")
        self.assertAlmostEqual(seen / lengths(got)[got["shift"]], 1, delta=1e-9)
        for factor in (0.8, 1.25):
            held = got["parameters"][memory] * factor
            other = design(got["chart"], got["arl0"], got["shift"],
                           "--" + memory, repr(held), "--steady-state", *more)
            self.assertGreater(lengths(other)[got["shift"]], seen)

    def test_variants(self):
        got = design("cusum", 370, 0.75, "--head-start", "0.4")
        self.assertAlmostEqual(got["parameters"]["head_start"],
                               0.4 * got["parameters"]["h"])
        self.holds(got, *as_options(got["parameters"], "k", "h", "head_start"))
        got = design("cusum", 370, 1, "--one-sided", "--steady-state")
        options = as_options(got["parameters"], "k", "h") + ["--one-sided"]
        self.holds(got, *options)
        self.assertAlmostEqual(
            self.sees(got, *options, "--state", "steady"), lengths(got)[1])
        got = design("cusum", 370, 1, "--steady-state")
        options = as_options(got["parameters"], "k", "h")
        self.holds(got, *options)
        self.least_when_steady(got, options, "k", "h")
        got = design("mewma", 200, 1, "--p", "3", "--steady-state")
        options = as_options(got["parameters"], "lambda", "h") + ["--p", "3"]
        self.holds(got, *options)
        self.least_when_steady(got, options, "lambda", "h", "--p", "3")
        got = design("mewma", 200, 2, "--p", "4")
        self.holds(got, "--p", "4", *as_options(got["parameters"], "lambda",
                                                "h"))
        got = design("shewhart", 150, None, "--rules", "we", "--one-sided")
        self.holds(got, "--rules", "we", "--one-sided",
                   *as_options(got["parameters"], "width"))
        got = design("shewhart", 60, None, "--rules", "nelson-1,nelson-7")
        self.holds(got, "--rules", "nelson-1,nelson-7",
                   *as_options(got["parameters"], "width"))

    def width_at(self, weight, arl0):
        """By halving, from `spc arl` alone."""
        low, high = 1.0, 5.0
        for _ in range(40):
            width = (low + high) / 2
            arl = lengths(answer("arl", "--chart", "ewma", "--lambda",
                                 repr(weight), "--width", repr(width),
                                 "--shift", 0))[0]
            low, high = (width, high) if arl < arl0 else (low, width)
        return low

    def test_no_neighbour_is_better(self):
        got = design("ewma", 500, 1)
        best = lengths(got)[1]
        weight = got["parameters"]["lambda"]
        self.assertAlmostEqual(weight, 0.1336, delta=0.0003)
        for factor in (0.5, 0.8, 0.97, 0.995, 1.005, 1.03, 1.25, 2):
            width = self.width_at(weight * factor, 500)
            arl = self.sees(got, "--lambda", repr(weight * factor), "--width",
                            repr(width))
            self.assertGreater(arl, best * (1 - 1e-6))
            # The valley is there, and it is flat.
            self.assertLess(arl, best * 1.15)

    def test_half_the_shift(self):
        for shift in (0.5, 1, 2):
            got = design("cusum", 740, shift, "--one-sided")
            self.assertAlmostEqual(got["parameters"]["k"], shift / 2,
                                   delta=2e-3 * shift)

    def test_larger_shifts_want_shorter_memories(self):
        for chart, name in (("ewma", "lambda"), ("cusum", "k")):
            found = [design(chart, 370, shift)["parameters"][name]
                     for shift in (0.25, 0.5, 1, 2, 4)]
            self.assertEqual(found, sorted(found))

    def test_better_than_without_memory(self):
        for chart, more in (("ewma", ()), ("cusum", ()),
                            ("mewma", ("--p", "3"))):
            got = design(chart, 370, 1, *more)
            without = lengths(got["compared"][0])
            self.assertLess(4 * lengths(got)[1], without[1])
            self.assertAlmostEqual(without[0], 370, places=6)


unittest.main()
