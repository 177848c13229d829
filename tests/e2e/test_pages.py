"""A list read page by page while others add to it and take from it."""

import pytest

from processes import clients, email_campaign


@pytest.fixture
def herald(start):
    return start.herald(start.intercom("--seed", 3))


def make(herald, name):
    answer = herald.create(email_campaign(clients(1), launch=False, name=name))
    assert answer.status == 201, answer
    return answer.json["id"]


@pytest.mark.parametrize("order", ["desc", "asc"])
def test_pages_neither_repeat_nor_miss_what_was_there_from_the_beginning(herald, order):
    there = [make(herald, f"there {i}") for i in range(11)]
    seen, cursor, turn = [], None, 0
    while True:
        page = herald.get(f"/v1/campaigns?limit=2&order={order}" + (f"&cursor={cursor}" if cursor else "")).json
        seen += [campaign["id"] for campaign in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor, turn = page["next_cursor"], turn + 1
        if turn <= 4:
            make(herald, f"meanwhile {turn}")
        if turn == 2:  # the one the cursor points at
            assert herald.request("DELETE", f"/v1/campaigns/{seen[-1]}").status == 204
    assert len(seen) == len(set(seen))
    there.sort(reverse=order == "desc")  # two of one millisecond have either order
    assert [campaign for campaign in seen if campaign in there] == there


def test_pages_of_recipients_hold_while_more_are_uploaded(herald):
    cid = herald.create(email_campaign(clients(7), launch=False)).json["id"]
    path, seen, cursor = f"/v1/campaigns/{cid}/recipients", [], None
    for turn in range(100):
        page = herald.get(f"{path}?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        seen += [recipient["contact"]["external_id"] for recipient in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        if turn < 3:
            added = herald.request("POST", path, f"external_id\nlater_{turn}\n", headers={"Content-Type": "text/csv"})
            assert added.json["accepted"] == 1, added
    assert seen == [f"client_{i}" for i in range(1, 8)] + [f"later_{i}" for i in range(3)]
