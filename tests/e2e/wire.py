"""Remembers what the tests and a service say to each other on the wire, and splits it into requests and answers."""

import dataclasses
import re
import socket
import ssl

connect = socket.create_connection


@dataclasses.dataclass
class Heard:
    """An answer, as far as it came. `bodiless`: it is about a body that is not in it."""

    status: int
    headers: dict
    body: bytes
    complete: bool
    bodiless: bool


class Recorder:
    """Every connection to a watched port that goes through `socket.create_connection`, http.client's among them."""

    def __init__(self):
        self.ports, self.transcripts = set(), []
        socket.create_connection = self.create_connection
        ssl.SSLContext.sslsocket_class = type("RecordedTls", (RecordedTls,), {"recorder": self})

    def create_connection(self, address, *args, **kwargs):
        made = connect(address, *args, **kwargs)
        if address[1] not in self.ports:
            return made
        timeout = made.gettimeout()
        recorded = Recorded(fileno=made.detach())
        recorded.settimeout(timeout)
        return self.remember(recorded)

    def remember(self, recorded):
        recorded.sent, recorded.received = bytearray(), bytearray()
        self.transcripts.append((recorded.sent, recorded.received))
        return recorded

    def take(self):
        """(method, target, answer) of all that was said since the last call."""
        taken, self.transcripts = self.transcripts, []
        return [exchange for sent, received in taken for exchange in exchanges(bytes(sent), bytes(received))]


class Recording:
    sent = received = None

    def send(self, data, *args):
        count = super().send(data, *args)
        if self.sent is not None:
            self.sent += memoryview(data)[:count]
        return count

    def recv(self, *args):
        data = super().recv(*args)
        if self.received is not None:
            self.received += data
        return data

    def recv_into(self, buffer, *args):
        count = super().recv_into(buffer, *args)
        if self.received is not None:
            self.received += memoryview(buffer)[:count]
        return count


class Recorded(Recording, socket.socket):
    def sendall(self, data, *args):
        self.sent += data
        return super().sendall(data, *args)


class RecordedTls(Recording, ssl.SSLSocket):
    """What is said inside of TLS, by a client."""

    def do_handshake(self, *args):
        super().do_handshake(*args)
        if not self.server_side and self.getpeername()[1] in self.recorder.ports:
            self.recorder.remember(self)


def exchanges(sent, received):
    asked = requests(sent)
    while received.startswith(b"HTTP/1.") and b"\r\n\r\n" in received:
        start, headers, rest = head(received)
        status = int(start.split()[1])
        if status < 200:
            received = rest
            continue
        method, target = next(asked, (None, None))
        none = method == "HEAD" or status in (204, 304)
        body, received, complete = (b"", rest, True) if none else body_of(headers, rest)
        yield method, target, Heard(status, headers, body, complete, bodiless=none)


def requests(sent):
    """Method and target of each, until something is not clean HTTP."""
    while b"\r\n\r\n" in (sent := sent.lstrip(b"\r\n")):
        start, headers, sent = head(sent)
        words = re.fullmatch(r"([A-Z]+) (\S+) HTTP/1\.[01]", start)
        if not words:
            return
        yield words.groups()
        _, sent, _ = body_of(headers, sent, until_closed=False)


def head(data):
    lines, rest = data.split(b"\r\n\r\n", 1)
    start, *fields = lines.decode("latin-1").split("\r\n")
    pairs = [field.partition(":") for field in fields]
    return start, {name.strip().lower(): value.strip() for name, _, value in pairs}, rest


def body_of(headers, data, until_closed=True):
    """The body, what follows it, and whether it is whole."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return dechunked(data)
    length = headers.get("content-length", "")
    if not length.isdigit():
        return (data, b"", True) if until_closed else (b"", data, True)
    return data[:int(length)], data[int(length):], len(data) >= int(length)


def dechunked(data):
    body, at = bytearray(), 0
    while (line := data.find(b"\r\n", at)) >= 0 and re.fullmatch(rb"[0-9a-fA-F]+", data[at:line]):
        size = int(data[at:line], 16)
        if size == 0:
            return bytes(body), data[line + 4:], True
        body += data[line + 2:line + 2 + size]
        at = line + 2 + size + 2
    return bytes(body), b"", False
