"""HTTP below the API: what a client may send on the connection, and what it must not."""

import concurrent.futures
import json
import re
import socket
import time

import pytest

from processes import clients, email_campaign


@pytest.fixture
def herald(start):
    return start.herald(start.intercom("--seed", 3))


CHUNKED = (b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
           b"Transfer-Encoding: chunked\r\n\r\n")


def talk(herald, data, shut=False):
    """Sends bytes, reads until the peer closes or says nothing for a while."""
    with socket.create_connection(("127.0.0.1", herald.port), timeout=3) as s:
        s.sendall(data)
        if shut:
            s.shutdown(socket.SHUT_WR)
        out = b""
        try:
            while chunk := s.recv(65536):
                out += chunk
        except (socket.timeout, ConnectionResetError):
            pass
        return out


def statuses(answer):
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def test_pipelined_requests_are_answered_in_order(herald):
    answer = talk(herald, b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n"
                          b"GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert statuses(answer) == [200, 404, 200]


@pytest.mark.parametrize("request_bytes", [
    b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nContent-Length: 2, 2\r\n\r\n{}",
    b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n",
    b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/campaigns HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    CHUNKED + b"zz\r\n",
    CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n",
    CHUNKED + b"FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
    CHUNKED + b"2\r\n{}XX0\r\n\r\n",
    CHUNKED + b"2\n{}\n0\n\n",
    b"GET /livez HTTP/1.1\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: h\nX: y\r\n\r\n",
    b"GET /livez HTTP/1.1\nHost: h\n\n",
    b"GET /livez HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n",
    b"GET /livez\0 HTTP/1.1\r\nHost: h\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /livez\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello over tls\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost : h\r\n\r\n",
    b"GET /livez HTTP/9.9\r\nHost: h\r\n\r\n",
])
def test_what_is_no_clean_http_is_refused_and_the_connection_closed(herald, request_bytes):
    answer = talk(herald, request_bytes + b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\n", shut=True)
    assert statuses(answer) in ([400], []), answer
    assert herald.get("/livez").status == 200


def test_a_header_that_is_too_large_or_a_target_too_long_is_named(herald):
    assert statuses(talk(herald, b"GET /livez HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n")) == [431]
    assert statuses(talk(herald, b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n")) == [414]


def test_a_chunked_body_is_taken(herald):
    body = json.dumps(email_campaign(clients(1), launch=False)).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 50]), body[i:i + 50]) for i in range(0, len(body), 50))
    answer = talk(herald, b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                          b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks + b"0\r\n\r\n")
    assert statuses(answer) == [201], answer


