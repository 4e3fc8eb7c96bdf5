#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gauge of your own, to begin with: one PLC, one bore, one part a moment.

    /usr/bin/python3 docs/examples/gauge.py [--port 1502] [--every 0.2] [--shift-after 60]

Holding registers, as config/examples/first-gauge.yaml reads them:

    0      part counter, 16 bits
    1-2    diameter in mm, float32, high word first

The process is in control at 25.000 mm (standard deviation 0.008 mm) until
the tool breaks: from then on it is off by 0.05 mm.  The tool lasts for
--shift-after parts, counted from the first time that somebody reads the
registers, so there is no hurry before.  Start anew for a new tool.  Needs
Debian's python3-pymodbus.
"""
import argparse
import logging
import random
import struct
import threading
import time

from pymodbus.datastore import (ModbusSequentialDataBlock, ModbusServerContext,
                                ModbusSlaveContext)
from pymodbus.server import StartTcpServer


def positive(text):
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


options = argparse.ArgumentParser(
    description="A simulated bore gauge: a PLC on 127.0.0.1 that measures a "
    "part every moment.",
    formatter_class=argparse.ArgumentDefaultsHelpFormatter)
options.add_argument("--port", type=int, default=1502, help="port to listen on")
options.add_argument("--every", type=positive, default=0.2, metavar="SECONDS",
                     help="time from part to part")
options.add_argument("--shift-after", type=int, default=60, metavar="PARTS",
                     help="parts that the tool lasts from the first reading")
options = options.parse_args()

# A reader who hangs up is no error, whatever pymodbus says about it.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


class Registers(ModbusSequentialDataBlock):
    """Registers that know whether somebody has read them."""

    read = threading.Event()

    def getValues(self, address, count=1):
        self.read.set()
        return super().getValues(address, count)


registers = Registers(0, [0] * 16)
# zero_mode: register 0 here is register 0 on the wire.
unit = ModbusSlaveContext(hr=registers, zero_mode=True)


def say(text):
    print(f"gauge: {text}", flush=True)


def measure_parts():
    part = 0
    breaks_after = None  # the last good part, once there is a reader
    quiet_until = 0.0
    while True:
        time.sleep(options.every)
        part += 1
        if breaks_after is None and registers.read.is_set():
            breaks_after = part - 1 + options.shift_after
            say(f"the first reader is here at part {part}; "
                f"the tool will last for {options.shift_after} parts")
        broken = breaks_after is not None and part > breaks_after
        if broken and part == breaks_after + 1:
            say(f"the tool broke at part {part}")
        diameter = random.gauss(25.05 if broken else 25.0, 0.008)
        words = struct.unpack(">HH", struct.pack(">f", diameter))
        # The value first, the counter last: whoever sees the new counter
        # sees the new value.
        registers.setValues(1, list(words))
        registers.setValues(0, [part & 0xFFFF])
        if time.monotonic() >= quiet_until:
            quiet_until = time.monotonic() + 1.0
            say(f"part {part}: {diameter:.4f} mm")


say(f"listening on 127.0.0.1:{options.port}; Ctrl-C ends")
threading.Thread(target=measure_parts, daemon=True).start()
try:
    StartTcpServer(context=ModbusServerContext(slaves=unit, single=True),
                   address=("127.0.0.1", options.port))
except KeyboardInterrupt:
    pass
except OSError as error:
    raise SystemExit(f"gauge: {error.strerror or error}; "
                     "--port chooses another port")
