# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts of several variables on files that are not as they should be: what
is missing, constant, repeated, too short or too wide is said, by name."""

import json
import os
import random
import subprocess
import unittest

SPC = os.path.join(os.environ["SPC_BUILD"], "programs", "spc")
HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(os.environ["SPC_SOURCE"], "tests", "data", "oracle")


def run(*arguments, stdin=""):
    suppressions = "suppressions=%s/%%s.supp:print_suppressions=0" % HERE
    environment = dict(os.environ, LANG="C",
                       LSAN_OPTIONS=suppressions % "lsan",
                       TSAN_OPTIONS=suppressions % "tsan")
    result = subprocess.run([SPC, "chart", *arguments], input=stdin.encode(),
                            capture_output=True, env=environment)
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def chart(kind, text, *more):
    code, out, err = run(kind, "-", "--format", "json", *more, stdin=text)
    assert code in (0, 1), err
    return json.loads(out)


def table(names, rows):
    return "\n".join([",".join(names)] +
                     [",".join(str(x) for x in row) for row in rows]) + "\n"


def normal(count, p, seed=11):
    r = random.Random(seed)
    return [[r.gauss(5, 1) for _ in range(p)] for _ in range(count)]


def values(answer):
    return [p["value"] for p in answer["panels"][0]["points"]]


class Shortage(unittest.TestCase):

    def test_how_many_are_missing(self):
        text = table("ab", normal(3, 2))
        notes = chart("t2", text, "--value", "a,b")["notes"]
        self.assertIn("3 points, 4 are needed at least: 1 more", notes[0])
        self.assertIsNotNone(
            chart("t2", table("ab", normal(4, 2)), "--value",
                  "a,b")["estimate"]["ucl_phase1"])

    def test_one_point_and_a_stage_of_one(self):
        self.assertEqual(chart("t2", "a,b\n1,2\n", "--value", "a,b")["signals"],
                         [])
        rows = [row + ["x"] for row in normal(9, 2)] + [[4, 5, "y"]]
        answer = chart("t2", table("abs", rows), "--value", "a,b", "--stage",
                       "s")
        self.assertIsNone(values(answer)[9])
        self.assertIn("Stage 2 (y): no limits: 1 point", answer["notes"][1])

    def test_subgroups(self):
        for kind, p, n, needed in (("t2", 4, 3, 2), ("t2", 7, 3, 4),
                                   ("mewma", 9, 5, 3)):
            names = ["v%d" % j for j in range(p)]
            text = table(names, normal(n, p))
            notes = chart(kind, text, "--value", ",".join(names), "--size",
                          str(n))["notes"]
            self.assertIn("1 subgroup, %d are needed" % needed, notes[0])

    def test_successive_differences(self):
        names = ["v%d" % j for j in range(5)]
        text = table(names, normal(12, 5))
        answer = chart("t2", text, "--value", ",".join(names),
                       "--sigma-estimator", "mssd")
        self.assertEqual(answer["estimate"]["estimator"], "mssd")
        self.assertAlmostEqual(answer["estimate"]["df"], 2 * 11 ** 2 / 32)
        self.assertTrue(any("right from 40 points on" in note
                            for note in answer["notes"]))

    def test_a_gap_takes_a_difference(self):
        rows = normal(12, 2)
        rows[5][1] = ""
        answer = chart("t2", table("ab", rows), "--value", "a,b",
                       "--sigma-estimator", "mssd")
        self.assertAlmostEqual(answer["estimate"]["df"],
                               2 * 9 ** 2 / (3 * 9 - 2))
        kept = rows[:5] + rows[6:]
        want = sum((b[0] - a[0]) ** 2 / 2 for i, (a, b) in
                   enumerate(zip(kept, kept[1:])) if i != 4) / 9
        self.assertAlmostEqual(answer["estimate"]["covariance"][0][0], want)


class Columns(unittest.TestCase):

    def note(self, rows, names, *more):
        answer = chart("t2", table(names, rows), "--value", ",".join(names),
                       *more)
        self.assertTrue(all(v is None for v in values(answer)))
        self.assertEqual(answer["signals"], [])
        return answer["notes"][0]

    def test_dependent(self):
        rows = [[a, b, c, a - 3 * c] for a, b, c in normal(30, 3)]
        self.assertIn("singular: ir, heat and sum depend on each other",
                      self.note(rows, ["ir", "free", "heat", "sum"]))

    def test_copied(self):
        rows = [[a, b, a] for a, b in normal(30, 2)]
        self.assertIn("singular: x and copy depend on each other",
                      self.note(rows, ["x", "y", "copy"]))

    def test_constant(self):
        rows = [[a, 7.1, b] for a, b in normal(30, 2)]
        self.assertIn("singular: k does not vary",
                      self.note(rows, ["a", "k", "b"]))
        rows = [[a, 7.1, -2] for a, in normal(30, 1)]
        self.assertIn("singular: k and l do not vary",
                      self.note(rows, ["a", "k", "l"]))

    def test_constant_within_subgroups(self):
        rows = [[a, i // 4] for i, (a,) in enumerate(normal(40, 1))]
        self.assertIn("singular: batch does not vary",
                      self.note(rows, ["a", "batch"], "--size", "4"))

    def test_in_chinese(self):
        rows = [[a, b, a] for a, b in normal(30, 2)]
        _, out, _ = run("t2", "-", "--value", "x,y,z", "--lang", "zh",
                        "--format", "table", stdin=table("xyz", rows))
        self.assertIn("协方差矩阵奇异：x和z 线性相关", out)

    def test_named_twice(self):
        code, _, err = run("t2", "-", "--value", "a,b,a",
                           stdin=table("ab", normal(9, 2)))
        self.assertEqual(code, 2)
        self.assertIn("--value names 'a' twice", err)

    def test_one_variable(self):
        rows = normal(30, 1)
        answer = chart("t2", table("a", rows), "--value", "a")
        x = [row[0] for row in rows]
        mean = sum(x) / 30
        variance = sum((v - mean) ** 2 for v in x) / 29
        for got, v in zip(values(answer), x):
            self.assertAlmostEqual(got, (v - mean) ** 2 / variance)

    def test_as_many_as_there_can_be(self):
        names = ["v%d" % j for j in range(65)]
        text = table(names, normal(80, 65))
        answer = chart("t2", text, "--value", ",".join(names[:64]), "--alpha",
                       "0.9")
        self.assertEqual(len(answer["signals"][0]["contributions"]), 16)
        code, _, err = run("t2", "-", "--value", ",".join(names), stdin=text)
        self.assertEqual(code, 2)
        self.assertIn("at most 64 columns", err)

    def test_tennessee_eastman(self):
        with open(os.path.join(DATA, "tep_d00.csv"), encoding="utf-8") as file:
            names = file.readline().strip().split(",")
        names = [n for n in names if n.startswith("x")]
        self.assertEqual(len(names), 33)
        code, out, _ = run("t2", os.path.join(DATA, "tep_d00.csv"), "--value",
                           ",".join(names), "--format", "table")
        self.assertEqual(code, 1)
        self.assertIn("point 117", out)


class Missing(unittest.TestCase):

    def test_a_row_is_missing_as_a_whole(self):
        rows = normal(20, 2)
        rows[3][1] = ""
        rows[7][0] = ""
        answer = chart("t2", table("ab", rows), "--value", "a,b")
        without = chart("t2", table("ab", rows[:3] + rows[4:7] + rows[8:]),
                        "--value", "a,b")
        got = values(answer)
        self.assertEqual((got.pop(7), got.pop(3)), (None, None))
        self.assertEqual(got, values(without))
        self.assertEqual(answer["panels"][0]["points"][3]["n"], 0)
        self.assertIn("2 rows lack a variable and are missing as a whole.",
                      answer["notes"])

    def test_a_subgroup_is_smaller(self):
        rows = normal(24, 2)
        rows[5][1] = ""
        answer = chart("t2", table("ab", rows), "--value", "a,b", "--size", "4")
        sizes = [p["n"] for p in answer["panels"][0]["points"]]
        limits = [p["ucl"] for p in answer["panels"][0]["points"]]
        self.assertEqual(sizes, [4, 3, 4, 4, 4, 4])
        self.assertNotEqual(limits[0], limits[1])
        self.assertEqual(limits[0], limits[2])
        self.assertEqual(answer["estimate"]["df"], 17)
        self.assertEqual(answer["estimate"]["measurements"], 23)

    def test_mewma_goes_on(self):
        rows = normal(20, 2)
        whole = chart("mewma", table("ab", rows), "--value", "a,b",
                      "--baseline", "1:10")
        rows.insert(12, ["", 5])
        holed = chart("mewma", table("ab", rows), "--value", "a,b",
                      "--baseline", "1:10")
        got = values(holed)
        self.assertIsNone(got.pop(12))
        self.assertEqual(got, values(whole))


class Points(unittest.TestCase):

    def test_base_line_and_exclusion(self):
        rows = normal(30, 2)
        rows[4] = [90, -90]
        more = ["--value", "a,b", "--baseline", "1:20"]
        answer = chart("t2", table("ab", rows), *more, "--exclude", "5")
        self.assertEqual(answer["estimate"]["subgroups"], 19)
        points = answer["panels"][0]["points"]
        one, two = (answer["estimate"][k] for k in ("ucl_phase1", "ucl_phase2"))
        for i, point in enumerate(points):
            self.assertEqual(point["ucl"], one if i < 20 and i != 4 else two)
            self.assertIsNone(point["lcl"])
        without = chart("t2", table("ab", rows[:4] + rows[5:]), "--value",
                        "a,b", "--baseline", "1:19")
        self.assertEqual(values(answer)[:4] + values(answer)[5:],
                         values(without))

    def test_units_do_not_matter(self):
        rows = normal(25, 3)
        scaled = [[a * 1e-6, b * 1e9 + 4e9, -c] for a, b, c in rows]
        for kind in ("t2", "mewma"):
            a = chart(kind, table("abc", rows), "--value", "a,b,c")
            b = chart(kind, table("abc", scaled), "--value", "a,b,c")
            for x, y in zip(values(a), values(b)):
                self.assertAlmostEqual(x, y, 8)

    def test_iterate(self):
        rows = normal(30, 2)
        rows[4] = [90, -90]
        answer = chart("t2", table("ab", rows), "--value", "a,b", "--iterate")
        self.assertIn(5, answer["estimate"]["excluded"])

    def test_huge_numbers(self):
        rows = [[a * 1e200, b * 1e200] for a, b in normal(20, 2)]
        for kind, more in (("t2", []), ("mewma", []),
                           ("generalized-variance", ["--size", "4"])):
            answer = chart(kind, table("ab", rows), "--value", "a,b", *more)
            self.assertIn("too large to calculate with", answer["notes"][0])

    def test_mostly(self):
        rows = normal(30, 3) + [[5, 30, 5]]
        _, out, _ = run("t2", "-", "--value", "a,b,c", "--baseline", "1:30",
                        "--format", "table", stdin=table("abc", rows))
        self.assertRegex(out, r"point 31 +mostly b [0-9.]+ \(limit")


class Determinants(unittest.TestCase):

    def test_small_subgroups(self):
        text = table("abc", normal(30, 3))
        answer = chart("generalized-variance", text, "--value", "a,b,c",
                       "--size", "3")
        self.assertIn("a determinant of 3 variables needs subgroups of more "
                      "than 3, not 3", answer["notes"][0])

    def test_a_subgroup_that_is_too_small_among_others(self):
        rows = normal(20, 2)
        rows[0][0] = rows[1][0] = ""
        answer = chart("generalized-variance", table("ab", rows), "--value",
                       "a,b", "--size", "4")
        self.assertIsNone(values(answer)[0])
        self.assertTrue(all(v > 0 for v in values(answer)[1:]))

    def test_tiny(self):
        rows = [[a * 1e-8, b * 1e-9] for a, b in normal(40, 2)]
        _, out, _ = run("generalized-variance", "-", "--value", "a,b",
                        "--size", "4", "--format", "table",
                        stdin=table("ab", rows))
        self.assertRegex(out, r"limits 0 to [0-9.]+e-3[0-9]")


class Usage(unittest.TestCase):

    def refused(self, sentence, *arguments):
        code, _, err = run(*arguments, stdin=table("ab", normal(20, 2)))
        self.assertEqual(code, 2, err)
        self.assertIn(sentence, err)

    def test_refusals(self):
        two = ["-", "--value", "a,b"]
        self.refused("needs subgroups: --subgroup COL or --size N",
                     "generalized-variance", *two)
        self.refused("are variables, a row for each part", "t2", *two, "--wide")
        self.refused("takes no known parameters", "t2", *two, "--center", "1",
                     "--sigma", "1")
        self.refused("by overall or mssd, not 'mr'", "t2", *two,
                     "--sigma-estimator", "mr")
        self.refused("by pooled, not 'sbar'", "t2", *two, "--size", "4",
                     "--sigma-estimator", "sbar")
        self.refused("t2 has no --lambda", "t2", *two, "--lambda", "0.2")
        self.refused("mewma has no --alpha", "mewma", *two, "--alpha", "0.2")
        self.refused("t2 takes the rules", "t2", *two, "--rules", "nelson-5")
        self.refused("several columns are one subgroup only with --wide",
                     "imr", *two)

    def test_pictures(self):
        path = os.path.join(os.environ.get("TMPDIR", "/tmp"),
                            "t2-%d.svg" % os.getpid())
        for language in ("en", "zh"):
            run("t2", "-", "--value", "a,b", "--svg", path, "--lang", language,
                "--format", "csv", stdin=table("ab", normal(20, 2)))
            with open(path, encoding="utf-8") as file:
                self.assertIn("<svg", file.read(2000))
            os.remove(path)


if __name__ == "__main__":
    unittest.main()
