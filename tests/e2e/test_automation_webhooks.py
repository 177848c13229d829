"""trigger_webhook and send_slack_message, as a receiver sees them."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time

import pytest

from automations import ANN, Automations, on_event, tag, told
from operations import pointers

SECRET = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


class Receiver:
    """Takes posts on loopback and answers as told: the next of `answers`, or 204."""

    def __init__(self):
        self.taken, self.answers = [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.taken.append((self.path, dict(self.headers), body))
                status, headers = outer.answers.pop(0) if outer.answers else (204, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.stop()


@pytest.fixture
def flows(start, fast, receiver):
    def make(**settings):
        sim = start.intercom("--seed", 5)
        herald = start.herald(sim, **{**fast, "HERALD_WEBHOOK_INSECURE": f"127.0.0.1:{receiver.port}",
                                      "HERALD_WEBHOOK_SECRETS": f"whsec_{SECRET}", **settings})
        return Automations(herald), sim
    return make


def test_a_webhook_is_signed_and_says_who_and_why(flows, receiver):
    automations, _ = flows()
    aid = automations.made(on_event("paid"), [
        {"type": "trigger_webhook", "url": receiver.url("/hook"), "data": {"list": "vip", "n": 3}}])
    automations.event(ANN, "paid", metadata={"amount": 12.5})
    run, = automations.wait_ended(aid)
    assert run["state"] == "completed", run
    (path, headers, body), = receiver.taken
    assert path == "/hook" and headers["Content-Type"] == "application/json"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 30
    told_them = json.loads(body)
    assert told_them["data"]["run_id"] == run["id"] and told_them["data"]["automation_id"] == aid
    assert told_them["data"]["contact"]["external_id"] == "client_1"
    assert told_them["data"]["event"]["name"] == "paid" and told_them["data"]["event"]["metadata"] == {"amount": 12.5}
    assert told_them["data"]["data"] == {"list": "vip", "n": 3}


def test_a_receiver_that_fails_is_asked_again_with_the_same_id(flows, receiver):
    automations, _ = flows()
    receiver.answers += [(500, {})]
    aid = automations.made(on_event("paid"), [{"type": "trigger_webhook", "url": receiver.url("/hook")}])
    automations.event(ANN, "paid")
    run, = automations.wait_ended(aid)
    assert told(run) == [("", "entered"), ("/steps/0", "retried"), ("/steps/0", "done"), ("", "completed")]
    first, second = receiver.taken
    assert first[1]["webhook-id"] == second[1]["webhook-id"]


@pytest.mark.parametrize("status, headers", [(302, {"Location": "http://127.0.0.1:1/"}), (410, {}), (404, {})])
def test_an_answer_that_is_final_fails_the_step(flows, receiver, status, headers):
    automations, _ = flows()
    receiver.answers += [(status, headers)]
    aid = automations.made(on_event("paid"), [{"type": "trigger_webhook", "url": receiver.url("/hook"),
                                               "on_error": "continue"}, tag("after")])
    automations.event(ANN, "paid")
    run, = automations.wait_ended(aid)
    assert told(run)[1:3] == [("/steps/0", "failed"), ("/steps/1", "done")]
    assert len(receiver.taken) == 1


def test_slack_gets_a_text_and_no_signature(flows, receiver):
    automations, _ = flows()
    aid = automations.made(on_event("paid"), [
        {"type": "send_slack_message", "webhook_url": receiver.url("/services/T0/B0/secret"),
         "text": "{{ name }} paid {{ event.amount }}"}])
    automations.event(ANN, "paid", metadata={"amount": 12})
    automations.wait_ended(aid)
    (path, headers, body), = receiver.taken
    assert json.loads(body)["text"].endswith("paid 12") and "webhook-signature" not in headers
    shown = json.dumps(automations.get(aid))
    assert "secret" not in shown, "the URL is a secret"
    assert "services/T0" not in automations.herald.log()


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "https://localhost/x", "https://10.1.2.3/x", "http://example.com/x",
                                 "https://user@example.com/x", "https://[::1]/x", "https://169.254.169.254/latest",
                                 "https://2130706433/x", "ftp://example.com/x"])
def test_a_url_that_leads_inside_is_refused_when_it_is_made(flows, url):
    automations, _ = flows()
    answer = automations.create(on_event("paid"), [{"type": "trigger_webhook", "url": url}])
    if url == "https://localhost/x" and answer.status == 201:  # a name: its addresses are looked at when it is called
        automations.event(ANN, "paid")
        run, = automations.wait_ended(answer.json["id"])
        assert told(run)[1] == ("/steps/0", "failed")
        return
    assert answer.status == 422 and pointers(answer) == {"/steps/0/url": "invalid_value"}, answer


def test_without_a_secret_a_webhook_is_refused(flows, receiver):
    automations, _ = flows(HERALD_WEBHOOK_SECRETS=None)
    answer = automations.create(on_event("paid"), [{"type": "trigger_webhook", "url": receiver.url("/hook")}])
    assert answer.status == 422 and "HERALD_WEBHOOK_SECRETS" in str(answer.json), answer


def test_many_runs_to_one_receiver_take_turns_without_rest(start, fast, receiver):
    sim = start.intercom("--seed", 200)
    automations = Automations(start.herald(sim, **{**fast, "HERALD_WEBHOOK_INSECURE": f"127.0.0.1:{receiver.port}",
                                                   "HERALD_WEBHOOK_SECRETS": f"whsec_{SECRET}"}))
    aid = automations.made(on_event("paid"), [{"type": "trigger_webhook", "url": receiver.url("/hook")}])
    answer = automations.batch([{"contact": {"external_id": f"client_{n}"}, "event_name": "paid", "track": False}
                                for n in range(1, 201)])
    assert answer.json["accepted"] == 200
    automations.wait(aid, lambda rs: len(rs) == 200 and all(r["state"] == "completed" for r in rs), patience=20)
    assert len(receiver.taken) == 200 == len({headers["webhook-id"] for _, headers, _ in receiver.taken})
