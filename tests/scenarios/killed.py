# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at random moments and broker outages: each sample is recorded once,
each event arrives at least once, first occurrences in order, seq gap-free."""
import csv
import os
import random
import signal
import struct
import sys
import time

import rings
from rings import plant

KILLS, OUTAGES, PARTS = 20, 3, 200


def values():
    with open(rings.DATA, newline="", encoding="utf-8") as f:
        return [float(row["diameter_mm"]) for row in csv.DictReader(f)]


def kill_and_return():
    seed = int(os.environ.get("SPC_SEED", "20261121"))
    dice = random.Random(seed)
    print("seed", seed)
    kills = set(dice.sample(range(1, PARTS + 1), KILLS))
    outages = set(dice.sample(range(10, PARTS - 15), OUTAGES))
    with plant.Folder() as folder:
        broker = plant.Broker(folder)
        plc = plant.ForeignPlc(rings.DATA, "diameter_mm")
        subscriber = plant.Subscriber(broker.port)
        daemon = plant.Daemon(folder, rings.text(
            folder, plc.port, broker.port,
            "we-1, we-2, we-3, we-4")).start()
        back = 0  # the part at which an absent broker returns
        try:
            for part in range(1, PARTS + 1):
                if part in outages and broker.process.running():
                    broker.stop(dice.choice([signal.SIGTERM, signal.SIGKILL]))
                    back = part + 12
                if part == back:
                    broker.start()
                plc.next()
                if part in kills:
                    time.sleep(dice.uniform(0, 0.06))
                    daemon.kill()
                    daemon.start()
                plant.until(lambda: daemon.samples() == part,
                            f"part {part} recorded\n{daemon.said()[-3000:]}")
            if not broker.process.running():
                broker.start()
            plant.until(lambda: daemon.ask(
                "SELECT count(*) FROM outbox WHERE state = 0") == [(0,)],
                        "the outbox is empty")
            daemon.stop()
            check(daemon, subscriber)
        finally:
            subscriber.stop()
            plc.stop()
            broker.stop()


def check(daemon, subscriber):
    rows = daemon.ask(
        "SELECT epoch, counter, lost, measured FROM samples ORDER BY counter")
    assert [r[:3] for r in rows] == [(1, i, 0) for i in range(1, PARTS + 1)]
    assert [struct.unpack("<d", r[3])[0] for r in rows] == values()
    assert daemon.ask("SELECT count(*), max(idx) FROM points") == [(40, 40)]
    limits = daemon.ask("SELECT location_lower_3, location_upper_3 FROM limits")
    assert [f"{x:.5f}" for x in limits[0]] == ["73.98805", "74.01430"], limits

    (recorded, highest), = daemon.ask("SELECT count(*), max(seq) FROM events")
    assert recorded == highest, "seq has a gap in the historian"
    plant.until(lambda: {e["seq"] for e in subscriber.events()} >=
                set(range(1, highest + 1)), "every event arrives")

    first, seen, once = [], set(), []
    for event in subscriber.events():
        if event["event_id"] not in seen:
            seen.add(event["event_id"])
            first.append(event["seq"])
            once.append(event)
    assert first == list(range(1, highest + 1)), first
    alarms = [e for e in once if e["schema"] == "spc.alarm/1"]
    told = rings.signals_of(alarms)
    wanted = rings.chart_signals("--rules", "we")
    assert sorted(told) == sorted(wanted), (told, wanted)
    starts = daemon.actions().count("started")
    print(f"{recorded} events, {len(subscriber.events())} arrivals, "
          f"{starts} starts, {len(told)} signals")
    assert starts >= KILLS // 2


if __name__ == "__main__":
    sys.exit(plant.main(kill_and_return))
