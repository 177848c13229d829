"""The judge of all other tests' answers is no decoration: what breaks the contract is seen, whoever made the request."""

import http.client
import json
import pathlib
import socket
import ssl
import subprocess
import sys
import threading

import pytest

from contract import contract
from wire import Recorder, exchanges

ID = "cmp_01kark6w0v3h9m2c5t7x8z4q1e"
PROBLEM = {"type": "urn:herald:problem:not_found", "title": "There is no such resource", "status": 404,
           "code": "not_found", "detail": "there is no such campaign", "request_id": "r"}


def said(status, headers, body):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items()),
             f"Content-Length: {len(text)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text


def faults(method, target, status=200, headers=None, body=b""):
    request = f"{method} {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode()
    heard = exchanges(request, said(status, {"X-Request-Id": "r", **(headers or {})}, body))
    return [fault for exchange in heard for fault in contract().judge(*exchange)]


JSON, PROBLEM_JSON = {"Content-Type": "application/json"}, {"Content-Type": "application/problem+json"}


def test_what_is_right_is_not_held_against_it():
    assert faults("GET", "/livez", 200, JSON, {"status": "ok"}) == []
    assert faults("GET", f"/v1/campaigns/{ID}", 404, PROBLEM_JSON, PROBLEM) == []


@pytest.mark.parametrize("wrong, exchange", [
    ("'extra' was unexpected", ("GET", "/livez", 200, JSON, {"status": "ok", "extra": 1})),
    ("'status' is a required property", ("GET", "/livez", 200, JSON, {})),
    ("'fine' is not one of", ("GET", "/livez", 200, JSON, {"status": "fine"})),
    ("the media type 'text/html' is not documented", ("GET", "/livez", 200, {"Content-Type": "text/html"}, b"<p>")),
    ("the status is not documented", ("GET", "/livez", 418, PROBLEM_JSON, PROBLEM)),
    ("the status is not documented", ("GET", "/livez", 500, PROBLEM_JSON, PROBLEM)),
    ("no etag", ("GET", f"/v1/campaigns/{ID}", 304)),
    ("x-surprise is not documented", ("GET", "/livez", 200, {**JSON, "X-Surprise": "1"}, {"status": "ok"})),
    ("what a path that is not there gets", ("GET", "/nowhere", 200, JSON, {"status": "ok"})),
    ("no Allow", ("DELETE", "/livez", 405, PROBLEM_JSON, PROBLEM)),
    ("'contact' is a required property", ("GET", f"/v1/campaigns/{ID}/recipients?format=ndjson", 200,
                                          {"Content-Type": "application/x-ndjson"}, b'{"id":"dlv_1"}\n')),
    ("'counts' is a required property", ("GET", f"/v1/campaigns/{ID}/events", 200,
                                         {"Content-Type": "text/event-stream"}, b'event: progress\ndata: {}\n\n')),
])
def test_what_is_not_promised_is_seen(wrong, exchange):
    assert any(wrong in fault for fault in faults(*exchange)), faults(*exchange)


def test_answers_are_told_apart_on_one_connection():
    """Pipelined, chunked, without body, and after a 100: each goes with its request."""
    asked = (b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcHEAD /b HTTP/1.1\r\n\r\n"
             b"PUT /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n\r\n"
             b"GET /d HTTP/1.1\r\n\r\n\x16junk\r\n\r\n")
    answered = (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 C\r\nContent-Length: 2\r\n\r\n{}"
                b"HTTP/1.1 200 O\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 N\r\n\r\n"
                b"HTTP/1.1 200 O\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
                b"HTTP/1.1 400 B\r\nContent-Length: 5\r\n\r\ncut")
    heard = [(method, target, answer.status, answer.body, answer.complete)
             for method, target, answer in exchanges(asked, answered)]
    assert heard == [("POST", "/a", 201, b"{}", True), ("HEAD", "/b", 200, b"", True), ("PUT", "/c", 204, b"", True),
                     ("GET", "/d", 200, b"abcd", True), (None, None, 400, b"cut", False)]


@pytest.mark.parametrize("tls", [False, True])
def test_every_connection_to_a_service_is_recorded(tls, tmp_path):
    """Whether http.client makes it or the test by hand, in the clear or in TLS; those to other ports are not."""
    before = socket.create_connection, ssl.SSLContext.sslsocket_class
    recorder = Recorder()
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"],
                   check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.create_default_context(cafile=certificate)
    answer = said(200, {**JSON, "X-Request-Id": "r"}, {"status": "ok", "planted": True})
    try:
        with socket.create_server(("127.0.0.1", 0)) as service:
            port = service.getsockname()[1]
            recorder.ports.add(port)

            def serve():
                for _ in range(2):
                    peer, _ = service.accept()
                    with server.wrap_socket(peer, server_side=True) if tls else peer as peer:
                        peer.recv(65536)
                        peer.sendall(answer)

            threading.Thread(target=serve, daemon=True).start()
            connection = (http.client.HTTPSConnection("localhost", port, timeout=10, context=client) if tls
                          else http.client.HTTPConnection("127.0.0.1", port, timeout=10))
            connection.request("GET", "/livez")
            assert connection.getresponse().read()
            connection.close()
            by_hand = socket.create_connection(("127.0.0.1", port), timeout=10)
            with client.wrap_socket(by_hand, server_hostname="localhost") if tls else by_hand as by_hand:
                by_hand.sendall(b"GET /livez HTTP/1.1\r\n\r\n")
                assert by_hand.recv(65536)
    finally:
        socket.create_connection, ssl.SSLContext.sslsocket_class = before
    taken = recorder.take()
    assert [sum("planted" in fault for fault in contract().judge(*exchange)) for exchange in taken] == [1, 1]
    assert recorder.take() == []


PLANTED = '''
def test_that_sees_it(start):
    import contract
    herald = start.herald(start.intercom("--seed", 1))
    contract.contract().schemas["Health"]["required"] = ["never_there"]
    assert herald.get("/livez").status == 200
'''


def test_a_test_that_saw_a_violation_fails(tmp_path):
    for path in pathlib.Path(__file__).parent.glob("*.py"):
        if not path.name.startswith("test_"):
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "test_planted.py").write_text(PLANTED)
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
                         capture_output=True, text=True)
    assert run.returncode == 1 and "never_there" in run.stdout, run.stdout
