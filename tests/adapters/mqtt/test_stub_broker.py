# SPDX-License-Identifier: GPL-3.0-or-later
"""The MQTT publisher against a broker that misbehaves on purpose."""
import json
import unittest

from mqtt_peers import PeerTest
from stub_broker import StubBroker


def seqs(broker):
    """Sequence numbers in order of their first arrival."""
    return list(dict.fromkeys(json.loads(p["payload"])["seq"]
                              for p in broker.publishes
                              if p["topic"] == "spc/e"))


class WithStub(PeerTest):
    def broker(self, **limits):
        b = StubBroker(**limits)
        self.addCleanup(b.stop)
        return b

    def test_every_connect_says_mqtt_5_and_clean_start(self):
        b = self.broker()
        d = self.driver(b.port, keepalive=7)
        for n in range(1, 5):
            d.until_line("connected", times=n)
            b.drop()
            d.until_line("lost", times=n)
        for c in b.connections[:4]:
            self.assertEqual(
                {k: c.connect[k] for k in (
                    "name", "level", "clean_start", "keepalive", "client_id",
                    "will", "will_qos", "will_retain", "will_topic",
                    "will_payload")},
                {"name": b"MQTT", "level": 5, "clean_start": True,
                 "keepalive": 7, "client_id": "driver", "will": True,
                 "will_qos": 1, "will_retain": True,
                 "will_topic": "spc/status",
                 "will_payload": b'{"online":false}'})
            self.assertEqual(c.connect["properties"].get(17, 0), 0,
                             "the session ends with the line")

    def window_is(self, want, **limits):
        b = self.broker(**limits)
        b.acks = "withhold"
        b.refuse = {}
        d = self.driver(b.port)
        d.tell("events 1 60 spc/e")
        self.assertTrue(b.until(lambda: len(b.publishes) == want))
        d.until_line("connected")
        self.assertEqual(d.room(), 0)
        self.assertEqual(len(b.publishes), want)
        b.acks = "send"
        b.release()
        d.until_answered(60)
        self.assertEqual(seqs(b), list(range(1, 61)))
        d.close()

    def test_the_window_stays_below_receive_maximum(self):
        self.window_is(4, receive_maximum=5)

    def test_a_receive_maximum_of_one(self):
        self.window_is(1, receive_maximum=1)

    def test_the_window_without_receive_maximum(self):
        self.window_is(16)

    def test_swallowed_acks_and_outages_lose_nothing(self):
        b = self.broker()
        d = self.driver(b.port)
        d.tell("events 1 400 spc/e")
        for outage in range(4):
            have = len(b.publishes)
            b.acks = "swallow" if outage % 2 else "send"
            self.assertTrue(b.until(lambda: len(b.publishes) >= have + 12))
            b.stop()
            d.until_line("lost", times=outage + 1)
            b.start()
        b.acks = "send"
        d.until_answered(400)
        self.assertEqual(seqs(b), list(range(1, 401)))
        self.assertGreater(len(b.publishes), 400, "some came twice")
        self.assertTrue(all(p["qos"] == 1 and not p["dup"]
                            for p in b.publishes))

    def test_a_line_cut_in_mid_burst_keeps_the_order(self):
        b = self.broker()
        d = self.driver(b.port)
        d.tell("events 1 300 spc/e")
        for cut in range(1, 7):
            with b.changed:
                b.drop_after = 3 * cut
            self.assertTrue(b.until(lambda: b.drop_after is None))
        d.until_answered(300)
        self.assertEqual(seqs(b), list(range(1, 301)))

    def test_acks_that_never_come_end_the_line(self):
        # The broker answers pings, so Paho is content for ever.
        b = self.broker()
        d = self.driver(b.port, keepalive=1)
        b.acks = "swallow"
        d.tell("events 1 3 spc/e")
        d.until_line("lost")
        b.acks = "send"
        d.until_answered(3)
        self.assertEqual(seqs(b), [1, 2, 3])

    def test_a_silent_broker_ends_the_line(self):
        b = self.broker()
        d = self.driver(b.port, keepalive=1)
        self.assertTrue(b.until(lambda: len(b.publishes) == 1))
        d.until_line("connected")
        b.pings = False
        d.until_line("lost")
        b.pings = True
        d.until_line("connected", times=2)

    def test_the_broker_says_good_bye(self):
        b = self.broker()
        d = self.driver(b.port)
        d.until_line("connected")
        b.say_disconnect(0x8B)  # server shutting down
        d.until_line("lost")
        d.until_line("connected", times=2)

    def test_a_refused_connect_is_told_and_tried_again(self):
        b = self.broker()
        b.connack_reason = 0x87
        d = self.driver(b.port)
        d.until_line("connect-failed 135", times=2)
        b.connack_reason = 0
        d.until_line("connected")

    def test_reason_codes_reach_the_outbox(self):
        b = self.broker()
        b.refuse = {"spc/quota": 151, "spc/busy": 131}
        d = self.driver(b.port)
        d.tell("events 1 1 spc/quota")
        d.tell("events 2 2 spc/busy")
        d.tell("events 3 3 spc/e")
        d.until_answered(3)
        self.assertEqual(d.answers(), {1: 151, 2: 131, 3: 0})

    def test_what_no_broker_can_take_is_answered_here(self):
        # On the wire each of these would end the connection, for ever again.
        b = self.broker(packet_maximum=300)
        d = self.driver(b.port)
        d.tell("big 1 spc/e 400")
        d.tell("events 2 2 spc/+/e")
        d.tell("events 3 3 spc/\udcff/e".encode(
            "utf-8", "surrogateescape").decode("latin-1"))
        d.tell("big 4 spc/e 100")
        d.until_answered(4)
        self.assertEqual({k: v for k, v in d.answers().items() if k != 3},
                         {1: 149, 2: 144, 4: 0})
        self.assertNotIn("lost", d.lines)
        self.assertEqual(seqs(b), [4])

    def test_only_the_newest_state_is_sent(self):
        b = self.broker(receive_maximum=2)  # a window of one
        b.acks = "withhold"
        d = self.driver(b.port)
        self.assertTrue(b.until(lambda: b.topics() == ["spc/status"]))
        for n in range(100):
            d.tell("retain spc/state %d" % n)
            d.tell("retain spc/other %d" % n)
        self.assertEqual(d.room(), 0)
        b.acks = "send"
        b.release()
        self.assertTrue(b.until(lambda: len(b.publishes) == 3))
        self.assertEqual([(p["topic"], p["payload"], p["retain"], p["qos"])
                          for p in b.publishes[1:]],
                         [("spc/state", b"99", 1, 1),
                          ("spc/other", b"99", 1, 1)])

    def test_a_state_replaced_in_flight_is_sent_again(self):
        b = self.broker()
        d = self.driver(b.port)
        self.assertTrue(b.until(lambda: b.topics() == ["spc/status"]))
        b.acks = "withhold"
        d.tell("retain spc/state old")
        self.assertTrue(b.until(lambda: len(b.publishes) == 2))
        d.tell("retain spc/state new")
        # A later topic may overtake it, a second copy in flight may not.
        d.tell("retain spc/other x")
        self.assertTrue(b.until(lambda: len(b.publishes) == 3))
        self.assertEqual(b.topics()[2], "spc/other")
        b.acks = "send"
        b.release()
        self.assertTrue(b.until(lambda: len(b.publishes) == 4))
        self.assertEqual(b.publishes[3]["payload"], b"new")

    def test_events_go_before_states(self):
        b = self.broker(receive_maximum=2)
        b.answer_connect = False
        d = self.driver(b.port)
        d.tell("events 1 5 spc/e")
        for n in range(3):
            d.tell("retain spc/state/%d x" % n)
        self.assertEqual(d.room(), 0)
        b.answer_connect = True
        b.drop()
        self.assertTrue(b.until(lambda: len(b.publishes) == 9))
        self.assertEqual(
            b.topics(), ["spc/e"] * 5 + ["spc/status", "spc/state/0",
                                         "spc/state/1", "spc/state/2"])

    # ---- the end, in spite of the broker

    def closes_in_time(self, d):
        self.assertLess(d.close(), 5000)

    def test_close_while_the_broker_does_not_answer_the_connect(self):
        b = self.broker()
        b.answer_connect = False
        d = self.driver(b.port)
        self.assertTrue(b.until(
            lambda: b.connections and b.connections[0].connect))
        self.closes_in_time(d)

    def test_close_while_the_broker_hangs(self):
        b = self.broker()
        d = self.driver(b.port)
        self.assertTrue(b.until(lambda: b.topics() == ["spc/status"]))
        b.deaf = True
        d.tell("events 1 40 spc/e")
        d.until_line("connected")
        d.room()
        self.closes_in_time(d)

    def test_close_without_patience(self):
        # Paho ends in a thread that nobody waits for.
        b = self.broker()
        d = self.driver(b.port)
        d.until_line("connected")
        d.tell("events 1 40 spc/e")
        self.assertLess(d.close(patience=1), 2000)

    def test_close_while_the_pipe_is_full(self):
        # Large enough that Paho is stuck in the middle of a packet.
        b = self.broker()
        d = self.driver(b.port)
        self.assertTrue(b.until(lambda: b.topics() == ["spc/status"]))
        b.deaf = True
        for seq in range(1, 200):
            d.tell("big %d spc/e 60000" % seq)
        d.room()
        self.closes_in_time(d)

    def test_close_without_an_answer_asks_for_the_will(self):
        b = self.broker()
        d = self.driver(b.port)
        self.assertTrue(b.until(lambda: b.topics() == ["spc/status"]))
        b.acks = "swallow"
        self.closes_in_time(d)
        self.assertTrue(b.until(lambda: b.connections[0].closed))
        self.assertEqual(b.connections[0].disconnect, 4)

    def test_close_with_an_answer_does_not(self):
        b = self.broker()
        d = self.driver(b.port)
        d.until_line("connected")
        self.closes_in_time(d)
        self.assertTrue(b.until(lambda: b.connections[0].closed))
        self.assertEqual(b.connections[0].disconnect, 0)
        self.assertEqual(b.publishes[-1]["payload"],
                         b'{"online":false,"why":"closed"}')

    def test_close_without_a_broker(self):
        b = self.broker()
        b.stop()
        d = self.driver(b.port)
        d.until_line("connect-failed 0")
        self.closes_in_time(d)


if __name__ == "__main__":
    unittest.main()
