"""Drafts are edited and deleted, and a large campaign that ends holds nobody up."""

import time

from processes import clients, email_campaign

MANY = 200_000


def upload(herald, cid, count):
    body = "external_id\n" + "".join(f"client_{i}\n" for i in range(count))
    answer = herald.post(f"/v1/campaigns/{cid}/recipients", body, headers={"Content-Type": "text/csv"})
    assert answer.status == 200 and answer.json["audience_size"] == count, answer


def draft(herald):
    body = email_campaign([], launch=False)
    del body["audience"]
    return herald.create(body).json["id"]


def slowest_write_while(herald, cid, condition):
    """The longest that an edit of another draft takes until the condition holds."""
    other = draft(herald)
    slowest, deadline = 0.0, time.monotonic() + 60
    while True:
        began = time.monotonic()
        assert herald.request("PATCH", f"/v1/campaigns/{other}", {"name": f"{began}"}).status == 200
        slowest = max(slowest, time.monotonic() - began)
        if condition():
            return slowest
        assert time.monotonic() < deadline


def test_a_draft_is_edited_by_those_who_saw_it(start):
    herald = start.herald(start.intercom())
    cid = herald.create(email_campaign(clients(2), launch=False)).json["id"]
    seen = herald.get(f"/v1/campaigns/{cid}").headers["etag"]
    edited = herald.request("PATCH", f"/v1/campaigns/{cid}", {"subject": "Other", "variables": {"first_name": None}},
                            headers={"If-Match": seen, "Content-Type": "application/merge-patch+json"})
    assert edited.status == 200 and edited.json["subject"] == "Other" and "first_name" not in edited.json["variables"]
    assert herald.request("PATCH", f"/v1/campaigns/{cid}", {"name": "x"}, headers={"If-Match": seen}).status == 412
    assert herald.request("DELETE", f"/v1/campaigns/{cid}", headers={"If-Match": seen}).status == 412
    gone = herald.request("DELETE", f"/v1/campaigns/{cid}", headers={"If-Match": edited.headers["etag"]})
    assert gone.status == 204 and gone.body == b""
    assert herald.get(f"/v1/campaigns/{cid}").status == 404


def test_a_large_draft_is_gone_at_once_and_nobody_waits(start):
    herald = start.herald(start.intercom())
    cid = draft(herald)
    upload(herald, cid, MANY)
    began = time.monotonic()
    assert herald.request("DELETE", f"/v1/campaigns/{cid}").status == 204
    assert time.monotonic() - began < 0.5
    assert herald.get(f"/v1/campaigns/{cid}").status == 404
    until = time.monotonic() + 3
    assert slowest_write_while(herald, cid, lambda: time.monotonic() > until) < 0.5
    herald.kill()
    herald = start.herald(start.intercom())  # and goes on where it was
    assert herald.get("/v1/campaigns").json["data"] != []


def test_cancelling_a_large_campaign_answers_at_once_and_its_rows_follow(start):
    herald = start.herald(start.intercom("--seed", 10))
    cid = draft(herald)
    upload(herald, cid, MANY)
    assert herald.post(f"/v1/campaigns/{cid}/launch").status == 202
    began = time.monotonic()
    cancelled = herald.post(f"/v1/campaigns/{cid}/cancel")
    assert time.monotonic() - began < 0.5
    assert cancelled.json["state"] == "cancelled"
    herald.kill()
    herald = start.herald(start.intercom("--seed", 10))

    def ended():
        counts = herald.campaign(cid)["counts"]
        return counts["queued"] + counts["deferred"] + counts["inflight"] == 0

    assert slowest_write_while(herald, cid, ended) < 0.5
    assert sum(herald.campaign(cid)["counts"].values()) == MANY
