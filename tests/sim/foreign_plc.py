#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PLC that is not ours: pymodbus 3.0, as Debian 12 has it.

Holds one block and replays a column of a CSV file into it, part by part.

    foreign_plc.py --csv FILE --column NAME [--port N] [--type float64]
                   [--order ABCD]

Registers of unit 1 (PDU addresses; counters are ABCD, high word first):

    0-1   counter        uint32
    2-5   value          float64 in 2-5, or float32 in 2-3
    6-7   counter_again  uint32

The counter is 0 until the first part.  A part is written in three steps,
counter, value, counter_again, and the server answers requests between them:
a reader that sees two equal counters has a whole part.

Prints `ready PORT`, then reads commands and answers each with a line:

    next      the next part        ->  part COUNTER VALUE, or `end`
    count     parts shown so far   ->  count N
    quit                           ->  bye

Everything that is spelled in pymodbus' own way, which changes from version to
version, is in the class ForeignPlc.
"""
import argparse
import asyncio
import csv
import struct
import sys
import threading

from pymodbus.datastore import (ModbusSequentialDataBlock, ModbusServerContext,
                                ModbusSlaveContext)
from pymodbus.server.async_io import ModbusTcpServer

HOLDING = 3
COUNTER, VALUE, COUNTER_AGAIN, COUNT = 0, 2, 6, 8
FORMATS = {"float32": ">f", "float64": ">d"}

# Where each byte of the value travels, A being the most significant.
ORDERS = {
    "float32": {"ABCD": "ABCD", "CDAB": "CDAB", "BADC": "BADC",
                "DCBA": "DCBA"},
    "float64": {"ABCD": "ABCDEFGH", "CDAB": "GHEFCDAB", "BADC": "BADCFEHG",
                "DCBA": "HGFEDCBA", "EFGHABCD": "EFGHABCD",
                "FEHGBADC": "FEHGBADC"},
}


def encode(value, type_name="float64", order="ABCD"):
    """The words that carry a value."""
    data = struct.pack(FORMATS[type_name], value)
    wire = bytes(data[ord(letter) - ord("A")]
                 for letter in ORDERS[type_name][order])
    return list(struct.unpack(">%dH" % (len(wire) // 2), wire))


def encode_counter(counter):
    return [counter >> 16 & 0xffff, counter & 0xffff]


class ForeignPlc:
    """Serves on a thread of its own until close()."""

    registers = COUNT

    def __init__(self, values, port=0, type_name="float64", order="ABCD"):
        self.values, self.counter = list(values), 0
        self.type_name, self.order = type_name, order
        self.port = None
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(port,), daemon=True)
        self._thread.start()
        if not self._ready.wait(30) or self.port is None:
            raise OSError("the PLC does not start")

    def _run(self, port):
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve(port))
        except asyncio.CancelledError:
            pass
        finally:
            self._ready.set()

    async def _serve(self, port):
        # zero_mode: register 0 is register 0 and not register 1.
        self._slave = ModbusSlaveContext(
            hr=ModbusSequentialDataBlock(0, [0] * self.registers),
            zero_mode=True)
        self._server = ModbusTcpServer(
            ModbusServerContext(slaves={1: self._slave}, single=False),
            address=("127.0.0.1", port), allow_reuse_address=True)
        self._task = asyncio.ensure_future(self._server.serve_forever())
        await asyncio.wait({self._task, self._server.serving},
                           return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            self._task.result()
        self.port = self._server.server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._task

    async def _write(self, value):
        counter = encode_counter(self.counter)
        for address, words in (
                (COUNTER, counter),
                (VALUE, encode(value, self.type_name, self.order)),
                (COUNTER_AGAIN, counter)):
            self._slave.setValues(HOLDING, address, words)
            await asyncio.sleep(0)

    def next(self):
        """Shows the next part: (counter, value), or None at the end."""
        if self.counter >= len(self.values):
            return None
        value = self.values[self.counter]
        self.counter += 1
        asyncio.run_coroutine_threadsafe(
            self._write(value), self._loop).result(30)
        return self.counter, value

    def close(self):
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def column(path, name):
    with open(path, newline="", encoding="utf-8") as file:
        return [float(row[name]) for row in csv.DictReader(file)]


def main():
    parser = argparse.ArgumentParser(description="A PLC made of pymodbus.")
    parser.add_argument("--csv", required=True)
    parser.add_argument("--column", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--type", choices=sorted(FORMATS), default="float64")
    parser.add_argument("--order", default="ABCD",
                        choices=sorted(ORDERS["float64"]))
    options = parser.parse_args()
    if options.order not in ORDERS[options.type]:
        parser.error("a %s has no order %s" % (options.type, options.order))

    values = column(options.csv, options.column)
    with ForeignPlc(values, options.port, options.type, options.order) as plc:
        print("ready %d" % plc.port, flush=True)
        for line in sys.stdin:
            command = line.strip()
            if command == "quit":
                break
            if command == "next":
                part = plc.next()
                print("part %d %r" % part if part else "end", flush=True)
            elif command == "count":
                print("count %d" % plc.counter, flush=True)
            else:
                print("error: next, count or quit", flush=True)
    print("bye", flush=True)


if __name__ == "__main__":
    main()
