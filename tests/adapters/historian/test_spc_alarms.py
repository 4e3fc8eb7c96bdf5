# SPDX-License-Identifier: GPL-3.0-or-later
"""`spc alarms` on a historian as spcd leaves it behind."""
import contextlib
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
        self.make("story")

    def spc(self, *words):
        environment = dict(os.environ, LANG="C.UTF-8")
        done = subprocess.run([SPC, "alarms", *words], capture_output=True,
                              text=True, encoding="utf-8", timeout=60,
                              cwd=self.folder, env=environment)
        return done.returncode, done.stdout, done.stderr

    def table(self, *words):
        code, out, err = self.spc(self.db, "--format", "table", *words)
        self.assertIn(code, (0, 1), err)
        return out

    def blocks(self, *words):
        """The blocks of the table, and what stands below them."""
        *blocks, closing = self.table(*words).split("\n\n")
        return blocks, closing.splitlines()

    def make(self, *words):
        subprocess.run([MAKE_ALARMS, self.db, *words], check=True)

    @contextlib.contextmanager
    def spcd(self, act):
        spcd = subprocess.Popen([MAKE_ALARMS, self.db, act],
                                stdout=subprocess.PIPE, text=True)
        try:
            yield spcd
        finally:
            spcd.kill()
            spcd.communicate()

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
        blocks, closing = self.blocks()
        first, second = (block.splitlines() for block in blocks)
        self.assertEqual(
            first[0], "UNACK     since 2026-11-21 00:00:00Z   "
            "op40 bore-dia H-22 (xbar)   high")
        self.assertTrue(first[1].startswith(
            "          op40 bore-dia (H-22): mean 25.0871 mm is above the upper"
            " limit 25.0450 mm since "), first[1])
        self.assertNotIn("master ring", first[1])  # it has its own line
        self.assertEqual(first[2], "          do: Measure the master ring.")
        self.assertRegex(
            first[3], r"^          id: op40/bore-dia/H-22/location/1@\w{8}$")
        self.assertEqual(len(first), 4)
        self.assertTrue(second[0].startswith("ACK       since "), second)
        self.assertIn("          acknowledged 2026-11-21 00:00:03Z", second)
        self.assertEqual(closing,
                         ["2 alarms: 1 unacknowledged, 1 acknowledged"])
        # A terminal is not told to do anything.
        self.assertNotIn("\x1b", "".join(blocks))

    def test_what_needs_somebody_comes_first(self):
        self.story()
        ids = [a["alarm_id"] for a in self.alarms("--all")[1]]
        # The active ones are the oldest, and one is newer than the other.
        self.set_state(ids[2], "unack", "2026-11-21T00:00:00.000Z")
        self.set_state(ids[0], "unack", "2026-11-21T00:01:00.000Z")
        self.set_state(ids[1], "rtn_unack", "2026-11-21T00:02:00.000Z")
        blocks, closing = self.blocks()
        self.assertEqual([block.split()[0] for block in blocks],
                         ["UNACK", "UNACK", "RETURNED"])
        self.assertEqual([block.split()[-1] for block in blocks],
                         [ids[0], ids[2], ids[1]])
        self.assertEqual(closing, [
            "3 alarms: 2 unacknowledged, 1 returned but not acknowledged"])

    def set_state(self, alarm_id, state, since):
        self.sql("UPDATE events SET state = '%s', payload = json_set(payload,"
                 " '$.since', '%s') WHERE alarm_id = '%s'"
                 % (state, since, alarm_id))

    def test_table_in_chinese(self):
        self.story()
        blocks, closing = self.blocks("--lang", "zh")
        first = blocks[0].splitlines()
        self.assertEqual(
            first[0], "未确认    自 2026-11-21 00:00:00Z 起   "
            "op40 bore-dia H-22 (均值)   高")
        self.assertTrue(first[1].startswith(
            "          op40 bore-dia（H-22）：均值 25.0871 mm 高于上控制限"))
        self.assertTrue(first[1].endswith("起"), first[1])
        self.assertEqual(first[2], "          措施：测量标准环规。")
        self.assertEqual(closing, ["共 2 个报警：未确认 1，已确认 1"])
        self.sql("UPDATE events SET payload = json_set(payload, '$.panel',"
                 " 'largest-range')")
        self.assertIn("(最大极差)", self.blocks("--lang", "zh")[0][0])

    def test_numbers_for_programs_keep_every_digit(self):
        self.story()
        self.sql("UPDATE events SET payload = json_set(payload,"
                 " '$.limits.ucl', json('25.025061049866313'))")
        self.assertEqual(self.alarms()[1][0]["limits"]["ucl"],
                         25.025061049866313)
        out = self.spc(self.db, "--format", "csv")[1]
        self.assertIn(",25.025061049866313,", out)

    # ---- what is not measured -------------------------------------------

    def all_normal(self):
        self.story()
        self.sql("UPDATE events SET state = 'normal'"
                 " WHERE state IS NOT NULL")

    def blind(self):
        """Lines of the table of a line on which nothing is in alarm."""
        lines = self.table().splitlines()
        self.assertEqual(lines[-1], "no active alarms in " + self.db)
        return lines[:-1]

    def test_a_link_that_is_down(self):
        self.all_normal()
        self.make("started", "")
        self.make("link-up", "10.0.0.7:502 answers")
        self.assertEqual(self.blind(), [])
        self.make("link-down", "10.0.0.7:502: no route")
        self.assertEqual(len(self.blind()), 1)
        self.assertRegex(self.blind()[0],
                         r"^link plc is blind since 2026-11-21 00:00:\d\dZ: "
                         r"no connection, nothing is measured: "
                         r"10\.0\.0\.7:502: no route$")
        answer = json.loads(self.spc(self.db, "--format", "json")[1])
        self.assertEqual([(b["link"], b["action"], b["stations"])
                          for b in answer["blind"]],
                         [("plc", "link-down", [])])
        self.make("link-up", "10.0.0.7:502 answers")
        self.assertEqual(self.blind(), [])

    def test_units_and_blocks_are_told_apart(self):
        self.all_normal()
        self.make("unit-down", "unit 3: no answer; asked again every 30 s")
        self.make("unit-down", "unit 31: no answer; asked again every 30 s")
        self.make("block-refused", "p.yaml:9, station op40, PDU 0-5: "
                  "exception 2", "op40")
        self.make("self-test-failed", "p.yaml:20, station op40, PDU 9-12: "
                  "0 instead of 7", "op40")
        self.assertEqual(len(self.blind()), 4)
        self.make("unit-up", "unit 3 answers")
        self.make("block-restored", "p.yaml:9, station op40, PDU 0-5: "
                  "read again", "op40")
        first, second = self.blind()
        self.assertIn("part of link plc is blind since ", first)
        self.assertIn("unit 31: no answer", first)
        self.assertTrue(second.startswith("op40 is blind since "), second)
        self.assertIn("0 instead of 7", second)

    def test_every_start_begins_anew(self):
        self.all_normal()
        self.make("unit-down", "unit 3: no answer")
        self.make("stopped", "plant file p.yaml")
        self.assertEqual(len(self.blind()), 2)
        self.assertRegex(self.blind()[1],
                         r"^nothing is measured since .*Z: spcd stopped$")
        self.make("started", "plant file p.yaml")
        self.assertEqual(self.blind(), [])
        self.make("unit-down", "unit 3: no answer")
        self.make("config-applied", "plant file p.yaml")
        self.assertEqual(self.blind(), [])

    def test_stations_of_a_blind_link(self):
        shutil.copy(os.path.join(SOURCE, "config", "examples",
                                 "first-gauge.yaml"), self.folder)
        self.db = os.path.join(self.folder, "first-gauge.db")
        self.all_normal()
        self.make("link-down", "127.0.0.1:1502: Connection refused")
        code, out, _ = self.spc("first-gauge.yaml", "--format", "table")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"^gauge-1 is blind since \S+ \S+Z: link plc: no "
                         r"connection, nothing is measured: .* refused\n"
                         r"no active alarms in first-gauge.yaml\n$")
        out = self.spc("first-gauge.yaml", "--format", "table", "--lang",
                       "zh")[1]
        self.assertRegex(out, r"^gauge-1 自 \S+ \S+Z 起无数据：链路 plc：连接中断")

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
        self.assertEqual((code, out), (0, "no active alarms in %s\n" % self.db))

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
        with self.spcd("apply") as spcd:
            code, out, err = self.spc("ack", self.db, alarm_id, "--by",
                                      "Li Wei", "--comment", "tool changed",
                                      "--wait")
            told = spcd.communicate(timeout=60)[0]
        self.assertEqual((code, out, err),
                         (0, "", "spc alarms: acknowledged\n"))
        self.assertEqual(told, "ack %s Li Wei\n" % alarm_id)
        states = {a["alarm_id"]: a["state"] for a in self.alarms()[1]}
        self.assertEqual(states[alarm_id], "ack")
        self.assertEqual(self.sql("SELECT person, detail FROM events"
                                  " ORDER BY seq DESC LIMIT 1"),
                         [("Li Wei", "tool changed")])
        self.assertRegex(self.table(), r"acknowledged 2026-11-21 \S+Z by "
                         r"Li Wei: tool changed\n")

    def test_comment_and_wait(self):
        self.story()
        alarm_id = self.alarms()[1][0]["alarm_id"]
        with self.spcd("apply"):
            done = self.spc("comment", self.db, alarm_id, "--by", "Ana",
                            "--comment", "lot held", "--wait")
        self.assertEqual(done, (0, "", "spc alarms: commented\n"))
        with self.spcd("ignore"):
            code, _, err = self.spc("comment", self.db, alarm_id, "--by",
                                    "Ana", "--comment", "again", "--wait")
        self.assertEqual(code, 4)
        self.assertIn("nothing changed", err)

    def test_what_is_applied_may_change_nothing(self):
        self.story()
        alarm_id = self.alarms()[1][0]["alarm_id"]
        words = ["ack", self.db, alarm_id, "--by", "Li Wei", "--wait"]
        with self.spcd("ignore"):
            code, out, err = self.spc(*words)
        self.assertEqual((code, out), (4, ""))
        self.assertIn("nothing changed: spcd knows no alarm %s any more"
                      % alarm_id, err)
        with self.spcd("close"):
            code, out, err = self.spc(*words)
        self.assertEqual((code, out), (4, ""))
        self.assertRegex(err, r"nothing changed: \S+ was closed "
                         r"2026-11-21 00:00:0\dZ: a newer one was raised\n")

    def test_nothing_to_acknowledge(self):
        self.story()
        _, acknowledged, closed = (a["alarm_id"]
                                   for a in self.alarms("--all")[1])
        self.sql("UPDATE events SET payload = json_set(payload, '$.person',"
                 " 'Ana') WHERE action = 'acknowledged'")
        sentences = {
            acknowledged: "was acknowledged 2026-11-21 00:00:03Z by Ana\n",
            closed: "was closed 2026-11-21 00:00:05Z\n"}
        for alarm_id, sentence in sentences.items():
            code, out, err = self.spc("ack", self.db, alarm_id, "--by", "Li")
            self.assertEqual((code, out), (3, ""))
            self.assertEqual(err, "spc alarms: there is nothing to acknowledge:"
                             " %s %s" % (alarm_id, sentence))
        self.sql("UPDATE events SET state = 'normal', action = 'returned',"
                 " payload = json_set(payload, '$.action', 'returned')"
                 " WHERE action = 'closed'")
        err = self.spc("ack", self.db, closed, "--by", "Li")[2]
        self.assertIn("is back to normal since 2026-11-21 00:00:05Z", err)
        self.assertEqual(self.sql("SELECT * FROM commands"), [])

    def test_a_returned_alarm_can_be_acknowledged(self):
        self.story()
        alarm_id = self.alarms()[1][0]["alarm_id"]
        self.sql("UPDATE events SET state = 'rtn_unack' WHERE alarm_id = '%s'"
                 % alarm_id)
        code, _, err = self.spc("ack", self.db, alarm_id, "--by", "Li")
        self.assertEqual(code, 0, err)

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
        first, second = self.blocks()[0]
        self.assertIn("\n          acknowledgement by Ana waits for spcd\n",
                      first)
        self.assertNotIn("waits for spcd", second)
        self.assertIn("Ana 的确认等待 spcd 处理", self.table("--lang", "zh"))
        self.assertEqual([[w["person"] for w in a["waiting"]]
                          for a in self.alarms()[1]], [["Ana"], []])

    # ---- mistakes -------------------------------------------------------

    def test_mistakes(self):
        self.story()
        alarm_id = self.alarms()[1][0]["alarm_id"]
        cases = [
            ([], 2, "which historian"),
            ([self.db, "--format", "xml"], 2, "table, json or csv"),
            ([self.db, "--al"], 2, "--all"),
            ([self.db, "--lang", "de"], 2, "en or zh"),
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
