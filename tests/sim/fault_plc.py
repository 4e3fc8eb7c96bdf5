#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Modbus TCP server that misbehaves on request.

Raw sockets and nothing else, so that it shares no code and no opinion with
any Modbus library.  It answers function 3 and records everything it is asked.

As a module:

    with FaultPlc() as plc:
        plc.put(74.03)                  # the next part: counter, value, counter
        plc.mode("late", 0.5, times=1)  # the next answer comes 0.5 s late
        plc.requests                    # what was asked so far

As a program it prints `ready PORT`, reads commands from stdin and answers
each with a line: `ok ...` or `error ...`.  `help` lists them.

Registers, the same for every unit (PDU addresses; ABCD: high word first):

    0-1   counter        uint32
    2-5   value          float64
    6-7   counter_again  uint32

A part is written in the order of the addresses, so that counter and
counter_again agree only when what stands between them is whole.
`set_words` writes anything else anywhere.

Modes: normal; blackhole (reads, never answers); late S; drip S (a byte every
S seconds); wrong-unit; short (fewer registers than asked for, well formed);
cut (half an answer, then nothing); rst (reset at each request); close (an
orderly close at each request); exception CODE; torn (counter_again lags).
"""
import collections
import socket
import struct
import sys
import threading
import time

Request = collections.namedtuple(
    "Request", "connection transaction unit function first count time")


class FaultPlc:
    def __init__(self, port=0, units=(1,), host="127.0.0.1"):
        self.host, self.port = host, port
        self.units = {unit: [0] * 1000 for unit in units}
        self.counters = {unit: 0 for unit in units}
        self.silent = set()        # units that do not answer
        self.exceptions = {}       # unit -> exception code
        self.requests = []
        self.connections = 0       # accepted since the start
        self.open_now = 0
        self.most_open = 0
        self._mode = ("normal", 0.0, None)
        self._lock = threading.RLock()
        self._listener = None
        self._sockets = set()
        self._threads = []
        self._stuffing = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    # ---- life ----------------------------------------------------------

    def start(self):
        """Listens; again on the same port after kill()."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.port))
        listener.listen(32)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._spawn(self._accept, listener)

    def kill(self):
        """The power is cut: connections are reset, nobody listens."""
        with self._lock:
            listener, self._listener = self._listener, None
            sockets, self._sockets = self._sockets, set()
        if listener:
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()
        for one in sockets:
            self._reset(one)
        for one in self._stuffing:
            one.close()
        self._stuffing = []
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(10)
        self._threads = []

    def start_full(self):
        """Listens with a backlog that is full and never accepts."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.port))
        listener.listen(0)
        self.port = listener.getsockname()[1]
        self._stuffing.append(listener)
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex((self.host, self.port))
            self._stuffing.append(one)
        time.sleep(0.1)

    # ---- registers -----------------------------------------------------

    def set_words(self, first, words, unit=None):
        with self._lock:
            for one in ([unit] if unit is not None else list(self.units)):
                self.units[one][first:first + len(words)] = list(words)

    def words(self, first, count, unit=1):
        with self._lock:
            return self.units[unit][first:first + count]

    def put(self, value, unit=None, step=1):
        """Makes the next part."""
        with self._lock:
            for one in ([unit] if unit is not None else list(self.units)):
                self.counters[one] = (self.counters[one] + step) % 2 ** 32
                counter = _words(struct.pack(">I", self.counters[one]))
                self.set_words(0, counter + _words(struct.pack(">d", value))
                               + counter, one)

    def half_put(self, value, unit=1):
        """Begins the next part: the counter and the value's upper half."""
        with self._lock:
            self.counters[unit] += 1
            counter = _words(struct.pack(">I", self.counters[unit]))
            self.set_words(0, counter + _words(struct.pack(">d", value))[:2],
                           unit)

    def finish_put(self, value, unit=1):
        with self._lock:
            counter = _words(struct.pack(">I", self.counters[unit]))
            self.set_words(4, _words(struct.pack(">d", value))[2:] + counter,
                           unit)

    def set_counter(self, counter, unit=None):
        """Sets the counter without making a part."""
        with self._lock:
            for one in ([unit] if unit is not None else list(self.units)):
                self.counters[one] = counter
                words = _words(struct.pack(">I", counter))
                self.set_words(0, words, one)
                self.set_words(6, words, one)

    def reboot(self):
        """Connections are reset, registers and counters are zero."""
        self.kill()
        with self._lock:
            for unit in self.units:
                self.units[unit] = [0] * 1000
                self.counters[unit] = 0
        self.start()

    # ---- faults --------------------------------------------------------

    def mode(self, name, argument=0.0, times=None):
        """`times` requests are served so, then normally; None: all."""
        if name not in ("normal",) + tuple(self._faults):
            raise ValueError("no mode " + name)
        with self._lock:
            self._mode = (name, float(argument), times)

    def _take_mode(self):
        with self._lock:
            name, argument, times = self._mode
            if times is not None:
                times -= 1
                self._mode = ((name, argument, times) if times > 0
                              else ("normal", 0.0, None))
            return name, argument

    # ---- server --------------------------------------------------------

    def _spawn(self, target, *args):
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()

    def _accept(self, listener):
        while True:
            try:
                one, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                if self._listener is not listener:
                    self._reset(one)
                    return
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets.add(one)
                self.connections += 1
                self.open_now += 1
                self.most_open = max(self.most_open, self.open_now)
                number = self.connections
            self._spawn(self._serve, one, number)

    def _serve(self, one, number):
        try:
            while True:
                header = _exactly(one, 7)
                transaction, _, length, unit = struct.unpack(">HHHB", header)
                body = _exactly(one, length - 1)
                function = body[0]
                first, count = (struct.unpack(">HH", body[1:5])
                                if len(body) >= 5 else (0, 0))
                request = Request(number, transaction, unit, function, first,
                                  count, time.monotonic())
                with self._lock:
                    self.requests.append(request)
                if self._answer(one, request) is False:
                    break
        except (OSError, ConnectionError):
            pass
        with self._lock:
            self._sockets.discard(one)
            self.open_now -= 1
        one.close()

    def _answer(self, one, request):
        with self._lock:
            if request.unit in self.silent or request.unit not in self.units:
                return True
            code = self.exceptions.get(request.unit)
        if code:
            one.sendall(_exception(request, code))
            return True
        name, argument = self._take_mode()
        if name == "normal":
            one.sendall(self._good(request))
            return True
        return self._faults[name](self, one, request, argument)

    def _good(self, request, unit=None, words=None):
        if request.function != 3:
            return _exception(request, 1)
        if words is None:
            words = self.words(request.first, request.count, request.unit)
        body = b"".join(struct.pack(">H", word) for word in words)
        return struct.pack(">HHHBBB", request.transaction, 0, 3 + len(body),
                           request.unit if unit is None else unit, 3,
                           len(body)) + body

    def _blackhole(self, one, request, argument):
        return True

    def _late(self, one, request, seconds):
        # The next request may come meanwhile; a PLC answers them in order.
        answer = self._good(request)
        time.sleep(seconds)
        one.sendall(answer)
        return True

    def _drip(self, one, request, seconds):
        for byte in self._good(request):
            one.sendall(bytes([byte]))
            time.sleep(seconds)
        return True

    def _wrong_unit(self, one, request, argument):
        one.sendall(self._good(request, unit=request.unit + 7))
        return True

    def _short(self, one, request, argument):
        words = self.words(request.first, request.count - 1, request.unit)
        one.sendall(self._good(request, words=words))
        return True

    def _cut(self, one, request, argument):
        answer = self._good(request)
        one.sendall(answer[:len(answer) // 2])
        return True

    def _rst(self, one, request, argument):
        self._reset(one)
        return False

    def _close(self, one, request, argument):
        return False

    def _exception_mode(self, one, request, code):
        one.sendall(_exception(request, int(code)))
        return True

    def _torn(self, one, request, argument):
        words = self.words(request.first, request.count, request.unit)
        words[-1] ^= 1
        one.sendall(self._good(request, words=words))
        return True

    _faults = {"blackhole": _blackhole, "late": _late, "drip": _drip,
               "wrong-unit": _wrong_unit, "short": _short, "cut": _cut,
               "rst": _rst, "close": _close, "exception": _exception_mode,
               "torn": _torn}

    @staticmethod
    def _reset(one):
        try:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                           struct.pack("ii", 1, 0))
            # A thread may sit in recv: wake it, or the close is put off.
            # Lingering for no time, the close then sends a reset.
            one.shutdown(socket.SHUT_RD)
        except OSError:
            pass
        one.close()


def _words(data):
    return list(struct.unpack(">%dH" % (len(data) // 2), data))


def _exception(request, code):
    return struct.pack(">HHHBBB", request.transaction, 0, 3, request.unit,
                       request.function | 0x80, code)


def _exactly(one, count):
    data = b""
    while len(data) < count:
        more = one.recv(count - len(data))
        if not more:
            raise ConnectionError("closed")
        data += more
    return data


# ---- program -----------------------------------------------------------

def _mode_command(plc, name="normal", argument=0.0, times=None):
    plc.mode(name, float(argument), int(times) if times else None)


def _log_command(plc):
    functions = sorted({request.function for request in plc.requests})
    blocks = sorted({(r.unit, r.first, r.count) for r in plc.requests})
    return "requests=%d connections=%d functions=%s blocks=%s" % (
        len(plc.requests), plc.connections,
        ",".join(map(str, functions)) or "-",
        ";".join("%d:%d+%d" % block for block in blocks) or "-")


COMMANDS = {
    "put": ("VALUE [UNIT]: the next part",
            lambda plc, value, unit=None:
            plc.put(float(value), int(unit) if unit else None)),
    "skip": ("N VALUE: N parts pass, only the last is seen",
             lambda plc, n, value: plc.put(float(value), None, int(n))),
    "half": ("VALUE: begin a part", lambda plc, v: plc.half_put(float(v))),
    "finish": ("VALUE: end it", lambda plc, v: plc.finish_put(float(v))),
    "counter": ("N: set the counter", lambda plc, n: plc.set_counter(int(n))),
    "word": ("ADDRESS VALUE [UNIT]",
             lambda plc, at, value, unit=None:
             plc.set_words(int(at), [int(value, 0)],
                           int(unit) if unit else None)),
    "mode": ("NAME [ARGUMENT [TIMES]]", _mode_command),
    "silent": ("UNIT", lambda plc, unit: plc.silent.add(int(unit))),
    "speak": ("UNIT", lambda plc, unit: plc.silent.discard(int(unit))),
    "kill": ("reset all, stop listening", lambda plc: plc.kill()),
    "start": ("listen again", lambda plc: plc.start()),
    "reboot": ("counter and registers to zero", lambda plc: plc.reboot()),
    "log": ("what was asked", _log_command),
    "help": ("this", lambda plc: "; ".join(
        "%s %s" % (name, text) for name, (text, _) in COMMANDS.items())),
}


def main(arguments):
    port = int(arguments[0]) if arguments else 0
    units = [int(unit) for unit in arguments[1:]] or [1]
    with FaultPlc(port, units) as plc:
        print("ready %d" % plc.port, flush=True)
        for line in sys.stdin:
            words = line.split()
            if not words:
                continue
            if words[0] == "quit":
                break
            try:
                answer = COMMANDS[words[0]][1](plc, *words[1:])
                print("ok " + (answer or words[0]), flush=True)
            except (KeyError, TypeError, ValueError, OSError) as error:
                print("error %s" % error, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
