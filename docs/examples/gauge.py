#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gauge of your own, to begin with: one PLC, one bore, one part a moment.

    /usr/bin/python3 docs/examples/gauge.py [--port 1502] [--every 0.2] [--shift-after 60]

Holding registers, as config/examples/first-gauge.yaml reads them:

    0      part counter, 16 bits
    1-2    diameter in mm, float32, high word first

The process is in control at 25.000 mm (standard deviation 0.008 mm) until
the tool breaks: from part --shift-after on, it is off by 0.05 mm.  Needs
Debian's python3-pymodbus.
"""
import argparse
import random
import struct
import threading
import time

from pymodbus.datastore import (ModbusSequentialDataBlock, ModbusServerContext,
                                ModbusSlaveContext)
from pymodbus.server import StartTcpServer

options = argparse.ArgumentParser(description="a simulated bore gauge")
options.add_argument("--port", type=int, default=1502)
options.add_argument("--every", type=float, default=0.2, help="seconds a part")
options.add_argument("--shift-after", type=int, default=60, help="parts")
options = options.parse_args()

# zero_mode: register 0 here is register 0 on the wire.
unit = ModbusSlaveContext(hr=ModbusSequentialDataBlock(0, [0] * 16),
                          zero_mode=True)


def measure_parts():
    part = 0
    while True:
        time.sleep(options.every)
        part += 1
        shift = 0.05 if part > options.shift_after else 0.0
        diameter = random.gauss(25.0 + shift, 0.008)
        words = struct.unpack(">HH", struct.pack(">f", diameter))
        # The value first, the counter last: whoever sees the new counter
        # sees the new value.
        unit.setValues(3, 1, list(words))
        unit.setValues(3, 0, [part & 0xFFFF])
        print(f"part {part}: {diameter:.4f} mm", flush=True)


threading.Thread(target=measure_parts, daemon=True).start()
StartTcpServer(context=ModbusServerContext(slaves=unit, single=True),
               address=("127.0.0.1", options.port))
