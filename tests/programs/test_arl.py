# SPDX-License-Identifier: GPL-3.0-or-later
"""spc arl as a person meets it: what it refuses and with which words, what it
answers in each format, and what must be true between its answers.  Its figures
are held by oracle.run_lengths, engine.run_length and engine.run_length_rate."""

import json
import os
import subprocess
import unittest

SPC = os.path.join(os.environ["SPC_BUILD"], "programs", "spc")
HERE = os.path.dirname(os.path.abspath(__file__))


def run(*arguments):
    suppressions = "suppressions=%s/%%s.supp:print_suppressions=0" % HERE
    environment = dict(os.environ, LSAN_OPTIONS=suppressions % "lsan",
                       TSAN_OPTIONS=suppressions % "tsan")
    return subprocess.run([SPC, "arl", *arguments], capture_output=True,
                          text=True, env=environment)


def answer(*arguments):
    result = run(*arguments)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def lengths(*arguments):
    return [entry["arl"] for entry in answer(*arguments)["arl"]]


def spent(key, *arguments):
    return [entry[key] for entry in answer(*arguments)["arl"]]


BERNOULLI = ("--chart", "bernoulli-cusum", "--p0", "0.01", "--p1", "0.025",
             "--h", "300")
EWMA = ("--chart", "ewma", "--lambda", "0.1", "--width", "2.814")
CUSUM = ("--chart", "cusum", "--k", "0.5", "--h", "5")


class Refusals(unittest.TestCase):
    def refused(self, words, *arguments, status=2):
        result = run(*arguments)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertIn(words, result.stderr)
        self.assertEqual(result.stdout, "", "stdout is for data")

    def test_charts(self):
        self.refused("which chart?")
        self.refused("not 'xbar'", "--chart", "xbar")
        self.refused("not 'xbar-s'; imr, xbar-r and xbar-s are shewhart",
                     "--chart", "xbar-s")
        self.refused("ewma needs --lambda", "--chart", "ewma")
        self.refused("cusum needs --h", "--chart", "cusum")
        self.refused("t2 needs --p", "--chart", "t2")
        self.refused("mewma needs --h", "--chart", "mewma", "--lambda", "0.1")
        self.refused("--p takes a count from 2", "--chart", "mewma",
                     "--lambda", "0.1", "--h", "9", "--p", "1")

    def test_options_of_another_chart(self):
        self.refused("--lambda is not for cusum", *CUSUM, "--lambda", "0.1")
        self.refused("--rules is not for ewma", *EWMA, "--rules", "we")
        self.refused("--h is not for shewhart", "--rules", "we", "--h", "5")
        self.refused("--one-sided is not for t2", "--chart", "t2", "--p", "2",
                     "--one-sided")

    def test_numbers(self):
        self.refused("--lambda lies between 0.001 and 1", "--chart", "ewma",
                     "--lambda", "0")
        self.refused("--lambda takes a number", "--chart", "ewma", "--lambda",
                     "nan")
        self.refused("--h lies between", "--chart", "cusum", "--h", "-1")
        self.refused("--head-start lies between 0 and 3", *CUSUM,
                     "--head-start", "3.5")
        self.refused("--p takes a count", "--chart", "t2", "--p", "1.5")
        self.refused("--alpha lies between", "--chart", "t2", "--p", "2",
                     "--alpha", "1")
        self.refused("--shift takes numbers", *EWMA, "--shift", "0,,1")
        self.refused("beyond every chart", *EWMA, "--shift", "1e9")
        self.refused("up to 1000 shifts", *EWMA, "--shift",
                     ",".join(["0"] * 1001))

    def test_words(self):
        self.refused("there is no rule 'nelson-9'", "--rules", "nelson-9")
        self.refused("there is never a signal", "--rules", "none")
        self.refused("--limits takes fixed or exact", *EWMA, "--limits", "x")
        self.refused("--state takes zero or steady", *EWMA, "--state", "x")
        self.refused("--format takes", *EWMA, "--format", "xml")
        self.refused("argument too many", "shewhart")

    def test_what_does_not_go_together(self):
        self.refused("--limits exact is for two-sided", *EWMA, "--limits",
                     "exact", "--one-sided")
        self.refused("--barrier needs --one-sided", *EWMA, "--barrier", "-1")
        self.refused("two sums with --k 0 never settle", "--chart", "cusum",
                     "--k", "0", "--h", "3", "--state", "steady")
        self.refused("exact limits are the fixed ones", *EWMA, "--limits",
                     "exact", "--state", "steady")
        self.refused("--charts needs --rate", *EWMA, "--charts", "5")

    def test_charts_of_events(self):
        units = ("--chart", "bernoulli-cusum", "--p0", "0.01", "--h", "300")
        self.refused("needs --p1, what it is to detect, or --k", *units)
        self.refused("--p1 and --k say the same thing", *units, "--p1",
                     "0.02", "--k", "60")
        self.refused("nothing to detect", *units, "--p1", "0.01")
        self.refused("nothing to detect", *units, "--k", "100")
        self.refused("--k counts units and is whole", *units, "--k", "60.5")
        self.refused("--head-start lies between 0 and 300", *units, "--k",
                     "60", "--head-start", "301")
        self.refused("needs --p0", "--chart", "ccc")
        self.refused("--r takes a count from 1 to 4", "--chart", "ccc", "--p0",
                     "0.01", "--r", "5")
        self.refused("needs --n", "--chart", "p", "--p0", "0.01")
        self.refused("--n is not for c", "--chart", "c", "--mean0", "4", "--n",
                     "2")
        self.refused("needs --mean0", "--chart", "t")
        self.refused("two kinds of limits", "--chart", "np", "--p0", "0.01",
                     "--n", "500", "--alpha", "0.01", "--width", "3")
        self.refused("factors of the rate", *BERNOULLI, "--shift", "0")
        self.refused("60 times the rate makes the probability", "--chart", "p",
                     "--p0", "0.02", "--n", "50", "--shift", "1,60")
        self.refused("--shift: 2.5 times the rate makes the probability",
                     "--chart", "bernoulli-cusum", "--p0", "0.4", "--k", "2",
                     "--h", "20", "--shift", "1,2.5")
        self.refused("at 1 times the rate: a calculation did not converge",
                     "--chart", "np", "--p0", "0.9", "--n", "3", "--one-sided",
                     "--width", "30", status=3)

    def test_no_figure(self):
        self.refused("at a shift of 0: a calculation did not converge",
                     "--chart", "ewma", "--lambda", "0.001", "--width", "30",
                     status=3)


