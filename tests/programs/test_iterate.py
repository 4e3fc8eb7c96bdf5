# SPDX-License-Identifier: GPL-3.0-or-later
"""spc chart --iterate and --exclude with reasons: what is left out, in which
round and why, against a second iteration written here, and against files that
no iteration should be let loose on."""

import json
import math
import os
import random
import statistics
import subprocess
import unittest

SPC = os.path.join(os.environ["SPC_BUILD"], "programs", "spc")
HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(os.environ["SPC_SOURCE"], "tests", "data")
D2, D3 = 2 / math.sqrt(math.pi), math.sqrt(2 - 4 / math.pi)


def run(*arguments, stdin="", lang="C"):
    suppressions = "suppressions=%s/%%s.supp:print_suppressions=0" % HERE
    environment = dict(os.environ, LANG=lang,
                       LSAN_OPTIONS=suppressions % "lsan",
                       TSAN_OPTIONS=suppressions % "tsan")
    return subprocess.run(
        [SPC, *arguments], input=stdin.encode(), capture_output=True,
        env=environment)


def chart(kind, text, *more, path="-"):
    result = run("chart", kind, path, "--format", "json", *more, stdin=text)
    if result.returncode not in (0, 1):
        raise AssertionError(result.stderr.decode())
    return json.loads(result.stdout)


def column(values):
    return "x\n" + "\n".join(str(v) for v in values) + "\n"


def exclusions(answer):
    return {e["index"]: (e["round"], e["reason"])
            for e in answer["estimate"]["exclusions"]}


def rounds(answer):
    return {e["index"]: e["round"] for e in answer["estimate"]["exclusions"]}


# ---- a second definition ---------------------------------------------------

def moving(values, kept, i):
    """The range of i and the value before, if both are kept."""
    if i == 0 or not (kept[i] and kept[i - 1]):
        return None
    return abs(values[i] - values[i - 1])


def individuals(values, kept):
    """Who is beyond by its own value, who by a range alone (the farther of the
    two behind it), and who of the others is within."""
    center = statistics.mean(v for v, k in zip(values, kept) if k)
    spans = [moving(values, kept, i) for i in range(len(values))]
    sigma = statistics.mean(r for r in spans if r is not None) / D2
    away = [abs(v - center) for v in values]
    outside = {i for i, a in enumerate(away) if a > 3 * sigma}
    by_range = set()
    for i, span in enumerate(spans):
        if span is not None and span > (D2 + 3 * D3) * sigma:
            by_range.add(i - 1 if away[i - 1] > away[i] else i)
    beyond = {i for i in outside if kept[i]}
    return beyond, by_range - beyond, set(range(len(values))) - outside


def poisson(values, kept):
    rate = statistics.mean(v for v, k in zip(values, kept) if k)
    outside = {i for i, v in enumerate(values)
               if abs(v - rate) > 3 * math.sqrt(rate)}
    return ({i for i in outside if kept[i]}, set(),
            set(range(len(values))) - outside)


def iterate(values, look, most=10, kept=None):
    """Index to round, how many rounds, and whether it settled."""
    kept = list(kept or [True] * len(values))
    left_in, found, stays, count = sum(kept), {}, set(), 0
    while True:
        beyond, for_good, within = look(values, kept)
        back = {i for i in found if i in within and i not in stays}
        if not beyond and not for_good and not back:
            return found, count, True
        out = len(found) - len(back) + len(beyond) + len(for_good)
        if count == most or 3 * out > left_in:
            return found, count, False
        count += 1
        for i in back:
            kept[i] = True
            del found[i]
        for i in beyond | for_good:
            kept[i] = False
            found[i] = count
        stays |= back | for_good


def dirty(seed, count=60, outliers=6):
    r = random.Random(seed)
    values = [round(r.gauss(50, 2), 3) for _ in range(count)]
    for i in r.sample(range(count), outliers):
        values[i] = round(values[i] + r.choice((-1, 1)) * 3 ** r.uniform(2, 4),
                          3)
    return values


