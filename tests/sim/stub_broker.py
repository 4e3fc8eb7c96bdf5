# SPDX-License-Identifier: GPL-3.0-or-later
"""A broker that misbehaves on purpose: MQTT 5 on a bare socket.

It takes one publisher's CONNECT, PUBLISH, PINGREQ and DISCONNECT, writes down
what it saw, and can be told to swallow acknowledgements, to withhold them, to
fall silent, to refuse topics and to state limits of its own.  It delivers
nothing to anybody.  Packets are those of the OASIS standard MQTT 5.0.
"""
import socket
import struct
import threading


def varint(n):
    out = bytearray()
    while True:
        n, low = divmod(n, 128)
        out.append(low | (0x80 if n else 0))
        if not n:
            return bytes(out)


def read_varint(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def read_text(data, at):
    (n,) = struct.unpack_from(">H", data, at)
    return data[at + 2:at + 2 + n], at + 2 + n


# Property identifiers by the shape of their value, section 2.2.2.2.
SHAPES = {1: "B", 2: ">I", 3: "s", 8: "s", 9: "s", 11: "v", 17: ">I",
          18: "s", 19: ">H", 21: "s", 22: "s", 23: "B", 24: ">I", 25: "B",
          26: "s", 28: "s", 31: "s", 33: ">H", 34: ">H", 35: ">H", 36: "B",
          37: "B", 38: "p", 39: ">I", 40: "B", 41: "B", 42: "B"}


def read_properties(data, at):
    length, at = read_varint(data, at)
    end, found = at + length, {}
    while at < end:
        code, at = read_varint(data, at)
        shape = SHAPES[code]
        if shape == "s":
            value, at = read_text(data, at)
            value = value.decode()
        elif shape == "p":
            name, at = read_text(data, at)
            text, at = read_text(data, at)
            value = found.get(code, {})
            value[name.decode()] = text.decode()
        elif shape == "v":
            value, at = read_varint(data, at)
        else:
            (value,) = struct.unpack_from(shape, data, at)
            at += struct.calcsize(shape)
        found[code] = value
    return found, end


class Connection:
    """What one client said on one connection."""

    def __init__(self, number, sock):
        self.number, self.sock = number, sock
        self.connect = None     # dictionary, see parse_connect
        self.disconnect = None  # reason code of its DISCONNECT
        self.withheld = []      # packet ids
        self.closed = False


def parse_connect(body):
    name, at = read_text(body, 0)
    level, flags, keepalive = struct.unpack_from(">BBH", body, at)
    properties, at = read_properties(body, at + 4)
    client_id, at = read_text(body, at)
    seen = {"name": name, "level": level, "clean_start": bool(flags & 2),
            "will": bool(flags & 4), "will_qos": flags >> 3 & 3,
            "will_retain": bool(flags & 0x20), "keepalive": keepalive,
            "properties": properties, "client_id": client_id.decode()}
    if flags & 4:
        seen["will_properties"], at = read_properties(body, at)
        topic, at = read_text(body, at)
        payload, at = read_text(body, at)
        seen["will_topic"], seen["will_payload"] = topic.decode(), payload
    return seen


class StubBroker:
    def __init__(self, receive_maximum=None, packet_maximum=None, port=0):
        self.receive_maximum = receive_maximum
        self.packet_maximum = packet_maximum
        self.connack_reason = 0
        self.answer_connect = True  # False: TCP up, CONNECT never answered
        self.acks = "send"          # or "swallow", "withhold"
        self.deaf = False           # True: nothing is read any more
        self.pings = True
        self.refuse = {}            # topic: reason code
        self.drop_after = None      # close the line after so many publishes
        self.connections = []
        self.publishes = []         # dictionaries, in order of arrival
        self.changed = threading.Condition()
        self.port = port
        self.listener = None
        self.start()

    def start(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(8)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,),
                         daemon=True).start()

    def stop(self):
        """As if the broker's process were gone."""
        if self.listener:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        self.drop()

    def drop(self):
        with self.changed:
            for c in self.connections:
                if not c.closed:
                    try:
                        c.sock.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass

    def until(self, condition, seconds=30):
        """Waits for a condition on what was seen; False when it is late."""
        with self.changed:
            return self.changed.wait_for(condition, seconds)

    def topics(self):
        return [p["topic"] for p in self.publishes]

    def release(self):
        """Sends the acknowledgements withheld so far."""
        with self.changed:
            for c in self.connections:
                for packet_id, topic in c.withheld:
                    self.ack(c, packet_id, topic)
                c.withheld = []

    def say_disconnect(self, reason):
        with self.changed:
            self.connections[-1].sock.sendall(bytes([0xE0, 2, reason, 0]))

    # ---- the wire

    def accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with self.changed:
                c = Connection(len(self.connections), sock)
                self.connections.append(c)
                self.changed.notify_all()
            threading.Thread(target=self.serve, args=(c,),
                             daemon=True).start()

    def serve(self, c):
        try:
            while True:
                with self.changed:
                    self.changed.wait_for(lambda: not self.deaf)
                first, body = self.packet(c.sock)
                with self.changed:
                    if self.deaf:
                        continue
                    self.take(c, first, body)
                    self.changed.notify_all()
        except (OSError, EOFError):
            pass
        with self.changed:
            c.closed = True
            c.sock.close()
            self.changed.notify_all()

    @staticmethod
    def exactly(sock, n):
        data = b""
        while len(data) < n:
            more = sock.recv(n - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def packet(self, sock):
        first = self.exactly(sock, 1)[0]
        length, shift = 0, 0
        while True:
            byte = self.exactly(sock, 1)[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return first, self.exactly(sock, length)

    def take(self, c, first, body):
        {1: self.take_connect, 3: self.take_publish, 12: self.take_ping,
         14: self.take_disconnect}[first >> 4](c, first, body)

    def take_connect(self, c, first, body):
        c.connect = parse_connect(body)
        if not self.answer_connect:
            return
        properties = b""
        if self.receive_maximum:
            properties += struct.pack(">BH", 33, self.receive_maximum)
        if self.packet_maximum:
            properties += struct.pack(">BI", 39, self.packet_maximum)
        rest = bytes([0, self.connack_reason]) + varint(len(properties))
        rest += properties
        c.sock.sendall(b"\x20" + varint(len(rest)) + rest)
        if self.connack_reason:
            raise EOFError

    def take_publish(self, c, first, body):
        topic, at = read_text(body, 0)
        packet_id = None
        if first >> 1 & 3:
            (packet_id,) = struct.unpack_from(">H", body, at)
            at += 2
        properties, at = read_properties(body, at)
        topic = topic.decode()
        self.publishes.append({
            "connection": c.number, "topic": topic, "payload": body[at:],
            "qos": first >> 1 & 3, "retain": first & 1, "dup": first >> 3 & 1,
            "properties": properties})
        if packet_id and self.acks == "send":
            self.ack(c, packet_id, topic)
        elif packet_id and self.acks == "withhold":
            c.withheld.append((packet_id, topic))
        if self.drop_after is not None:
            self.drop_after -= 1
            if self.drop_after <= 0:
                self.drop_after = None
                raise EOFError

    def ack(self, c, packet_id, topic):
        reason = self.refuse.get(topic, 0)
        if not c.closed:
            c.sock.sendall(struct.pack(">BBHBB", 0x40, 4, packet_id, reason,
                                       0))

    def take_ping(self, c, first, body):
        if self.pings:
            c.sock.sendall(b"\xd0\x00")

    def take_disconnect(self, c, first, body):
        c.disconnect = body[0] if body else 0
        raise EOFError
