"""What leaves the service is what Intercom's description asks for: a campaign through the validating proxy."""

import os
import re
import subprocess

import pytest

from automations import Automations, email, in_app, on_event, tag
from operations import EMAIL, IN_APP, Operations
from processes import Herald, IntercomSim, clients, email_campaign

PROXY, SPEC = os.environ.get("HERALD_CONTRACT_PROXY"), os.environ.get("HERALD_CONTRACT_SPEC")
pytestmark = pytest.mark.skipif(not PROXY, reason="run by tests/contract/run")


class Proxy:
    def __init__(self, upstream, operations):
        self.process = subprocess.Popen(
            ["node", PROXY, "--spec", SPEC, "--upstream", upstream, "--listen", "127.0.0.1:0", "--require-version",
             "2.16", "--deny-unknown", "--quiet", "--require-ops", operations],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = re.search(r"http://127\.0\.0\.1:\d+", self.process.stderr.readline()).group()

    def verdict(self):
        self.process.terminate()
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out + err


def run(tmp_path, operations, campaigns, then=lambda herald, sim: None):
    sim = IntercomSim(tmp_path, "--seed", 60, "--seed-suppressed")
    herald = None
    try:
        proxy = Proxy(sim.url, operations)
        try:
            herald = Herald(tmp_path, proxy.url, HERALD_LIMITER_LIMIT_PER_WINDOW="16670",
                            HERALD_CONTACT_VISIBILITY_GRACE="0s")
            for body in campaigns:
                created = herald.create(body)
                assert created.status == 201, created
                cid = created.json["id"]
                herald.wait_finished(cid)
                herald.wait_for(cid, lambda c: c["events"]["queued"] == 0)
            then(herald, sim)
        finally:
            verdict = proxy.verdict()
    finally:
        for program in (herald, sim):
            if program:
                program.ensure_stopped()
    return verdict


def test_every_call_of_a_campaign_matches_the_description(tmp_path):
    mixed = clients(50) + [{"email": "client_52@example.com"}, {"email": "nobody@example.com"},
                           {"external_id": "nobody/at all"}]
    code, report = run(tmp_path, "POST /messages,POST /contacts/search,POST /events,GET /admins", [
        email_campaign(mixed, track_event=True),
        {"name": "In app", "channel": "in_app", "template_type": "custom", "body_text": "Hello {{ name }}",
         "audience": {"contacts": clients(5)}, "launch": True},
    ])
    assert code == 0, report


def test_every_call_for_an_audience_and_a_new_person_matches_the_description(tmp_path):
    """A segment, filters of every kind of condition, and people who are created: one of them by a conflict."""
    conditions = [{"field": "tier", "op": "in", "value": ["gold", "silver"]}, {"field": "name", "op": "contains", "value": "1"},
                  {"field": "email", "op": "starts_with", "value": "client"},
                  {"field": "created_at", "op": "gt", "value": 1500000000},
                  {"field": "has_hard_bounced", "op": "eq", "value": False},
                  {"field": "tag_id", "op": "ne", "value": "17"}, {"field": "role", "op": "not_in", "value": ["lead"]},
                  {"any": [{"field": "orders", "op": "ne", "value": 3}, {"field": "balance", "op": "lte", "value": 1.5},
                           {"field": "vip", "op": "eq", "value": True}]}]
    new = [{"external_id": "new/1", "variables": {"name": "Nora"}}, {"email": "new@example.com"},
           {"email": "client_37@example.com"}]  # whom the archive holds
    operations = "POST /messages,POST /contacts/search,POST /contacts,GET /segments/{segment_id}"
    code, report = run(tmp_path, operations, [
        email_campaign([], audience={"segment_id": "56203d253cba4c8e1b000001", "filter": {"all": conditions},
                                     "contacts": new}, create_missing_contacts=True),
        email_campaign([], audience={"filter": {"custom_attributes.tier": "gold"}}),
        email_campaign(new, create_missing_contacts=True),
    ])
    assert code == 0, report


def single_operations(herald, sim):
    """Every call that a single operation can lead to."""
    operations = Operations(herald)
    new = operations.put_user("external_id:c-42", email="ann@x.org", name="Ann", phone="+4915112345678",
                              signed_up_at="2026-11-20T09:00:00Z",
                              custom_attributes={"tier": "gold", "orders": 3, "vip": True, "balance": 1.5})
    assert new.status == 201, new
    assert operations.put_user("email:ann@x.org", name="Ann B.", unsubscribed_from_emails=True).status == 200
    archived = operations.user("external_id:client_1").json["id"]
    sim.post(f"/contacts/{archived}/archive", {}, headers={"Authorization": "Bearer t"})
    assert operations.put_user("email:client_1@example.com", name="Back").status == 200
    for answer in (operations.message({"external_id": "client_2"}, **EMAIL), operations.message({"id": new.json["id"]}, **IN_APP),
                   operations.event({"id": new.json["id"]}, "used", metadata={"n": 1, "b": True, "t": "x"}),
                   operations.note("external_id:c-42", body="Call"), operations.tag("external_id:c-42", "vip"),
                   operations.untag("external_id:c-42", "vip"), operations.user("email:ann@x.org")):
        assert answer.status < 300, answer
    assert operations.user("external_id:nobody/at all").status == 404


def test_every_call_of_the_single_operations_matches_the_description(tmp_path):
    code, report = run(tmp_path, ",".join((
        "POST /messages", "POST /events", "POST /contacts", "PUT /contacts/{contact_id}", "GET /contacts/{contact_id}",
        "GET /contacts/find_by_external_id/{external_id}", "POST /contacts/search", "POST /tags",
        "POST /contacts/{contact_id}/notes", "POST /contacts/{contact_id}/tags", "GET /contacts/{contact_id}/tags",
        "DELETE /contacts/{contact_id}/tags/{tag_id}", "POST /contacts/{contact_id}/unarchive", "GET /admins")),
        [], single_operations)
    assert code == 0, report


def test_the_check_can_fail(tmp_path):
    """An operation that is never seen makes the proxy report a failure."""
    code, _ = run(tmp_path, "DELETE /contacts/{contact_id}", [email_campaign(clients(1))])
    assert code == 1


def test_every_call_of_an_automation_matches_the_description(tmp_path):
    def flow(herald, sim):
        made = sim.post("/data_attributes", {"name": "health_score", "model": "contact", "data_type": "integer"},
                        headers={"Authorization": "Bearer test-token"})
        assert made.status == 200, made
        automations = Automations(herald)
        aid = automations.made(on_event("signed_up"), [
            in_app("Welcome {{ name }}"), email("Hello"), {"type": "create_task", "description": "Call"}, tag("new"),
            {"type": "remove_tag", "tag": "new"}, {"type": "track_event", "event_name": "done", "metadata": {"n": 1}},
            {"type": "update_contact", "name": "Ann", "custom_attributes": {"tier": "gold"}},
            {"type": "update_health_score", "health_score": 70}])
        answer = automations.batch([{"contact": {"external_id": f"client_{n}"}, "event_name": "signed_up"}
                                    for n in range(1, 6)])
        assert answer.json["accepted"] == 5, answer
        runs = automations.wait_ended(aid, 5)
        assert {run["state"] for run in runs} == {"completed"}, runs
    code, report = run(tmp_path, "POST /messages,POST /events,POST /contacts/{contact_id}/notes,"
                       "POST /contacts/{contact_id}/tags,PUT /contacts/{contact_id}", [], flow)
    assert code == 0, report