class SecondDefinition(unittest.TestCase):

    def agree(self, answer, want, most=10):
        found, count, settled = want
        self.assertEqual(rounds(answer), {i + 1: n for i, n in found.items()})
        iteration = answer["estimate"]["iteration"]
        self.assertEqual(iteration["settled"], settled)
        self.assertEqual(iteration["rounds"], count)
        self.assertEqual(iteration["most"], most)
        self.assertEqual(iteration["excluded"], len(found))
        self.assertEqual(iteration["unsettled"] == 0, settled)

    def test_individuals(self):
        several = 0
        for seed in range(40):
            values = dirty(seed)
            found, count, settled = iterate(values, individuals)
            answer = chart("imr", column(values), "--iterate")
            self.agree(answer, (found, count, settled))
            several += count > 1
            if settled:
                rest = chart("imr", column(values), "--exclude", ",".join(
                    str(i + 1) for i in sorted(found))) if found else answer
                for key in ("center", "sigma", "df", "excluded"):
                    self.assertEqual(answer["estimate"][key],
                                     rest["estimate"][key])
                self.assertEqual(answer["panels"], rest["panels"])
        self.assertGreater(several, 10, "the case is too easy")

    def test_counts(self):
        for seed in range(20):
            r = random.Random(seed)
            values = [sum(r.random() < 0.09 for _ in range(100))
                      for _ in range(40)]
            for i in r.sample(range(40), 5):
                values[i] += r.randrange(5, 40)
            self.agree(chart("c", column(values), "--count", "x",
                             "--iterate=10"), iterate(values, poisson))

    def test_few_rounds(self):
        for most in (1, 2):
            for seed in range(12):
                values = dirty(seed)
                answer = chart("imr", column(values), "--iterate=%d" % most)
                self.agree(answer, iterate(values, individuals, most), most)

    def test_a_person_left_points_out_first(self):
        for seed in range(12):
            values = dirty(seed)
            kept = [i not in (4, 5, 30) for i in range(len(values))]
            found, _, settled = iterate(values, individuals, kept=kept)
            answer = chart("imr", column(values), "--iterate", "--exclude",
                           "5-6=wrong lot,31")
            reasons = exclusions(answer)
            self.assertEqual(reasons.pop(5), (None, "wrong lot"))
            self.assertEqual(reasons.pop(6), (None, "wrong lot"))
            self.assertEqual(reasons.pop(31), (None, None))
            self.assertEqual(
                reasons, {i + 1: (n, "beyond limits in round %d" % n)
                          for i, n in found.items()})
            self.assertEqual(answer["estimate"]["iteration"]["settled"],
                             settled)
            self.assertIn(
                'No reason was given for 1 excluded point: --exclude "3=tool '
                'broke" records one.', answer["notes"])

    def test_a_base_line_is_all_that_is_searched(self):
        for seed in range(12):
            values = dirty(seed) + [500, -500]
            want = iterate(values[:40], individuals)
            answer = chart("imr", column(values), "--iterate", "--baseline",
                           "1:40")
            self.agree(answer, want)
            signals = {s["index"] for s in answer["signals"]}
            self.assertLessEqual({61, 62}, signals)
            self.assertFalse(signals & {i + 1 for i in want[0]})

    def test_stages_by_themselves(self):
        for seed in range(12):
            parts = [dirty(seed), [x + 700 for x in dirty(seed + 100)]]
            text = "x,s\n" + "".join("%s,%d\n" % (x, n) for n, part
                                     in enumerate(parts) for x in part)
            answer = chart("imr", text, "--value", "x", "--stage", "s",
                           "--iterate")
            want = {}
            for n, part in enumerate(parts):
                found, _, _ = iterate(part, individuals)
                here = {60 * n + i + 1: r for i, r in found.items()}
                want.update(here)
                self.assertEqual(
                    {e["index"]: e["round"]
                     for e in answer["stages"][n]["exclusions"]}, here)
                self.assertEqual(answer["stages"][n]["excluded"],
                                 sorted(here))
            self.assertEqual(rounds(answer), want)


# ---- every chart -------------------------------------------------------------

