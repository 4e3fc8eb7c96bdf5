# SPDX-License-Identifier: GPL-3.0-or-later
"""The MQTT publisher against a real, stock mosquitto."""
import json
import time
import unittest

from mqtt_peers import PeerTest

BACKLOG = 2000


def seqs(lines, topic):
    """Sequence numbers received on a topic, repeats left out."""
    found = [json.loads(x.split(" ", 2)[2])["seq"] for x in lines
             if x.split(" ", 2)[1] == topic]
    return list(dict.fromkeys(found))


class WithMosquitto(PeerTest):
    def test_backlog_drains_without_stalls(self):
        # Its Receive Maximum is 20.  With more in flight, Paho 1.3.12 sleeps
        # a second at a time and this takes a minute and a half.
        broker = self.mosquitto()
        d = self.driver(broker.port)
        d.tell("events 1 %d spc/e" % BACKLOG)
        broker.start()
        s = self.subscriber(broker.port)
        start = time.monotonic()
        d.until_answered(BACKLOG)
        took = time.monotonic() - start
        print("backlog of %d: %.2f s, %.0f a second" %
              (BACKLOG, took, BACKLOG / took))
        self.assertLess(took, 20)
        self.assertEqual(set(d.answers().values()), {0})
        d.close()
        s.until(lambda x: len(seqs(x, "spc/e")) > 0)

    def test_every_event_is_answered_over_restarts_of_the_broker(self):
        broker = self.mosquitto().start()
        d = self.driver(broker.port)
        for part in range(3):
            d.tell("events %d %d spc/e" % (part * 300 + 1, part * 300 + 300))
            d.until(lambda lines: sum(
                x.startswith("answered ") for x in lines) > part * 300 + 20)
            broker.kill()
            d.until_line("lost", times=part + 1)
            broker.start()
        d.until_answered(900)
        self.assertEqual(d.answers(), dict.fromkeys(range(1, 901), 0))

    def test_all_arrive_in_order(self):
        broker = self.mosquitto().start()
        s = self.subscriber(broker.port)
        d = self.driver(broker.port)
        d.tell("events 1 500 spc/e")
        s.until(lambda lines: len(seqs(lines, "spc/e")) == 500)
        self.assertEqual(seqs(s.lines, "spc/e"), list(range(1, 501)))
        self.assertTrue(all(x.startswith("0 ") for x in s.lines
                            if " spc/e " in x), "events are not retained")

    def test_properties_of_an_event(self):
        broker = self.mosquitto().start()
        s = self.subscriber(broker.port, topic="spc/e",
                            form="%q %r|%C|%F|%P|%p")
        self.driver(broker.port).tell("events 7 7 spc/e")
        s.until(lambda lines: len(lines) == 1)
        self.assertEqual(
            s.lines, ['1 0|application/json|1|schema:spc.test/1 '
                      'event_id:gw-1:000007 seq:7|{"seq":7}'])

    def test_a_refused_topic_is_an_answer(self):
        broker = self.mosquitto(
            acl="topic write spc/open/#\ntopic write spc/status\n"
                "topic read #\n").start()
        d = self.driver(broker.port)
        d.tell("events 1 1 spc/shut/e")
        d.tell("events 2 2 spc/open/e")
        d.tell("retain spc/shut/state a")
        d.tell("retain spc/open/state a")
        d.until_answered(2)
        self.assertEqual(d.answers(), {1: 135, 2: 0})
        d.until_line("state-refused spc/shut/state 135")
        # The same payload is not tried again, another one is.
        d.tell("retain spc/shut/state a")
        d.tell("retain spc/shut/state b")
        d.until_line("state-refused spc/shut/state 135", times=2)
        d.tell("events 3 3 spc/open/e")
        d.until_answered(3)
        self.assertEqual(
            d.lines.count("state-refused spc/shut/state 135"), 2)
        self.assertNotIn("lost", d.lines)

    def test_a_killed_publisher_goes_offline(self):
        keepalive = 4
        broker = self.mosquitto().start()
        s = self.subscriber(broker.port)
        d = self.driver(broker.port, keepalive=keepalive)
        s.until_line('0 spc/status {"online":true}')
        d.kill()
        s.until_line('0 spc/status {"online":false}',
                     seconds=1.5 * keepalive)
        late_joiner = self.subscriber(broker.port)
        late_joiner.until_line('1 spc/status {"online":false}')

    def test_a_clean_end_publishes_the_last_status(self):
        broker = self.mosquitto().start()
        s = self.subscriber(broker.port)
        d = self.driver(broker.port)
        s.until_line('0 spc/status {"online":true}')
        took = d.close('{"online":false,"why":"ended"}')
        s.until_line('0 spc/status {"online":false,"why":"ended"}')
        late_joiner = self.subscriber(broker.port)
        late_joiner.until_line('1 spc/status {"online":false,"why":"ended"}')
        self.assertEqual([x for x in s.lines if " spc/status " in x],
                         ['0 spc/status {"online":true}',
                          '0 spc/status {"online":false,"why":"ended"}'],
                         "the will was not needed")
        self.assertLess(took, 4000)

    def test_a_proxy_in_the_environment_is_ignored(self):
        broker = self.mosquitto().start()
        dead = "http://127.0.0.1:9"
        d = self.driver(broker.port, environment={
            "http_proxy": dead, "https_proxy": dead, "HTTP_PROXY": dead,
            "HTTPS_PROXY": dead})
        d.tell("events 1 1 spc/e")
        d.until_answered(1)
        self.assertNotIn("connect-failed 0", d.lines)

    def test_a_broker_that_comes_later(self):
        broker = self.mosquitto()
        d = self.driver(broker.port)
        d.tell("events 1 5 spc/e")
        d.until_line("connect-failed 0", times=3)
        self.assertEqual(d.room(), 0)
        broker.start()
        d.until_answered(5)
        self.assertEqual(set(d.answers().values()), {0})

    def test_states_come_back_with_a_new_broker(self):
        # It kept nothing, so everything has to be said again.
        broker = self.mosquitto().start()
        d = self.driver(broker.port)
        for i in range(50):
            d.tell("retain spc/state/%d {\"n\":%d}" % (i, i))
        first = self.subscriber(broker.port)
        first.until(lambda lines: len(lines) >= 51)
        broker.kill()
        d.until_line("lost")
        broker.start()
        second = self.subscriber(broker.port)
        want = {"spc/status": '{"online":true}'}
        want.update({"spc/state/%d" % i: '{"n":%d}' % i for i in range(50)})

        def complete(lines):
            return dict(x.split(" ", 2)[1:] for x in lines) == want
        second.until(complete)


if __name__ == "__main__":
    unittest.main()
