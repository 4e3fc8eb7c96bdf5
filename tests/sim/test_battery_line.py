#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated battery line holds the registers of the example plant, shifts
when it was told to, and ends on SIGTERM."""
import os
import signal
import socket
import struct
import subprocess
import time

PROGRAM = os.path.join(os.environ["SPC_BUILD"], "tests/sim/sim_battery_line")


def read(plc, first, count):
    plc.sendall(struct.pack(">HHHBBHH", 1, 0, 6, 1, 3, first, count))
    answer = b""
    while len(answer) < 9 + 2 * count:
        more = plc.recv(300)
        assert more, "closed"
        answer += more
    return struct.unpack(">%dH" % count, answer[9:])


def low_word_first(words, code):
    return struct.unpack(">" + code, struct.pack(">HH", words[1], words[0]))[0]


def check(words):
    counter = low_word_first(words[0:2], "I")
    text = struct.pack(">10H", *words[8:18])
    assert counter == low_word_first(words[19:21], "I")
    assert words[2] == 1 and words[21] == 0x1234, words
    assert 4.16 < low_word_first(words[3:5], "f") < 4.20, words
    assert 1100 < low_word_first(words[5:7], "i") < 1300, words
    assert 7000 < words[7] < 7100, words
    assert text[:12] == b"C%011d" % counter and text[12:] == b"LFP-280 ", text
    assert words[18] == 1 + (counter - 1) % 8, words
    return counter


def main():
    line = subprocess.Popen(
        [PROGRAM, "--rate", "200", "--shift-after", "20", "--seed", "7"],
        stdout=subprocess.PIPE, text=True)
    try:
        name, port = line.stdout.readline().split()
        assert name == "port"
        with socket.create_connection(("127.0.0.1", int(port)), 30) as plc:
            counter, end = 0, time.monotonic() + 30
            while counter < 30:
                assert time.monotonic() < end, counter
                words = read(plc, 100, 22)
                if words[0]:
                    counter = check(words)
        shift = line.stdout.readline()
        assert shift == "shift injected at part 21: ocv +3 sigma\n", shift
        line.send_signal(signal.SIGTERM)
        assert line.wait(30) == 0
    finally:
        line.kill()


main()
