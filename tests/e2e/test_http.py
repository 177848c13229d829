"""HTTP below the API: what a client may send on the connection, and what it must not."""

import json
import re
import socket

import pytest

from processes import clients, email_campaign


@pytest.fixture
def herald(start):
    return start.herald(start.intercom("--seed", 3))


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
    b"POST /v1/campaigns HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
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
