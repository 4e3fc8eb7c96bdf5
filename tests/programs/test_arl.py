# SPDX-License-Identifier: GPL-3.0-or-later
"""spc arl as a person meets it: what it refuses and with which words, what it
answers in each format, and what must be true between its answers.  Its figures
are held by oracle.run_lengths."""

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
        self.refused("--state steady is for", *CUSUM, "--state", "steady")
        self.refused("--state steady is for", *EWMA, "--limits", "exact",
                     "--state", "steady")
        self.refused("--charts needs --rate", *EWMA, "--charts", "5")

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

    def test_steady_state(self):
        plain = lengths(*CUSUM, "--one-sided", "--shift", "0,1")
        steady = lengths(*CUSUM, "--one-sided", "--shift", "0,1", "--state",
                         "steady")
        self.assertTrue(all(s < p for s, p in zip(steady, plain)))


unittest.main()
