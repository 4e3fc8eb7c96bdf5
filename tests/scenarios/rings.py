# SPDX-License-Identifier: GPL-3.0-or-later
"""The piston rings of the textbook on a line of their own."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SPC_SOURCE"], "tests", "sim"))
import plant  # noqa: E402

DATA = os.path.join(os.environ["SPC_SOURCE"], "tests", "data",
                    "pistonrings.csv")

PLANT = """\
version: 1
site: {{ enterprise: acme, site: torino, gateway: gw-07 }}
historian: {{ path: {folder}/historian.db }}
modbus:
  defaults:
    connect_timeout: 500ms
    response_timeout: 500ms
    backoff: {{ min: 100ms, max: 500ms, jitter: 10% }}
    dead_unit: {{ after: 3, retry: 1s }}
  links:
    - {{ name: ring-plc, tcp: {{ host: 127.0.0.1, port: {plc} }}, units: [1] }}
stations:
  - id: op40
    area: machining
    line: line-2
    link: ring-plc
    unit: 1
    addressing: {{ base: 0 }}
    word_order: ABCD
    poll: 10ms
    max_age: {max_age}
    sample:
      trigger: {{ counter: 0, type: uint32 }}
      verify: {{ counter_again: 6 }}
    characteristics:
      - id: diameter
        register: 2
        type: float64
        unit: mm
        resolution: 0.001
        range: [70, 78]
        spec: {{ lsl: 73.95, usl: 74.05, target: 74.0 }}
        chart: xbar-r
        subgroup: 5
        study: {study}
        rules: [{rules}]
        reaction: measure the master ring
mqtt:
  broker: mqtt://127.0.0.1:{broker}
  keepalive: 2s
  state_every: 200ms
"""


def text(folder, plc, broker, rules="nelson-1", study=25, max_age="2s"):
    return PLANT.format(folder=folder, plc=plc, broker=broker, rules=rules,
                        study=study, max_age=max_age)


def signals_of(alarms):
    """What the alarm events say, in the shape of `spc chart`'s signals."""
    return [(s["panel"], s["index"], s["rule"], s["side"], tuple(s["points"]))
            for a in alarms if a["action"] in ("raised", "updated")
            for s in a["signals"]]


def chart_signals(*options):
    import json
    _, out = plant.spc("chart", "xbar-r", DATA, "--value", "diameter_mm",
                       "--subgroup", "sample", "--baseline", "1:25",
                       "--format", "json", *options)
    return [(s["panel"], s["index"], s["rule"], s["side"], tuple(s["points"]))
            for s in json.loads(out)["signals"] if s["index"] > 25]
