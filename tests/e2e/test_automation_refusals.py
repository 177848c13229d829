"""Automations that cannot work: refused when they are made."""

import pytest

from automations import ANN, in_app, on_event, tag
from operations import pointers


@pytest.mark.parametrize("what, body, pointer, word", [
    ("a step that nobody has", {"steps": [{"type": "send_sms", "text": "x"}]}, "/steps/0/type", "send_email"),
    ("a ticket", {"steps": [{"type": "create_ticket"}]}, "/steps/0/type", "create_task"),
    ("a meeting", {"steps": [{"type": "schedule_meeting"}]}, "/steps/0/type", "create_task"),
    ("an unknown trigger", {"trigger": {"type": "full_moon"}}, "/trigger/type", "event_based"),
    ("a schedule that never fires", {"trigger": {"type": "time_based", "schedule": "0 0 30 2 *", "time_zone": "Etc/UTC",
                                                 "audience": {"contacts": [ANN]}}}, "/trigger/schedule", "never"),
    ("a zone that does not exist", {"trigger": {"type": "time_based", "schedule": "0 9 * * *", "time_zone": "Mars/Base",
                                                "audience": {"contacts": [ANN]}}}, "/trigger/time_zone", "zone"),
    ("a year without rules", {"trigger": {"type": "time_based", "schedule": "2037-01-01T00:00:00Z",
                                          "time_zone": "Etc/UTC", "audience": {"contacts": [ANN]}}},
     "/trigger/schedule", "2037"),
    ("a missing condition", {"trigger": {"type": "health_score", "direction": "below"}}, "/trigger/threshold", "missing"),
    ("too many keys", {"steps": [{"type": "track_event", "event_name": "x",
                                  "metadata": {f"k{n}": n for n in range(11)}}]}, "/steps/0/metadata", "10"),
    ("a variable that cannot be", {"trigger": {"type": "time_based", "schedule": "0 9 * * *", "time_zone": "Etc/UTC",
                                               "audience": {"contacts": [ANN]}},
                                   "steps": [in_app("Hi {{ event.plan }}")]}, "/steps/0/body_text", "event"),
    ("a broken text", {"steps": [in_app("Hi {{ name")]}, "/steps/0/body_text", ""),
])
def test_what_cannot_work_is_refused_when_it_is_made(flows, what, body, pointer, word):
    automations, _ = flows()
    whole = {"name": "Flow", "trigger": on_event("ping"), "steps": [tag("x")], **body}
    answer = automations.herald.post("/v1/automations", whole)
    assert answer.status == 422, (what, answer)
    assert pointer in pointers(answer), (what, answer)
    assert word in " ".join(e["detail"] for e in answer.json["errors"] if e["pointer"] == pointer), (what, answer)


def test_all_mistakes_are_named_at_once(flows):
    automations, _ = flows()
    answer = automations.herald.post("/v1/automations", {
        "name": "", "trigger": {"type": "milestone"}, "entry": {"rule": "cooldown"},
        "steps": [{"type": "send_email", "body_text": "x"}, {"type": "wait_for", "event": "x", "timeout": "soon"},
                  {"type": "trigger_webhook", "url": "https://192.168.0.1/x"}], "colour": "red"})
    assert answer.status == 422
    assert {"/name", "/trigger/milestone_name", "/steps/0/subject", "/steps/1/timeout", "/steps/2/url", "/colour"} <= \
        set(pointers(answer)), answer
