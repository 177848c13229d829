"""What holds calls back at the moment, as people see it."""

from processes import clients, email_campaign


def test_the_limits_follow_what_intercom_says(start, fast):
    intercom = start.intercom("--seed", 3)
    herald = start.herald(intercom, **fast)
    before = herald.get("/v1/limits").json
    assert before["breaker"] == {"host": "127.0.0.1", "state": "closed"} and before["credential"] == {"state": "ok"}
    herald.wait_finished(herald.create(email_campaign(clients(20))).json["id"])
    after = herald.get("/v1/limits").json
    assert after["used_by_lane"]["campaign"] >= 20 and after["used"] == sum(after["used_by_lane"].values())
    assert after["inflight"] == {"now": 0, "max": 128}


def test_without_a_token_the_credential_is_missing(start):
    herald = start.herald(start.intercom("--seed", 3), INTERCOM_ACCESS_TOKEN=None)
    assert herald.get("/v1/limits").json["credential"] == {"state": "missing"}
