"""The operations on one contact, as callers make them."""

import urllib.parse

EMAIL = {"channel": "email", "subject": "Welcome", "body_html": "<p>Hello</p>"}
IN_APP = {"channel": "in_app", "body_text": "Welcome to our platform!"}


def contact_path(reference, below=""):
    return f"/v1/contacts/{urllib.parse.quote(reference, safe=':')}{below}"


class Operations:
    def __init__(self, herald):
        self.herald = herald

    def message(self, contact, key=None, wait=None, **body):
        headers = {**({"Idempotency-Key": key} if key else {}), **({"Prefer": f"wait={wait}"} if wait else {})}
        return self.herald.post("/v1/messages", {"contact": contact, **body}, headers=headers)

    def note(self, reference, key=None, **body):
        headers = {"Idempotency-Key": key} if key else {}
        return self.herald.post(contact_path(reference, "/notes"), body, headers=headers)

    def event(self, contact, name, key=None, **body):
        headers = {"Idempotency-Key": key} if key else {}
        return self.herald.post("/v1/events", {"contact": contact, "event_name": name, **body}, headers=headers)

    def user(self, reference):
        return self.herald.get(contact_path(reference))

    def put_user(self, reference, **body):
        return self.herald.request("PUT", contact_path(reference), body)

    def tag(self, reference, name, verb="PUT"):
        path = contact_path(reference, "/tags/" + urllib.parse.quote(name, safe=""))
        return self.herald.request(verb, path)

    def untag(self, reference, name):
        return self.tag(reference, name, "DELETE")


def pointers(answer):
    return {error["pointer"]: error["code"] for error in answer.json["errors"]}
