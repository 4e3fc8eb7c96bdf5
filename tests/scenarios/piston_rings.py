# SPDX-License-Identifier: GPL-3.0-or-later
"""A foreign PLC replays the textbook's piston rings part by part; the line
must find the textbook's limits and the tool's signals, and an independent
subscriber must hear of them."""
import json
import sys

import rings
from rings import plant

LCL, UCL = 73.9880475919562, 74.01430440804377  # golden, exact d2


def replay(rules):
    with plant.Folder() as folder:
        broker = plant.Broker(folder)
        plc = plant.ForeignPlc(rings.DATA, "diameter_mm")
        subscriber = plant.Subscriber(broker.port)
        daemon = plant.Daemon(folder, rings.text(folder, plc.port, broker.port,
                                                 rules)).start()
        try:
            plant.until(lambda: "link-up" in daemon.actions(), "link up")
            for part in range(1, 201):
                plc.next()
                plant.until(lambda: daemon.samples() == part,
                            f"part {part} recorded\n{daemon.said()[-2000:]}")
            last = daemon.ask("SELECT max(seq) FROM events")[0][0]
            plant.until(lambda: any(e["seq"] == last
                                    for e in subscriber.events()),
                        "the last event arrives")
            check(daemon, subscriber, rules)
            daemon.stop()
        finally:
            subscriber.stop()
            plc.stop()
            broker.stop()


def check(daemon, subscriber, rules):
    (lower, upper), = daemon.ask(
        "SELECT location_lower_3, location_upper_3 FROM limits")
    assert abs(lower / LCL - 1) < 1e-12 and abs(upper / UCL - 1) < 1e-12
    assert (f"{lower:.5f}", f"{upper:.5f}") == ("73.98805", "74.01430")

    told = rings.signals_of(subscriber.alarms())
    wanted = rings.chart_signals("--rules", rules.replace(" ", ""))
    assert sorted(told) == sorted(wanted), (told, wanted)
    assert wanted, "the tool found no signal: nothing was compared"
    replayed(daemon, subscriber)
    raised = [a for a in subscriber.alarms() if a["action"] == "raised"]
    print(f"rules {rules}: limits {lower:.5f} {upper:.5f}, "
          f"{len(told)} signals in {len(raised)} alarms")


def replayed(daemon, subscriber):
    """The recorded samples through the same pipeline: the same events, bit
    for bit, but for what only a running gateway knows."""
    status, out = plant.spc("replay", daemon.plant, daemon.database,
                            "--format", "json")
    assert status == 1, status
    kinds = ("spc.alarm/1", "spc.limits/1", "spc.quality/1")
    live = [dict(e) for e in subscriber.events() if e["schema"] in kinds]
    again = [json.loads(line) for line in out.splitlines()]
    for event in live + again:
        for key in ("seq", "event_id", "alarm_id", "epoch"):
            event.pop(key, None)
    assert live == again, (live, again)


def textbook_limits_and_alarms():
    replay("nelson-1")


def western_electric():
    replay("we-1, we-2, we-3, we-4")


if __name__ == "__main__":
    sys.exit(plant.main(textbook_limits_and_alarms, western_electric))
