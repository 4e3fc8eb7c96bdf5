# SPDX-License-Identifier: GPL-3.0-or-later
"""`spc alarms` on a historian as spcd leaves it behind."""
import csv
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

BUILD = os.environ["SPC_BUILD"]
SOURCE = os.environ["SPC_SOURCE"]
SPC = os.path.join(BUILD, "programs", "spc")
MAKE_ALARMS = os.path.join(BUILD, "tests", "adapters", "historian",
                           "make_alarms")


class SpcAlarms(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="spc-alarms-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.db = os.path.join(self.folder, "line.db")

    def story(self):
        subprocess.run([MAKE_ALARMS, self.db, "story"], check=True)

    def spc(self, *words):
        done = subprocess.run([SPC, "alarms", *words], capture_output=True,
                              text=True, timeout=60, cwd=self.folder)
        return done.returncode, done.stdout, done.stderr

    def alarms(self, *words):
        code, out, err = self.spc(self.db, "--format", "json", *words)
        self.assertIn(code, (0, 1), err)
        answer = json.loads(out)
        self.assertEqual(answer["schema"], "spc.alarms/1")
        return code, answer["alarms"]

    def sql(self, text):
        with sqlite3.connect(self.db) as db:
            return db.execute(text).fetchall()

    # ---- listing --------------------------------------------------------

    def test_active_alarms_as_json(self):
        self.story()
        code, alarms = self.alarms()
        self.assertEqual(code, 1)
        self.assertEqual([a["state"] for a in alarms], ["unack", "ack"])
        first = alarms[0]
        self.assertEqual(first["station"], "op40")
        self.assertEqual(first["characteristic"], "bore-dia")
        self.assertEqual(first["stream"], "H-22")
        self.assertEqual(first["panel"], "xbar")
        self.assertEqual(first["value"], 25.0871)
        self.assertEqual(first["limits"]["lcl"], 24.961)
        self.assertEqual(first["limits"]["ucl"], 25.045)
        self.assertEqual([r["rule"] for r in first["rules"]],
                         ["nelson-1", "nelson-5"])
        for rule in first["rules"]:
            self.assertGreater(len(rule["text"]), 10)
        self.assertEqual(first["affected"]["to"]["part_id"], "P135")
        self.assertTrue(first["alarm_id"].startswith("op40/bore-dia/H-22/"))

    def test_an_acknowledged_alarm_still_says_what_is_wrong(self):
        self.story()
        acknowledged = self.alarms()[1][1]
        self.assertEqual(acknowledged["state"], "ack")
        self.assertEqual(acknowledged["value"], 25.0871)
        self.assertEqual(len(acknowledged["rules"]), 2)

    def test_all_has_the_closed_ones_too(self):
        self.story()
        code, alarms = self.alarms("--all")
        self.assertEqual(code, 1)
        self.assertEqual([a["state"] for a in alarms],
                         ["unack", "ack", "normal"])

    def test_table(self):
        self.story()
        code, out, _ = self.spc(self.db, "--format", "table")
        lines = out.splitlines()
        self.assertEqual(code, 1)
        self.assertEqual(len(lines), 3)
        for title in ("STATE", "SINCE", "PLACE", "RULE", "VALUE", "LIMITS",
                      "PARTS", "ALARM ID"):
            self.assertIn(title, lines[0])
        self.assertIn("op40/bore-dia H-22 xbar", lines[1])
        self.assertIn("24.961 .. 25.045", lines[1])
        self.assertIn("#126 .. P135", lines[1])
        # Columns line up, and a terminal is not told to do anything.
        self.assertEqual(lines[0].index("PLACE"), lines[1].index("op40/"))
        self.assertEqual(lines[0].index("PLACE"), lines[2].index("op50/"))
        self.assertNotIn("\x1b", out)

    def test_csv(self):
        self.story()
        code, out, _ = self.spc(self.db, "--format", "csv", "--all")
        rows = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual(code, 1)
        self.assertEqual(len(rows), 3)
        self.assertEqual(list(rows[0]), [
            "state", "since", "place", "rule", "value", "lcl", "ucl", "from",
            "to", "alarm_id"])
        self.assertEqual(rows[0]["value"], "25.0871")
        self.assertEqual(rows[0]["ucl"], "25.045")
        self.assertEqual(rows[2]["state"], "normal")

    def test_nothing_active(self):
        self.story()
        for alarm in self.alarms()[1]:
            self.sql("UPDATE events SET state = 'normal' WHERE alarm_id = '%s'"
                     % alarm["alarm_id"])
        self.assertEqual(self.alarms(), (0, []))
        code, out, _ = self.spc(self.db, "--format", "table")
        self.assertEqual((code, out), (0, "no alarms\n"))

    def test_through_the_plant_file(self):
        shutil.copy(os.path.join(SOURCE, "config", "examples",
                                 "first-gauge.yaml"), self.folder)
        self.db = os.path.join(self.folder, "first-gauge.db")
        self.assertEqual(self.spc("first-gauge.yaml")[0], 5)
        self.story()
        code, out, err = self.spc("first-gauge.yaml")
        self.assertEqual(code, 1, err)
        self.assertEqual(len(json.loads(out)["alarms"]), 2)

    # ---- verbs ----------------------------------------------------------

    def test_acknowledge_and_wait(self):
        self.story()
        alarm_id = self.alarms()[1][0]["alarm_id"]
        spcd = subprocess.Popen([MAKE_ALARMS, self.db, "apply"],
                                stdout=subprocess.PIPE, text=True)
        try:
            code, out, err = self.spc("ack", self.db, alarm_id, "--by",
                                      "Li Wei", "--comment", "tool changed",
                                      "--wait")
            told = spcd.communicate(timeout=60)[0]
        finally:
            spcd.kill()
        self.assertEqual((code, out), (0, ""), err)
        self.assertEqual(told, "ack %s Li Wei\n" % alarm_id)
        states = {a["alarm_id"]: a["state"] for a in self.alarms()[1]}
        self.assertEqual(states[alarm_id], "ack")
        self.assertEqual(self.sql("SELECT person, detail FROM events"
                                  " ORDER BY seq DESC LIMIT 1"),
                         [("Li Wei", "tool changed")])

    def test_nobody_there_to_apply_it(self):
        self.story()
        alarm_id = self.alarms()[1][0]["alarm_id"]
        code, _, err = self.spc("comment", self.db, alarm_id, "--by", "Ana",
                                "--comment", "lot held", "--wait")
        self.assertEqual(code, 5)
        self.assertIn("is it running?", err)
        self.assertEqual(
            self.sql("SELECT verb, target, person, comment, done_at"
                     " FROM commands"),
            [("comment", alarm_id, "Ana", "lot held", None)])

    def test_left_for_later(self):
        self.story()
        alarm_id = self.alarms()[1][0]["alarm_id"]
        code, _, err = self.spc("ack", self.db, alarm_id, "--by", "Ana")
        self.assertEqual(code, 0)
        self.assertIn("spcd", err)
        self.assertEqual(len(self.sql("SELECT * FROM commands")), 1)

    # ---- mistakes -------------------------------------------------------

    def test_mistakes(self):
        self.story()
        alarm_id = self.alarms()[1][0]["alarm_id"]
        cases = [
            ([], 2, "which historian"),
            ([self.db, "--format", "xml"], 2, "table, json or csv"),
            ([self.db, "--al"], 2, "--all"),
            (["ack", self.db], 2, "ALARM_ID"),
            (["close", self.db, alarm_id], 2, "verb"),
            (["ack", self.db, alarm_id], 2, "--by"),
            (["ack", self.db, alarm_id, "--by", ""], 2, "--by"),
            (["ack", self.db, alarm_id, "--by", "x" * 32], 2, "31 bytes"),
            (["comment", self.db, alarm_id, "--by", "Ana"], 2, "--comment"),
            (["ack", self.db, "nothing/like/it", "--by", "Ana"], 3,
             "there is no alarm 'nothing/like/it'"),
            ([os.path.join(self.folder, "none.db")], 5, "No such file"),
            ([os.path.join(self.folder, "none.yaml")], 5, "No such file"),
        ]
        for words, want, sentence in cases:
            code, out, err = self.spc(*words)
            self.assertEqual((code, out), (want, ""), words)
            self.assertIn(sentence, err)
        self.assertEqual(self.sql("SELECT * FROM commands"), [])

    def test_not_a_historian(self):
        with open(self.db, "w") as file:
            file.write("part,diameter\n" * 100)
        code, _, err = self.spc(self.db)
        self.assertEqual(code, 3)
        self.assertIn("is not a Sigmaline historian", err)

    def test_a_plant_file_with_mistakes(self):
        path = os.path.join(self.folder, "plant.yaml")
        with open(path, "w") as file:
            file.write("version: 1\nnonsense: 3\n")
        code, _, err = self.spc(path)
        self.assertEqual(code, 3)
        self.assertTrue(re.search(r"plant\.yaml:\d+:\d+: error", err), err)

    def test_help(self):
        code, out, _ = self.spc("--help")
        self.assertEqual(code, 0)
        self.assertTrue(out.startswith("Examples:"))


if __name__ == "__main__":
    unittest.main()