class EveryChart(unittest.TestCase):
    """One gross point among thirty is left out, whatever others it drove
    beyond at first returns, and what is left is inside."""

    def kinds(self):
        r = random.Random(7)
        values = [[round(r.gauss(20, 1), 2) for _ in range(4)]
                  for _ in range(30)]
        values[17] = [x + 30 for x in values[17]]
        spread = [row[:] for row in values]
        spread[17] = [20, 5, 20, 40]
        counts = [r.randrange(4, 9) for _ in range(30)]
        counts[17] = 60
        gaps = [round(r.expovariate(0.02), 1) for _ in range(30)]
        gaps[17] = 40000

        def wide(rows):
            return "a,b,c,d\n" + "\n".join(
                ",".join(map(str, row)) for row in rows) + "\n"

        on_wide = ("--wide", "--value", "a,b,c,d")
        single = column(row[0] for row in values)
        yield "imr", single, ()
        yield "xbar-r", wide(values), on_wide
        yield "xbar-s", wide(values), on_wide
        yield "median-r", wide(values), on_wide
        yield "xbar-r", wide(spread), on_wide
        yield "xbar-s", wide(spread), on_wide
        for kind in ("p", "np", "u", "laney-p", "laney-u"):
            yield kind, column(counts), ("--count", "x", "--n", "200")
        yield "c", column(counts), ("--count", "x")
        yield "ewma", single, ("--lambda", "0.9")
        yield "cusum", single, ()
        yield "moving-average", single, ("--span", "1")
        yield "t", column(gaps), ("--value", "x", "--distribution",
                                  "exponential")
        whole = column(int(g) + 1 for g in gaps)
        yield "g", whole, ("--value", "x")
        yield "ccc", whole, ("--value", "x")

    def test_one_gross_point(self):
        for kind, text, how in self.kinds():
            answer = chart(kind, text, *how, "--iterate=100")
            self.assertEqual(rounds(answer), {18: 1}, kind)
            self.assertTrue(answer["estimate"]["iteration"]["settled"], kind)
            rest = chart(kind, text, *how, "--exclude", "18")
            self.assertEqual(answer["panels"], rest["panels"], kind)
            for panel in answer["panels"]:
                for point in panel["points"]:
                    if point["index"] == 18 or point["ucl"] is None:
                        continue
                    self.assertLessEqual(point["value"], point["ucl"], kind)
                    if point["lcl"] is not None:
                        self.assertGreaterEqual(point["value"], point["lcl"])

    def test_what_a_gross_point_drove_out_returns(self):
        for kind, text, how in self.kinds():
            if kind != "xbar-s":
                continue
            first = chart(kind, text, *how, "--iterate=1")
            self.assertGreater(len(rounds(first)), 1)
            self.assertFalse(first["estimate"]["iteration"]["settled"])
            both = chart(kind, text, *how, "--iterate")
            self.assertEqual(both["estimate"]["iteration"]["rounds"], 2)
            self.assertEqual(rounds(both), {18: 1})
            break

    def test_nothing_to_leave_out(self):
        values = [20.1, 19.8, 20.3, 19.9, 20.0, 20.2, 19.7, 20.1] * 3
        plain = chart("imr", column(values))
        answer = chart("imr", column(values), "--iterate")
        self.assertEqual(answer["estimate"]["iteration"], {
            "rounds": 0, "most": 10, "settled": True, "excluded": 0,
            "unsettled": 0})
        self.assertEqual(answer["notes"],
                         ["The iteration settled after 0 rounds."]
                         + plain["notes"])
        self.assertEqual(answer["panels"], plain["panels"])
        self.assertNotIn("iteration", plain["estimate"])
        self.assertEqual(plain["estimate"]["exclusions"], [])

    def test_piston_rings(self):
        rings = ("--value", "diameter_mm", "--subgroup", "sample",
                 "--baseline", "1:25", "--iterate")
        path = os.path.join(DATA, "pistonrings.csv")
        answer = chart("xbar-r", "", *rings, path=path)
        self.assertEqual(rounds(answer), {})
        self.assertAlmostEqual(answer["estimate"]["sigma"], 0.009785337607413)


# ---- where it should stop ------------------------------------------------------

