# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 in the middle of every chart there is: what was told, and the
points it rests on, are those of a line that nobody ever killed.

The parts are those of every_chart.py. A replay of the recorded samples is the
line that was not killed."""
import json
import os
import random
import sys
import time

import every_chart
from every_chart import plant

KILLS, PARTS = 24, 320
OWN = {"event_id", "seq", "epoch", "alarm_id"}  # of the file, not of the line


def told(payload):
    return {key: value for key, value in payload.items() if key not in OWN}


def replayed(daemon):
    status, out = plant.spc("replay", daemon.plant, daemon.database,
                            "--format", "json")
    assert status in (0, 1), status
    return [told(json.loads(line)) for line in out.splitlines()]


def recorded(daemon):
    return [told(json.loads(payload)) for (payload,) in daemon.ask(
        "SELECT payload FROM events WHERE stream IS NOT NULL ORDER BY seq")]


def compare(daemon):
    line, file = recorded(daemon), replayed(daemon)
    for was, is_ in zip(file, line):
        assert was == is_, (was, is_)
    assert len(line) == len(file), (len(line), len(file))
    charts = {e["characteristic"] for e in line if e["schema"] == "spc.alarm/1"}
    print("%d events of %d charts, as in the replay" % (len(line), len(charts)))
    assert len(charts) > 20


def check_once(daemon, subscriber):
    """At least once, and each what the historian has."""
    highest, = daemon.ask("SELECT max(seq) FROM events")[0]
    assert daemon.ask("SELECT count(*) FROM events") == [(highest,)]
    plant.until(lambda: {e["seq"] for e in subscriber.events()} >=
                set(range(1, highest + 1)), "every event arrives")
    for (points, newest) in daemon.ask(
            "SELECT count(*), max(idx) FROM points GROUP BY stream"):
        assert points == newest, "a point is missing or there twice"


def kill_every_chart():
    seed = int(os.environ.get("SPC_SEED", "20261122"))
    dice = random.Random(seed)
    print("seed", seed)
    kills = set(dice.sample(range(1, PARTS), KILLS))
    parts = list(every_chart.rows())[:PARTS]
    with plant.Folder() as folder:
        broker = plant.Broker(folder)
        plc = every_chart.WidePlc(parts)
        subscriber = plant.Subscriber(broker.port)
        daemon = plant.Daemon(folder, every_chart.plant_file(
            folder, plc.port, broker.port)).start()
        try:
            for part in range(1, PARTS + 1):
                plc.next()
                if part in kills:
                    time.sleep(dice.uniform(0, 0.03))
                    daemon.kill()
                    daemon.start()
                plant.until(lambda: daemon.samples() == part,
                            f"part {part}\n{daemon.said()[-2000:]}")
            check_once(daemon, subscriber)
            daemon.stop()
            compare(daemon)
        finally:
            subscriber.stop()
            plc.close()
            broker.stop()


if __name__ == "__main__":
    sys.exit(plant.main(kill_every_chart))
