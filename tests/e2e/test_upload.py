"""Uploads of recipients into a draft, over real connections."""

import json
import random
import re
import socket
import threading
import time

import pytest

from processes import email_campaign

MEBI = 1024 * 1024


@pytest.fixture
def herald(start, fast):
    return start.herald(start.intercom("--seed", 3), **fast)


def draft(herald):
    body = email_campaign([], launch=False)
    del body["audience"]
    created = herald.create(body)
    assert created.status == 201, created
    return created.json["id"]


def upload(herald, cid, body, kind="application/x-ndjson", **headers):
    return herald.post(f"/v1/campaigns/{cid}/recipients", body, headers={"Content-Type": kind, **headers})


def ndjson(start, end):
    return b"".join(b'{"external_id":"client_%d","variables":{"first_name":"Ann %d"}}\n' % (i, i)
                    for i in range(start, end))


def resident(herald):
    status = open(f"/proc/{herald.process.pid}/status").read()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


class Connection:
    """A request whose body is sent piece by piece."""

    def __init__(self, herald, cid, length=None, kind="application/x-ndjson"):
        self.socket = socket.create_connection(("127.0.0.1", herald.port), timeout=60)
        size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        self.socket.sendall(f"POST /v1/campaigns/{cid}/recipients HTTP/1.1\r\nHost: h\r\nContent-Type: {kind}\r\n"
                            f"{size}\r\n\r\n".encode())

    def chunk(self, data):
        self.socket.sendall(b"%x\r\n%s\r\n" % (len(data), data))

    def answer(self):
        out = b""
        while b"\r\n\r\n" not in out or not out.endswith(b"}"):
            piece = self.socket.recv(65536)
            if not piece:
                break
            out += piece
        return int(out.split()[1]), json.loads(out.split(b"\r\n\r\n", 1)[1])


def test_two_hundred_thousand_lines_twice_and_the_memory_stays_small(herald):
    cid = draft(herald)
    body = ndjson(0, 200_000)
    first = upload(herald, cid, body)
    assert first.status == 200, first
    assert first.json == {"lines": 200_000, "accepted": 200_000, "duplicates": 0, "errors_total": 0, "errors": [],
                          "audience_size": 200_000}
    again = upload(herald, cid, body)
    assert again.json["accepted"] == 0 and again.json["duplicates"] == 200_000
    campaign = herald.campaign(cid)
    assert campaign["audience_size"] == campaign["counts"]["queued"] == 200_000
    assert resident(herald) < 128 * MEBI


def test_what_was_uploaded_is_sent(herald):
    cid = draft(herald)
    refused = herald.post(f"/v1/campaigns/{cid}/launch")
    assert refused.status == 409 and "without audience" in refused.json["detail"]
    report = upload(herald, cid, 'external_id,email,first_name\r\nclient_1,,"Ann\n""A"""\r\nclient_2,,\r\nx,y@z.org,\r\n'
                                 ',client_3@example.com,Eve\r\n', "text/csv")
    assert report.status == 200, report
    assert report.json["accepted"] == 3
    assert [(e["line"], e["code"]) for e in report.json["errors"]] == [(5, "exactly_one_of")]
    assert herald.post(f"/v1/campaigns/{cid}/launch").status == 202
    assert herald.wait_finished(cid)["counts"]["accepted"] == 3
    late = upload(herald, cid, ndjson(0, 1))
    assert late.status == 409 and "completed" in late.json["detail"], late


def test_a_connection_that_breaks_keeps_the_batches_and_the_file_can_be_sent_again(herald):
    cid = draft(herald)
    body = ndjson(0, 30_000)
    connection = Connection(herald, cid, len(body))
    connection.socket.sendall(body[:len(body) // 2])
    herald.wait_for(cid, lambda c: c["audience_size"] >= 10_000)
    connection.socket.close()
    kept = herald.campaign(cid)["audience_size"]
    assert kept % 5_000 == 0 and kept < 30_000
    again = upload(herald, cid, body)
    assert again.json["audience_size"] == 30_000
    assert again.json["accepted"] == 30_000 - again.json["duplicates"]


def test_a_launch_in_the_middle_ends_the_upload_and_keeps_what_was_stored(herald):
    cid = draft(herald)
    connection = Connection(herald, cid)
    connection.chunk(ndjson(100, 5_200))
    herald.wait_for(cid, lambda c: c["audience_size"] == 5_000)
    assert herald.post(f"/v1/campaigns/{cid}/launch").status == 202
    connection.chunk(ndjson(5_200, 15_000))
    status, problem = connection.answer()
    assert status == 409 and "5000 recipients of this upload were added" in problem["detail"], problem
    assert herald.campaign(cid)["audience_size"] == 5_000


def test_pieces_of_any_size_in_chunks_and_a_connection_that_is_used_again(herald):
    cid = draft(herald)
    body = ndjson(0, 300) + b"x" * 70_000 + b"\n" + ndjson(300, 301)
    connection = Connection(herald, cid)
    pick = random.Random(1)
    while body:
        size = pick.choice([1, 3, 50, 9_000])
        connection.chunk(body[:size])
        body = body[size:]
    connection.socket.sendall(b"0\r\n\r\n")
    status, report = connection.answer()
    assert status == 200 and report["accepted"] == 301, report
    assert report["errors"] == [{"line": 301, "code": "too_long", "detail": "more than 65536 bytes"}]
    connection.socket.sendall(b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
    assert connection.answer()[0] == 200


def test_a_refusal_reaches_a_client_that_is_still_sending(herald):
    cid = draft(herald)
    body = ndjson(0, 100_000)
    assert upload(herald, cid, body, "application/json").status == 415
    assert upload(herald, cid, body, **{"Idempotency-Key": "k"}).json["code"] == "invalid_idempotency_key"
    assert upload(herald, cid, b"name\n" + body, "text/csv").status == 422
    assert herald.campaign(cid)["audience_size"] == 0


def test_expect_continue_is_answered_only_when_the_body_is_wanted(herald):
    cid = draft(herald)
    for key, first in (("", b"HTTP/1.1 100 "), ("Idempotency-Key: k\r\n", b"HTTP/1.1 400 ")):
        with socket.create_connection(("127.0.0.1", herald.port), timeout=5) as s:
            s.sendall(f"POST /v1/campaigns/{cid}/recipients HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n{key}"
                      "Content-Type: text/csv\r\nContent-Length: 13\r\n\r\n".encode())
            assert s.recv(1000).startswith(first)
            if not key:
                s.sendall(b"email\na@x.org")
                assert s.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_the_service_answers_while_files_come_in(herald):
    cids = [draft(herald) for _ in range(2)]
    body = ndjson(0, 60_000)
    threads = [threading.Thread(target=upload, args=(herald, cid, body)) for cid in cids]
    for t in threads:
        t.start()
    slowest = 0.0
    while any(t.is_alive() for t in threads):
        began = time.monotonic()
        assert herald.get("/livez").status == 200
        slowest = max(slowest, time.monotonic() - began)
    assert [herald.campaign(cid)["audience_size"] for cid in cids] == [60_000, 60_000]
    assert slowest < 1.0