class Answers(unittest.TestCase):
    def test_the_contract(self):
        result = run(*EWMA, "--shift", "0,0.5", "--format", "json")
        self.assertEqual(result.stdout.count("\n"), 1)
        got = json.loads(result.stdout)
        self.assertEqual(list(got), ["schema", "arl"])
        self.assertEqual(got["schema"], "spc.arl/1")
        self.assertEqual([list(entry) for entry in got["arl"]],
                         [["shift", "arl"]] * 2)
        self.assertAlmostEqual(got["arl"][0]["arl"], 499.6, delta=0.05)

    def test_false_alarms(self):
        # 480 charts looked at once a minute for eight hours.
        got = answer("--rules", "nelson-1", "--shift", "2", "--rate", "60",
                     "--charts", "480")["false_alarms"]
        self.assertEqual(list(got), ["per_shift", "hours", "rate", "charts"])
        self.assertAlmostEqual(got["per_shift"], 480 * 480 / 370.398347345,
                               places=6)
        one = answer("--rules", "nelson-1", "--rate", "60")["false_alarms"]
        self.assertAlmostEqual(one["per_shift"] * 480, got["per_shift"])

    def test_csv(self):
        text = run(*CUSUM, "--shift", "0,-1", "-f", "csv").stdout.split("\n")
        self.assertEqual(text[0], "shift,arl")
        self.assertTrue(text[1].startswith("0,465.44"), text[1])
        self.assertTrue(text[2].startswith("-1,10.37"), text[2])

    def test_table(self):
        text = run("--rules", "we", "--rate", "1", "-f", "table").stdout
        self.assertIn("91.75", text)
        self.assertIn("false alarms in a shift of 8 hours", text)

    def test_help_opens_with_examples(self):
        text = run("--help").stdout
        self.assertTrue(text.startswith("Examples:"))
        self.assertIn("--head-start", text)

    def test_one_sided(self):
        both, = lengths("--rules", "nelson-1", "--shift", "0")
        one, = lengths("--rules", "nelson-1", "--shift", "0", "--one-sided")
        self.assertAlmostEqual(one, 2 * both, places=6)
        up, down = lengths("--rules", "we", "--one-sided", "--shift", "1,-1")
        self.assertLess(up, 10)
        self.assertGreater(down, 1e4)

    def test_more_rules_signal_sooner(self):
        sets = ("nelson-1", "nelson-1,nelson-2", "nelson-1,nelson-2,nelson-3",
                "nelson-1,nelson-2,nelson-3,nelson-4", "nelson")
        arls = [lengths("--rules", rules, "--shift", "0,1") for rules in sets]
        for more, fewer in zip(arls[1:], arls):
            self.assertLess(more[0], fewer[0])
            self.assertLess(more[1], fewer[1])

    def test_a_head_start_and_early_limits_signal_sooner(self):
        plain = lengths(*CUSUM, "--shift", "0,1,2")
        fast = lengths(*CUSUM, "--head-start", "2.5", "--shift", "0,1,2")
        self.assertTrue(all(f < p for f, p in zip(fast, plain)))
        fixed = lengths(*EWMA, "--shift", "0,1,2")
        exact = lengths(*EWMA, "--shift", "0,1,2", "--limits", "exact")
        self.assertTrue(all(e < f for e, f in zip(exact, fixed)))

    def test_the_contract_of_charts_of_events(self):
        got = answer(*BERNOULLI, "--shift", "1,2.5", "--rate", "100")
        self.assertEqual(list(got), ["schema", "arl", "k", "false_alarms"])
        self.assertEqual([list(entry) for entry in got["arl"]],
                         [["shift", "arl", "anos"]] * 2)
        self.assertEqual(got["k"], 61)
        self.assertAlmostEqual(got["false_alarms"]["per_shift"],
                               800 / got["arl"][0]["arl"])
        got = answer("--chart", "t", "--mean0", "100", "--one-sided")
        self.assertEqual(list(got), ["schema", "arl", "limits"])
        self.assertEqual(list(got["arl"][0]), ["shift", "arl", "ats"])
        self.assertIsNone(got["limits"]["upper"])
        self.assertAlmostEqual(got["limits"]["lower"], 0.1350912070956)
        text = run(*BERNOULLI, "--shift", "1", "-f", "csv").stdout
        self.assertTrue(text.startswith("shift,arl,anos\n1,"), text)
        self.assertIn("ANOS", run(*BERNOULLI, "-f", "table").stdout)
        self.assertIn("ATS", run("--chart", "t", "--mean0", "1", "-f",
                                 "table").stdout)

    def test_units_and_gaps_are_one_chart(self):
        units = answer(*BERNOULLI)["arl"]
        gaps = answer("--chart", "geometric-cusum", *BERNOULLI[2:])["arl"]
        for one, other in zip(units, gaps):
            self.assertEqual(one["anos"], other["anos"])
            self.assertEqual(one["anos"], one["arl"])
            self.assertAlmostEqual(other["arl"],
                                   0.01 * one["shift"] * one["anos"])

    def test_a_reference_given_is_the_one_computed(self):
        again = ("--chart", "bernoulli-cusum", "--p0", "0.01", "--k", "61",
                 "--h", "300")
        self.assertEqual(answer(*BERNOULLI), answer(*again))
        fall = lengths("--chart", "bernoulli-cusum", "--p0", "0.01", "--p1",
                       "0.004", "--h", "600", "--shift", "1,0.7,0.4")
        self.assertTrue(fall[0] > fall[1] > fall[2])

    def test_times_are_units_at_a_part_in_a_thousand_million(self):
        units = spent("anos", "--chart", "geometric-cusum", "--p0", "1e-9",
                      "--p1", "1e-8", "--h", "768000000", "--head-start",
                      "256000000", "--shift", "1,10")
        times = spent("ats", "--chart", "tbe-cusum", "--mean0", "1e9",
                      "--mean1", "1e8", "--h", "512157212", "--shift", "1,10")
        for one, other in zip(units, times):
            self.assertAlmostEqual(one / other, 1, places=2)

    def test_charts_of_counts_cost_their_samples(self):
        for chart, base, n in (("p", ("--p0", "0.02"), 200),
                               ("np", ("--p0", "0.02"), 200),
                               ("u", ("--mean0", "4"), 3)):
            for row in answer("--chart", chart, *base, "--n", str(n))["arl"]:
                self.assertAlmostEqual(row["anos"] / (n * row["arl"]), 1)
        self.assertEqual(lengths("--chart", "p", "--p0", "0.02", "--n", "200"),
                         lengths("--chart", "np", "--p0", "0.02", "--n", "200"))
        # Three units of 4 defects are a sample of 12.
        self.assertEqual(lengths("--chart", "u", "--mean0", "4", "--n", "3"),
                         lengths("--chart", "c", "--mean0", "12"))
        exact = answer("--chart", "np", "--p0", "0.02", "--n", "200",
                       "--alpha", "0.0027", "--shift", "1")
        self.assertEqual(exact["limits"]["upper"], 11)
        self.assertGreater(exact["arl"][0]["arl"], 1 / 0.0027)

    def test_gaps_are_watched_for_a_rise(self):
        one = lengths("--chart", "ccc", "--r", "2", "--p0", "1e-6",
                      "--one-sided", "--shift", "1,10,0.1")
        self.assertAlmostEqual(one[0] / (1 / 0.00135), 1, places=4)
        self.assertTrue(one[1] < one[0] < one[2])
        both = lengths("--chart", "g", "--p0", "0.01", "--width", "3",
                       "--shift", "1")
        self.assertAlmostEqual(both[0], 54.59998836707, places=9)

    def test_usual_factors_that_cannot_be(self):
        charts = ((("ccc", "--p0", "0.5"), [1, 1.5], 4),
                  (("g", "--p0", "0.1"), [1, 1.5, 2, 3, 5], 1),
                  (("p", "--p0", "0.3", "--n", "9"), [1, 1.5, 2, 3], 2),
                  (("bernoulli-cusum", "--p0", "0.4", "--p1", "0.6", "--h",
                    "20"), [1, 1.5, 2], 3),
                  (("geometric-cusum", "--p0", "0.4", "--p1", "0.6", "--h",
                    "20"), [1, 1.5, 2], 3))
        for chart, factors, left_out in charts:
            got = answer("--chart", *chart)
            self.assertEqual([e["shift"] for e in got["arl"]], factors)
            note = "%d usual factor%s would make" % (
                left_out, "" if left_out == 1 else "s")
            self.assertIn(note, got["notes"][0])
            table = run("--chart", *chart, "--format", "table")
            self.assertIn("note: " + note, table.stdout)
            self.assertEqual(table.stderr, "")
        self.assertNotIn("notes", answer("--chart", "ccc", "--p0", "0.01"))

    def test_without_a_memory_both_states_are_one(self):
        for chart in (("t2", "--p", "3"), ("shewhart",), ("t", "--mean0", "9"),
                      ("ccc", "--p0", "1e-6", "--r", "3"),
                      ("p", "--p0", "0.02", "--n", "200")):
            zero = lengths("--chart", *chart)
            steady = lengths("--chart", *chart, "--state", "steady")
            for one, other in zip(zero, steady):
                self.assertAlmostEqual(one / other, 1, places=10)

    def test_a_steady_state_of_every_chart_with_a_memory(self):
        for chart in (CUSUM, ("--rules", "we"), ("--rules", "nelson-2"),
                      ("--chart", "mewma", "--p", "2", "--lambda", "0.2",
                       "--h", "9.65")):
            zero = lengths(*chart, "--shift", "0,1")
            steady = lengths(*chart, "--shift", "0,1", "--state", "steady")
            self.assertTrue(all(s < z for s, z in zip(steady, zero)), chart)
        for chart in (BERNOULLI, ("--chart", "tbe-cusum", "--mean0", "10",
                                  "--mean1", "4", "--h", "13.6"),
                      ("--chart", "tbe-cusum", "--mean0", "4", "--mean1",
                       "10", "--h", "20")):
            zero = lengths(*chart, "--shift", "1")
            steady = lengths(*chart, "--shift", "1", "--state", "steady")
            self.assertNotEqual(steady[0], zero[0])
            self.assertAlmostEqual(steady[0] / zero[0], 1, delta=0.2)

    def test_steady_state(self):
        plain = lengths(*CUSUM, "--one-sided", "--shift", "0,1")
        steady = lengths(*CUSUM, "--one-sided", "--shift", "0,1", "--state",
                         "steady")
        self.assertTrue(all(s < p for s, p in zip(steady, plain)))


unittest.main()
