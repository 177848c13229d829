"""Automations, as callers make and watch them."""

import time

from processes import PATIENCE

ACTIVE = {"is_active": True}
ANN = {"external_id": "client_1"}
BEN = {"external_id": "client_2"}


def on_event(event, **more):
    return {"type": "event_based", "event": event, **more}


def in_app(text="Welcome", **more):
    return {"type": "send_in_app_notification", "body_text": text, **more}


def email(text="Welcome", **more):
    return {"type": "send_email", "subject": "Hello", "body_text": text, **more}


def delay(duration):
    return {"type": "delay", "duration": duration}


def tag(name, **more):
    return {"type": "add_tag", "tag": name, **more}


class Automations:
    def __init__(self, herald):
        self.herald = herald

    def create(self, trigger, steps, **more):
        body = {"name": "Flow", "trigger": trigger, "steps": steps, "entry": {"rule": "every"}, **ACTIVE, **more}
        return self.herald.post("/v1/automations", body)

    def made(self, trigger, steps, **more):
        answer = self.create(trigger, steps, **more)
        assert answer.status == 201, answer
        return answer.json["id"]

    def event(self, person, name, track=False, key=None, **more):
        headers = {"Idempotency-Key": key} if key else {}
        body = {"contact": person, "event_name": name, "track": track, **more}
        return self.herald.post("/v1/events", body, headers=headers)

    def batch(self, events):
        return self.herald.post("/v1/events/batch", {"events": events})

    def do(self, aid, verb, body=None):
        return self.herald.post(f"/v1/automations/{aid}/{verb}", body)

    def get(self, aid):
        return self.herald.get(f"/v1/automations/{aid}").json

    def run(self, rid):
        return self.herald.get(f"/v1/runs/{rid}").json

    def runs(self, aid, **query):
        """All of them, newest first."""
        runs, cursor = [], None
        while True:
            parts = [f"{k}={v}" for k, v in {**query, "limit": 100, **({"cursor": cursor} if cursor else {})}.items()]
            page = self.herald.get(f"/v1/automations/{aid}/runs?" + "&".join(parts)).json
            runs += page["data"]
            cursor = page["next_cursor"]
            if not cursor:
                return runs

    def wait(self, aid, ready, patience=PATIENCE):
        """The runs, once `ready` says so of them."""
        until = time.monotonic() + patience
        while not ready(runs := self.runs(aid)):
            assert time.monotonic() < until, [{k: v for k, v in r.items() if k != "intercom_integration"} for r in runs][:5]
            time.sleep(0.05)
        return runs

    def wait_ended(self, aid, count=1, patience=PATIENCE):
        """The runs in full, oldest first, once so many have begun and none is under way."""
        runs = self.wait(aid, lambda rs: len(rs) >= count and all(r["state"] != "active" for r in rs), patience)
        return [self.run(r["id"]) for r in reversed(runs)]


def told(run):
    """What a trace says, without times and ids."""
    return [(entry.get("path") or "", entry["outcome"]) for entry in run["trace"]]
