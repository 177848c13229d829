"""/metrics: clean by Prometheus' own rules, and true."""

import re
import os
import shutil
import subprocess
import time

import pytest

from automations import Automations, on_event, tag
from processes import clients, email_campaign


def samples(herald):
    text = herald.get("/metrics").body.decode()
    pairs = re.findall(r"^(herald_[^ ]+) ([^ \n]+)$", text, re.M)
    # Labels in the order of their names, whatever order they stand in.
    return {re.sub(r"\{(.*)\}", lambda m: "{" + ",".join(sorted(m[1].split(","))) + "}", name): float(value)
            for name, value in pairs}


@pytest.mark.skipif(not shutil.which("promtool") and not os.environ.get("CI"), reason="promtool is not installed")
def test_promtool_finds_nothing_to_say(start, fast):
    intercom = start.intercom("--seed", 3)
    herald = start.herald(intercom, **fast)
    herald.wait_finished(herald.create(email_campaign(clients(5))).json["id"])
    text = herald.get("/metrics").body
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=30)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b""), text.decode()


def test_the_numbers_agree_with_what_happened(start, fast):
    intercom = start.intercom("--seed", 3)
    herald = start.herald(intercom, **fast)
    cid = herald.create(email_campaign(clients(20))).json["id"]
    counts = herald.wait_finished(cid)["counts"]
    assert herald.get("/nowhere").status == 404
    seen = samples(herald)
    for state in ("accepted", "rejected", "unknown"):
        assert seen[f'herald_delivery_total{{state="{state}"}}'] == counts[state]
    assert counts["accepted"] > 0
    assert seen["herald_intent_commit_seconds_count"] >= counts["accepted"]
    assert seen['herald_slot_wait_seconds_count{lane="campaign",workspace="default"}'] >= counts["accepted"]
    assert seen['herald_attempt_phase_total{class="2xx",phase="answered"}'] >= counts["accepted"]
    assert seen['herald_http_server_requests_total{method="POST",operation="createCampaign",status_class="2xx"}'] == 1
    assert seen['herald_http_server_requests_total{method="GET",operation="none",status_class="4xx"}'] == 1
    assert seen['herald_http_server_request_duration_seconds_count{operation="getCampaign"}'] >= 1
    assert 0 < seen['herald_limiter_window_used_ratio{workspace="default"}'] < 1
    assert seen['herald_breaker_state{host="127.0.0.1"}'] == seen['herald_credential_held{workspace="default"}'] == 0
    assert seen["herald_loop_lag_seconds_count"] > 0
    assert not any(cid in name or "client_" in name for name in seen)


def test_automations_are_counted(start, fast):
    intercom = start.intercom("--seed", 5)
    herald = start.herald(intercom, **fast)
    automations = Automations(herald)
    aid = automations.made(on_event("ping"), [tag("x"), {"type": "wait_for", "event": "never", "timeout": "1h"}])
    for n in range(1, 4):
        automations.event({"external_id": f"client_{n}"}, "ping")
    automations.wait(aid, lambda rs: len(rs) == 3 and all(r["waiting"] == "event" for r in rs))
    until = time.monotonic() + 20
    while (seen := samples(herald)).get('herald_automation_runs{state="active",workspace="default"}') != 3:
        assert time.monotonic() < until, seen
        time.sleep(0.2)
    assert seen['herald_automation_runs_begun_total{workspace="default"}'] == 3
    assert seen['herald_automation_steps_total{outcome="done",step="add_tag"}'] == 3
    assert seen["herald_automation_scheduler_lag_seconds_count"] >= 3