def test_expect_continue_is_honoured(herald):
    body = json.dumps(email_campaign(clients(1), launch=False)).encode()
    with socket.create_connection(("127.0.0.1", herald.port), timeout=5) as s:
        s.sendall(b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                  b"Expect: 100-continue\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body))
        assert s.recv(100).startswith(b"HTTP/1.1 100 Continue")
        s.sendall(body)
        assert s.recv(1000).startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize("head, status", [
    (b"POST /v1/campaigns HTTP/1.1\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\n", 415),
    (b"POST /nowhere HTTP/1.1\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n", 404),
    (b"PUT /v1/campaigns HTTP/1.1\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n", 405),
    (b"POST /v1/campaigns HTTP/1.1\r\nContent-Type: application/json\r\nExpect: a-miracle\r\n", 417),
])
def test_a_request_that_its_header_refuses_is_not_told_to_continue(herald, head, status):
    assert statuses(talk(herald, head + b"Host: h\r\nContent-Length: 5\r\n\r\n")) == [status]


def test_an_http_1_0_client_is_never_told_to_continue(herald):
    answer = talk(herald, b"POST /v1/campaigns HTTP/1.0\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\n"
                          b"Content-Length: 2\r\n\r\n{}")
    assert answer.startswith(b"HTTP/1.0 415 ")


def test_an_empty_line_before_a_request_is_overlooked(herald):
    assert statuses(talk(herald, b"\r\nGET /livez HTTP/1.1\r\nHost: h\r\n\r\n", shut=True)) == [200]


def until_closed(herald, beginning, drip=b""):
    """What a client gets that sends a beginning, and then at most `drip` again and again; and after how long."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", herald.port), timeout=0.2 if drip else 30) as s:
        s.sendall(beginning)
        answer = b""
        while time.monotonic() - began < 30:
            try:
                chunk = s.recv(65536)
            except socket.timeout:
                s.sendall(drip)
                continue
            if not chunk:
                break
            answer += chunk
            drip = b""
    return answer, time.monotonic() - began


def test_a_request_that_does_not_come_to_an_end_is_cut_off_with_an_answer(herald):
    header = b"GET /livez HTTP/1.1\r\nHost: h\r\n"
    attempts = [(b"GET /livez HTT",), (header,), (header, b"X: y\r\n"), (CHUNKED + b"5\r\nab",)]
    with concurrent.futures.ThreadPoolExecutor(len(attempts)) as at_once:
        for answer, took in at_once.map(lambda attempt: until_closed(herald, *attempt), attempts):
            assert statuses(answer) == [408] and b"request_timeout" in answer
            assert took < 20
    assert herald.get("/livez").status == 200


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(herald):
    answer = talk(herald, b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                          b"Content-Length: 9000000\r\n\r\n")
    assert statuses(answer) == [413], answer


def test_head_is_get_without_the_body_and_options_says_what_is_allowed(herald):
    head = talk(herald, b"HEAD /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert statuses(head) == [200] and head.endswith(b"\r\n\r\n")
    options = herald.request("OPTIONS", "/v1/campaigns")
    assert options.status == 204 and {"GET", "POST"} <= {v.strip() for v in options.headers["allow"].split(",")}


def test_a_request_id_is_taken_or_made_and_always_answered(herald):
    assert herald.get("/livez", headers={"X-Request-Id": "mine-1"}).headers["x-request-id"] == "mine-1"
    answer = herald.get("/nowhere")
    assert answer.headers["x-request-id"] == answer.json["request_id"]


def test_a_trace_is_continued_or_begun_and_stands_in_the_log_with_the_calls_that_were_made_for_it(herald):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = herald.create(email_campaign(clients(1), launch=False, sender={"admin_id": 394051}),
                           traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    assert answer.status == 201, answer
    version, continued, span, flags = answer.headers["traceparent"].split("-")
    assert (version, continued, flags) == ("00", trace, "01") and span != "00f067aa0ba902b7"
    begun = herald.get("/nowhere", headers={"traceparent": "00-" + "0" * 32 + "-00f067aa0ba902b7-01"})
    assert re.fullmatch(r"00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01", begun.headers["traceparent"])

    lines = [json.loads(line) for line in herald.log().splitlines() if trace in line]
    request = next(line for line in lines if line["event"] == "request")
    assert request["request_id"] == answer.headers["x-request-id"] and request["status"] == 201
    call = next(line for line in lines if line["event"] == "intercom_call")
    assert (call["method"], call["resource"], call["status"]) == ("GET", "/admins", 200)


def test_what_the_connection_refuses_is_logged_too(herald):
    answer = talk(herald, b"GET /livez HTTP/1.1\r\nX-Request-Id: mine-2\r\n\r\n")
    assert statuses(answer) == [400]
    assert any(line["event"] == "request" and line["status"] == 400
               for line in map(json.loads, herald.log().splitlines()))


def test_a_client_that_goes_away_in_the_middle_of_a_stream_harms_nobody(herald):
    cid = herald.create(email_campaign(clients(3), launch=False)).json["id"]
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", herald.port), timeout=5) as s:
            s.sendall(f"GET /v1/campaigns/{cid}/events HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            assert s.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert herald.get("/livez").status == 200
    assert herald.stop() == 0


def test_an_http_1_0_client_gets_the_stream_without_chunks(herald):
    cid = herald.create(email_campaign(clients(3))).json["id"]
    answer = talk(herald, f"GET /v1/campaigns/{cid}/events HTTP/1.0\r\n\r\n".encode())
    assert b"Transfer-Encoding" not in answer and b"event: completed" in answer
