"""Starts and stops the real programs on loopback, on ports the system chooses."""

import http.client
import json
import os
import pathlib
import signal
import ssl
import subprocess
import threading
import time
import urllib.parse

from privacy import Secrets

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("HERALD_BIN_DIR", ROOT / "build" / "release" / "bin"))

# A program under sanitizers is slower; a wait that is only a bound may be generous.
PATIENCE = 60.0


class Program:
    """A child process that says on its first line of stdout where it listens."""

    def __init__(self, args, env, log):
        self.log_path = log
        self._log = open(log, "ab")
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("HERALD_", "INTERCOM_"))}
        self.process = subprocess.Popen(
            [str(a) for a in args], env={**clean, **env}, stdout=subprocess.PIPE, stderr=self._log
        )
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(10)
            raise RuntimeError(f"{args[0]} did not start: {pathlib.Path(log).read_text()[-2000:]}")
        self.ready = json.loads(line)
        self.port = self.ready["port"]
        self._drain = threading.Thread(target=self.process.stdout.read, daemon=True)
        self._drain.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    default_headers = {}  # of every request
    secrets = None  # what must not stand in its log

    def connection(self, timeout):
        if not self.ready.get("url", "").startswith("https:"):
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # test_listener_tls.py looks at who it is
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=anybody)

    def request(self, method, path, body=None, headers=None, timeout=PATIENCE):
        connection = self.connection(timeout)
        try:
            data = body
            headers = {**self.default_headers, **(headers or {})}
            if self.secrets:
                self.secrets.add(headers.get("Authorization", "").removeprefix("Bearer "))
            if self.secrets and body is not None:
                self.secrets.add_body(body)
            if body is not None and not isinstance(body, (bytes, str)):
                data = json.dumps(body)
            if data is not None:
                headers.setdefault("Content-Type", "application/json")
            connection.request(method, path, body=data, headers=headers)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def post(self, path, body=None, **kwargs):
        return self.request("POST", path, body=body, **kwargs)

    def kill(self):
        self.process.kill()
        self.process.wait(10)
        self._log.close()

    def stop(self, sig=signal.SIGTERM, timeout=PATIENCE):
        if self.process.poll() is None:
            self.process.send_signal(sig)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self._log.close()
        return code

    def ensure_stopped(self):
        if self.process.poll() is None:
            self.kill()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, {k.lower(): v for k, v in headers.items()}, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:2000]!r}>"


class IntercomSim(Program):
    def __init__(self, folder, *args):
        self.ledger_path = pathlib.Path(folder) / "ledger.ndjson"
        super().__init__(
            [BIN / "intercom-sim", "--listen", "127.0.0.1:0", "--ledger", self.ledger_path, *args],
            {},
            pathlib.Path(folder) / "intercom-sim.log",
        )

    def faults(self, *rules):
        answer = self.post("/_sim/faults", {"rules": list(rules)})
        assert answer.status < 300, answer

    def ledger(self, kind="message"):
        if not self.ledger_path.exists():
            return []
        lines = self.ledger_path.read_text().rpartition("\n")[0].splitlines()  # the last may be half written
        return [entry for entry in map(json.loads, lines) if entry["kind"] == kind]

    def stats(self):
        return self.get("/_sim/stats").json


class Herald(Program):
    """`herald serve` on a data directory that may be used again after a stop or a kill."""

    def __init__(self, folder, intercom_url, **settings):
        self.folder = pathlib.Path(folder)
        env = {
            "HERALD_LISTEN": "127.0.0.1:0",
            "HERALD_DATA_DIR": str(self.folder / "data"),
            "HERALD_DRAIN_READINESS_DELAY": "0s",
            "INTERCOM_BASE_URL": intercom_url,
            "INTERCOM_ACCESS_TOKEN": "test-token",
            "INTERCOM_SENDER_ADMIN_ID": "394051",
        }
        env.update(settings)
        self.secrets = Secrets()
        self.secrets.add_settings(env)
        super().__init__([BIN / "herald", "serve"], {k: v for k, v in env.items() if v is not None},
                         self.folder / "herald.log")

    def leaks(self):
        """Tokens, texts and addresses in its log, and in its metrics while it runs."""
        text = self.log()
        if self.process.poll() is None:
            text += self.get("/metrics", timeout=5).body.decode()
        return self.secrets.found_in(text)

    def create(self, body, **headers):
        return self.post("/v1/campaigns", body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def campaign(self, campaign_id):
        answer = self.get(f"/v1/campaigns/{campaign_id}")
        assert answer.status == 200, answer
        return answer.json

    def wait_for(self, campaign_id, predicate, timeout=PATIENCE):
        """Polls the campaign until `predicate(campaign)` holds; the last one seen is in the failure."""
        deadline = time.monotonic() + timeout
        while True:
            seen = self.campaign(campaign_id)
            if predicate(seen):
                return seen
            assert time.monotonic() < deadline, f"still {json.dumps(seen)[:3000]}\n{self.log()[-3000:]}"
            time.sleep(0.05)

    def wait_finished(self, campaign_id, timeout=PATIENCE):
        return self.wait_for(campaign_id, lambda c: c["finished_at"] is not None if "finished_at" in c else False,
                             timeout)

    def recipients(self, campaign_id, **filters):
        out, cursor = [], None
        while True:
            query = {"limit": 200, **filters, **({"cursor": cursor} if cursor else {})}
            answer = self.get(f"/v1/campaigns/{campaign_id}/recipients?{urllib.parse.urlencode(query)}")
            assert answer.status == 200, answer
            out += answer.json["data"]
            cursor = answer.json["next_cursor"]
            if cursor is None:
                return out

    def wait_logged(self, event, times, timeout=PATIENCE):
        """Waits until the log has so many lines of this event."""
        deadline = time.monotonic() + timeout
        while self.log().count(f'"event":"{event}"') < times:
            assert time.monotonic() < deadline, self.log()[-3000:]
            time.sleep(0.05)

    def log(self):
        return pathlib.Path(self.log_path).read_text()


def email_campaign(recipients, **fields):
    return {
        "name": "Day 1 onboarding",
        "channel": "email",
        "template_type": "onboarding",
        "subject": "Welcome {{ first_name }}",
        "body_html": '<p>Hi {{ first_name | default: "there" }}</p>',
        "audience": {"contacts": recipients},
        "variables": {"first_name": "Ann"},
        "track_event": False,
        "launch": True,
        **fields,
    }


def clients(count, start=1):
    return [{"external_id": f"client_{i}"} for i in range(start, start + count)]
