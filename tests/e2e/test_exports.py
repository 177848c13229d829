"""What became of everybody, as a file."""

import csv
import io
import json

from processes import clients, email_campaign


def test_an_export_has_everybody_in_both_formats(start, fast):
    sim = start.intercom("--seed", 1200, "--limit", 16670, "--latency", "1-3")
    herald = start.herald(sim, **fast)
    people = clients(1200) + [{"external_id": '=HYPERLINK("x"),1'}]
    cid = herald.create(email_campaign(people)).json["id"]
    herald.wait_finished(cid)
    listed = herald.recipients(cid)

    lines = herald.get(f"/v1/campaigns/{cid}/recipients?format=ndjson")
    assert lines.status == 200 and lines.headers["content-type"] == "application/x-ndjson", lines
    assert [json.loads(line) for line in lines.body.splitlines()] == listed

    table = herald.get(f"/v1/campaigns/{cid}/recipients?format=csv")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.body.decode(), newline=""), strict=True))
    assert [(r["id"], r["state"], r["message_id"]) for r in rows] == [
        (p["id"], p["state"], p.get("message_id", "")) for p in listed]
    assert rows[-1]["external_id"] == '\'=HYPERLINK("x"),1' and rows[-1]["state"] == "skipped"

    skipped = herald.get(f"/v1/campaigns/{cid}/recipients?format=ndjson&state=skipped").body.splitlines()
    assert [json.loads(line) for line in skipped] == listed[-1:]
    assert herald.get(f"/v1/campaigns/{cid}/recipients?format=csv&limit=10").status == 400