class Stops(unittest.TestCase):

    def test_no_more_than_a_third(self):
        for count in range(3, 40):
            r = random.Random(count)
            values = [round(r.choice((1, 1, 100)) * r.gauss(0, 1) ** 3, 4)
                      for _ in range(count)]
            answer = chart("imr", column(values), "--iterate=100")
            self.assertLessEqual(3 * len(rounds(answer)), count)
            stopped = not answer["estimate"]["iteration"]["settled"]
            self.assertEqual(
                any("more than a third of the base line would be left out"
                    in n for n in answer["notes"]), stopped)

    def test_two_processes_are_not_one(self):
        counts = [5, 4, 6, 5, 90, 95, 88, 91]
        answer = chart("c", column(counts), "--count", "x", "--iterate")
        self.assertEqual(rounds(answer), {})
        self.assertIn(
            "The iteration stopped after 0 rounds: with 8 more points to "
            "change sides, more than a third of the base line would be left "
            "out.  These limits do not describe one process.",
            answer["notes"])

    def test_a_stage_that_stops_does_not_stop_the_other(self):
        good = [5, 4, 6, 5, 7, 5, 4, 6, 40]
        text = "x,s\n" + "".join("%d,a\n" % c for c in
                                 (5, 4, 6, 5, 90, 95, 88, 91))
        text += "".join("%d,b\n" % c for c in good)
        answer = chart("c", text, "--count", "x", "--stage", "s", "--iterate")
        self.assertEqual(rounds(answer), {17: 1})
        self.assertIn("more than a third of stage 1 would be left out",
                      " ".join(answer["notes"]))

    def test_out_of_rounds(self):
        values = [10, 11] * 20 + [2000, 10, 11, 80, 10, 11, 16, 10, 11, 10]
        answer = chart("imr", column(values), "--iterate=1")
        self.assertEqual(rounds(answer), {41: 1})
        self.assertIn(
            "The iteration did not settle in 1 round, the most allowed: 1 "
            "more point of the base line would change sides.",
            answer["notes"])
        answer = chart("imr", column(values), "--iterate")
        self.assertEqual(rounds(answer), {41: 1, 44: 2, 47: 3})
        self.assertTrue(answer["estimate"]["iteration"]["settled"])
        self.assertIn(
            "3 points of the base line were left out for lying beyond the "
            "limits: a point without a cause of its own belongs to the "
            "process, and limits without it are too narrow.", answer["notes"])

    def test_no_limits_no_iteration(self):
        for values, more in (([5], ()), ([5] * 9, ()),
                             ([1, 2, 3], ("--exclude", "1-3=all of them")),
                             ([1, 2, 3, 900], ("--baseline", "1:1"))):
            answer = chart("imr", column(values), "--iterate", *more)
            self.assertIsNone(answer["estimate"]["sigma"])
            self.assertEqual(answer["estimate"]["iteration"]["rounds"], 0)

    def test_a_base_line_of_two(self):
        answer = chart("imr", column([1, 2, 900, -900]), "--iterate",
                       "--baseline", "1:2")
        self.assertEqual(rounds(answer), {})
        self.assertTrue(answer["estimate"]["iteration"]["settled"])

    def test_missing_cells_are_no_points(self):
        values = [10, 11, "", 10, 11] * 6
        values[13] = 300
        answer = chart("imr", column(values), "--iterate")
        self.assertEqual(rounds(answer), {14: 1})
        self.assertEqual(answer["estimate"]["subgroups"], 23)

    def test_a_range_accuses_the_farther_value(self):
        """Both ranges of one outlier are beyond, and name one value."""
        values = [10, 10.1] * 15
        for place in (3, 16, 29):
            spoilt = values[:]
            spoilt[place] = 14
            answer = chart("imr", column(spoilt), "--iterate=1")
            self.assertEqual(rounds(answer), {place + 1: 1})

    def test_a_range_from_before_the_base_line_accuses_nobody(self):
        answer = chart("imr", column([500] + [10, 11, 12, 11] * 6),
                       "--iterate", "--baseline", "2:25")
        self.assertEqual(rounds(answer), {})
        self.assertTrue(answer["estimate"]["iteration"]["settled"])

    def test_other_estimators(self):
        values = dirty(5)
        for name in ("median-mr", "mssd", "overall"):
            answer = chart("imr", column(values), "--iterate=100",
                           "--sigma-estimator", name)
            out = sorted(rounds(answer))
            again = chart("imr", column(values), "--sigma-estimator", name,
                          *(("--exclude", ",".join(map(str, out)))
                            if out else ()))
            self.assertGreater(len(out), 0, name)
            self.assertEqual(answer["estimate"]["sigma"],
                             again["estimate"]["sigma"])


