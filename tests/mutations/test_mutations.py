"""Thousands of mutated requests to a live service: no 5xx but documented ones, no crash, no leak, no answer that
openapi.yaml does not promise. `--requests N`, `--seed N`; `--only N` repeats one."""

import collections
import json
import pathlib
import re
import socket
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "e2e")]

from contract import contract  # noqa: E402
from mutations import Mutated, Source  # noqa: E402
from processes import Herald, IntercomSim, clients, email_campaign  # noqa: E402
from wire import Heard  # noqa: E402

sys.setrecursionlimit(10_000)
GROWTH = 16 * 1024  # KiB that the second half may add to what the first half left


class Connection:
    """Kept open from one request to the next, as long as both sides like it."""

    def __init__(self, port):
        self.port, self.socket, self.buffer = port, None, b""

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket, self.buffer = None, b""

    def ask(self, data, method, no_more):
        for attempt in (1, 2):
            fresh = self.socket is None
            if fresh:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                try:
                    self.socket.sendall(data)
                    if no_more:
                        self.socket.shutdown(socket.SHUT_WR)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # refused before it was all sent; the answer is there
                return self.answer(method)
            except (ConnectionError, EOFError):
                self.close()
                if fresh:
                    return None
        return None

    def more(self):
        got = self.socket.recv(262_144)
        if not got:
            raise EOFError
        self.buffer += got

    def answer(self, method):
        while True:
            while b"\r\n\r\n" not in self.buffer:
                self.more()
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            status = int(head[9:12])
            if status != 100:
                break
        headers = {}
        for line in head.decode("latin-1").split("\r\n")[1:]:
            name, value = line.split(": ", 1)
            headers[name.lower()] = value
        bodiless = method == "HEAD" or status in (204, 304)
        body, complete = (b"", True) if bodiless else self.body(headers)
        if headers.get("connection") == "close" or not complete or head.startswith(b"HTTP/1.0"):
            self.close()
        return Heard(status, headers, body, complete, bodiless)

    def body(self, headers):
        if "content-length" in headers:
            size = int(headers["content-length"])
            while len(self.buffer) < size:
                self.more()
            body, self.buffer = self.buffer[:size], self.buffer[size:]
            return body, True
        try:
            if headers.get("content-type", "").startswith("text/event-stream"):
                while b"\n\n" not in self.buffer:
                    self.more()
                return b"", False
            if headers.get("transfer-encoding") == "chunked":
                while not self.buffer.endswith(b"0\r\n\r\n"):
                    self.more()
                body, self.buffer = unchunked(self.buffer), b""
                return body, True
            while True:
                self.more()
        except EOFError:
            return self.buffer, headers.get("transfer-encoding") != "chunked"


def unchunked(data):
    out = b""
    while data:
        size, data = data.split(b"\r\n", 1)
        out, data = out + data[:int(size, 16)], data[int(size, 16) + 2:]
    return out


@pytest.fixture
def herald(tmp_path):
    sim = IntercomSim(tmp_path, "--seed", 50)
    herald = Herald(tmp_path, sim.url, HERALD_LIMITER_LIMIT_PER_WINDOW="1000000")
    yield herald
    herald.ensure_stopped()
    sim.ensure_stopped()


def resident(process):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text()).group(1))


def known_ids(herald):
    done = herald.create(email_campaign(clients(3))).json["id"]
    herald.wait_finished(done)
    drafts = [herald.create(email_campaign(clients(3), launch=False)).json["id"] for _ in range(20)]
    deliveries = [r["id"] for r in herald.recipients(done)]
    message = herald.post("/v1/messages", {"contact": {"external_id": "client_1"}, "channel": "in_app",
                                           "body_text": "Hi"})
    messages = [message.json["id"]] if message.status < 300 else ["msg_00000000000000000000000000"]
    return {
        "id": {"/v1/deliveries": deliveries, "/v1/messages": messages, "": [done, *drafts]},
        "contact": {"": ["external_id:client_1", "external_id:client_2", "email:client_3@example.com",
                         "external_id:nobody"]},
        "tag": {"": ["vip", "a b", "ä"]},
    }


def faults_of(request, answer):
    if answer is None:
        # Only what cannot be told from a broken connection goes unanswered.
        return [] if request.framing == "short" else ["no answer"]
    wrong = contract().judge(request.method if request.method.isupper() else "BREW", request.target.replace("%2f", "x"), answer)
    if answer.status >= 500 and answer.status not in (502, 503, 504):
        wrong.append(f"a {answer.status}")
    if answer.status == 503 and "retry-after" not in answer.headers:
        wrong.append("a 503 without Retry-After")
    return wrong


def test_whatever_a_client_sends_the_service_keeps_its_contract(herald, request):
    count, seed, only = (request.config.getoption(name) for name in ("requests", "seed", "only"))
    source = Source(contract().document, known_ids(herald))
    connection = Connection(herald.port)
    statuses, wrong, half = collections.Counter(), collections.defaultdict(list), None
    for number in [only] if only is not None else range(count):
        mutated = Mutated(source, seed, number)
        data, no_more = mutated.wire()
        answer = connection.ask(data, mutated.method, no_more)
        statuses[answer.status if answer else "none"] += 1
        for fault in faults_of(mutated, answer):
            kind = re.sub(r"^\S+ \S+", mutated.operation, re.sub(r"[0-9]{4,}|_[0-9a-z]{13,26}", "", fault))
            wrong[kind[:120]].append(f"{fault}\n  --only {number}: {data[:600]!r}")
        assert herald.process.poll() is None, f"it ended at --only {number}: {data[:2000]!r}\n{herald.log()[-2000:]}"
        if number == count // 2:
            half = resident(herald.process)
    end = resident(herald.process)
    print(f"\n{sum(statuses.values())} requests, seed {seed}: "
          + ", ".join(f"{status} {n}" for status, n in sorted(statuses.items(), key=str))
          + f"; {end // 1024} MiB resident, {(end - (half or end)) / 1024:+.1f} MiB since half of them")
    assert not wrong, "\n".join(f"{len(same)} times: {same[0]}" for same in list(wrong.values())[:30])
    assert half is None or end - half < GROWTH
    bugs = [line for line in herald.log().splitlines() if json.loads(line)["event"] == "bug"]
    assert not bugs, bugs[:3]
    assert herald.stop() == 0