class Reasons(unittest.TestCase):
    VALUES = [3, 5, 4, 6, 3, 5, 4, 6, 3, 4]

    def reasons(self, text):
        return exclusions(chart("imr", column(self.VALUES), "--exclude",
                                text))

    def test_with_and_without(self):
        self.assertEqual(self.reasons("3,7-8"),
                         {3: (None, None), 7: (None, None), 8: (None, None)})
        self.assertEqual(
            self.reasons("3=tool broke,7-8=wrong lot"),
            {3: (None, "tool broke"), 7: (None, "wrong lot"),
             8: (None, "wrong lot")})
        self.assertEqual(self.reasons("2,5= dropped ,9"),
                         {2: (None, None), 5: (None, "dropped"),
                          9: (None, None)})

    def test_commas_within(self):
        self.assertEqual(
            self.reasons("3=tool broke, reset, checked a=b,7=hot"),
            {3: (None, "tool broke, reset, checked a=b"), 7: (None, "hot")})

    def test_the_later_counts(self):
        self.assertEqual(self.reasons("3-5=lot,4=tool"),
                         {3: (None, "lot"), 4: (None, "tool"),
                          5: (None, "lot")})

    def test_any_script(self):
        self.assertEqual(self.reasons("3=刀具折断"), {3: (None, "刀具折断")})

    def test_indices_stay_a_list(self):
        answer = chart("imr", column(self.VALUES), "--exclude", "3=a,7-8=b")
        self.assertEqual(answer["estimate"]["excluded"], [3, 7, 8])

    def test_refusals(self):
        for text, words in (
                ("3=", "--exclude 3= lacks its reason"),
                ("3=  ,4=x", "--exclude 3= lacks its reason"),
                ("=x", "not ''"), ("3=x,11=y", "not '11'"),
                ("3=x,7-=y", "not '7-'"), ("3x=y", "not '3x'"),
                ("3,", "not ''"), ("-1=x", "not '-1'"),
                ("9" * 90 + "=x", "not '" + "9" * 40 + "'")):
            got = run("chart", "imr", "-", "--exclude", text,
                      stdin=column(self.VALUES))
            self.assertEqual((got.returncode, got.stdout), (2, b""), text)
            self.assertIn(words, got.stderr.decode())

    def test_rounds(self):
        for given in ("0", "101", "x", "-1", ""):
            got = run("chart", "imr", "-", "--iterate=" + given,
                      stdin=column(self.VALUES))
            self.assertEqual(got.returncode, 2, given)
            self.assertIn("--iterate takes a number of rounds from 1 to 100, "
                          "not '%s'" % given, got.stderr.decode())
        got = run("chart", "imr", "-", "--iterate", "--center", "1",
                  "--sigma", "1", stdin=column(self.VALUES))
        self.assertEqual(got.returncode, 2)
        self.assertIn("exclude --iterate", got.stderr.decode())

    def test_the_table_lists_each(self):
        values = [10, 11] * 12 + [300]
        for lang, words in (
                ("en", ["excluded:", "  3  tool broke", "  5  no reason given",
                        "  25  beyond limits in round 1"]),
                ("zh", ["已排除的点：", "  3  tool broke", "  5  未给出原因",
                        "  25  第 1 轮超出控制限"])):
            got = run("chart", "imr", "-", "--iterate", "--exclude",
                      "3=tool broke,5", "--format", "table", "--lang", lang,
                      stdin=column(values))
            self.assertEqual(got.stdout.decode().splitlines()[-4:], words)

    def test_labels(self):
        answer = chart("xbar-r", "x,s\n1,A\n2,A\n3,B\n5,B\n2,C\n4,C\n",
                       "--value", "x", "--subgroup", "s", "--exclude",
                       "2=wet")
        self.assertEqual(answer["estimate"]["exclusions"],
                         [{"index": 2, "label": "B", "reason": "wet",
                           "round": None}])

    def test_semicolons_and_commas(self):
        values = ["10,5", "11,2"] * 12 + ["300,25"]
        answer = chart("imr", "t;x\n" + "".join(
            "%d;%s\n" % (i, v) for i, v in enumerate(values)), "--value", "x",
            "--decimal", ",", "--iterate")
        self.assertEqual(rounds(answer), {25: 1})
        self.assertAlmostEqual(answer["estimate"]["center"], 10.85)


if __name__ == "__main__":
    unittest.main()
