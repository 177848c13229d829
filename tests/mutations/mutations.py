"""Requests that begin as openapi.yaml shows them and then go wrong, each from its own seed."""

import copy
import json
import random
import urllib.parse

VERBS = ("get", "post", "put", "patch", "delete")
WRONG_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW", "get", "PROPFIND")
TEXTS = ("", " ", "\0", "x" * 300, "x" * 5_000, "🙂" * 200, "\u202eabc", "{{", "{{ x | default: }}", "{{ a }}" * 50,
         "a@b", "<script>", "' OR 1=1 --", "../../etc/passwd", "true", "null", "1e999", "2026-13-45T99:99:99Z",
         "2026-12-01T09:00:00", "9999-12-31T23:59:59Z", "Europe/Berlin", "Mars/Olympus", "email:a@x.org", "\r\nX: y")
NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 0.5, 1e308, -0.0)
# As text, since json.dumps would not write them.
RAW = ("NaN", "Infinity", "01", "1e400", "-", '"\\ud800"', '"\\uZZZZ"', "'x'", "[1,]", '{"a":1,"a":2}', "\ufeff1")


def nested(depth, kind):
    value = 1
    for _ in range(depth):
        value = [value] if kind else {"all": [value]}
    return value


class Source:
    """The operations of the document with everything that a valid request of each is made of."""

    def __init__(self, document, ids):
        self.document, self.ids = document, ids
        self.operations = [(verb.upper(), path, self.parameters(item, item[verb]), self.examples(item[verb]))
                           for path, item in document["paths"].items() for verb in VERBS if verb in item]

    def at(self, node):
        while "$ref" in node:
            reference, node = node["$ref"], self.document
            for part in reference.removeprefix("#/").split("/"):
                node = node[part]
        return node

    def parameters(self, item, operation):
        return [self.at(p) for p in (*item.get("parameters", ()), *operation.get("parameters", ()))]

    def examples(self, operation):
        """(media type, value): every example of the body."""
        body = self.at(operation.get("requestBody", {}))
        found = []
        for media_type, content in body.get("content", {}).items():
            values = [self.at(e)["value"] for e in content.get("examples", {}).values()]
            found += [(media_type, v) for v in values or [content.get("example", {})]]
        return found

    def path_of(self, dice, path):
        for name, known in self.ids.items():
            place = "{" + name + "}"
            if place in path:
                group = next((ids for prefix, ids in known.items() if path.startswith(prefix)), known[""])
                path = path.replace(place, urllib.parse.quote(dice.choice(group), safe=":@"))
        return path

    def value_of(self, dice, parameter):
        schema = self.at(parameter.get("schema", {}))
        if "enum" in schema:
            return str(dice.choice(schema["enum"]))
        if "example" in parameter or "example" in schema:
            return str(parameter.get("example", schema.get("example")))
        return "1" if schema.get("type") == "integer" else "a"


class Mutated:
    """One request as bytes; `method` and `target` are None when what it is cannot be told."""

    def __init__(self, source, seed, number):
        self.dice = dice = random.Random(f"{seed}-{number}")
        self.source = source
        self.method, path, parameters, examples = dice.choice(source.operations)
        self.operation = f"{self.method} {path}"
        self.path = source.path_of(dice, path)
        self.query, self.headers, self.raw, self.body = [], {"Host": "h"}, None, None
        for parameter in parameters:
            if parameter["in"] == "path" or dice.random() > 0.25:
                continue
            if parameter["in"] == "query":
                self.query.append((parameter["name"], source.value_of(dice, parameter)))
            elif parameter["name"] != "Herald-Workspace":
                self.headers[parameter["name"]] = source.value_of(dice, parameter)
        if examples:
            media_type, value = dice.choice(examples)
            self.headers["Content-Type"] = media_type
            if isinstance(value, str):
                self.raw = value.encode()
            else:
                self.body = copy.deepcopy(value)
                if "json" in media_type and isinstance(self.body, dict):
                    self.stay_harmless()
        self.replacements = {}
        kinds = [self.spoil_query, self.spoil_header, self.spoil_verb, self.spoil_path, self.spoil_framing]
        if examples:
            kinds += [self.spoil_body] * 5 + [self.spoil_bytes] * 2
        for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
            dice.choice(kinds)()

    def stay_harmless(self):
        """A reference of its own: otherwise all but the first creation would only find that one."""
        if "client_ref" in self.body:
            self.body["client_ref"] = f"ref-{self.dice.getrandbits(64)}"

    # What goes wrong

    def spoil_query(self):
        name = self.dice.choice([n for n, _ in self.query] or ["limit", "cursor", "state", "x"])
        value = self.dice.choice(("", "-1", "0", "99999999999999999999", "x" * 2_000, "\0", "a&b=c", "true", "🙂"))
        if self.dice.random() < 0.3:
            self.query.append((name, value))
        else:
            self.query = [(n, v) for n, v in self.query if n != name] + [(name, value)]

    def spoil_header(self):
        name, values = self.dice.choice((
            ("Content-Type", ("text/plain", "application/json; charset=utf-16", "", "application/xml", "*/*")),
            ("Content-Encoding", ("gzip", "identity", "br, gzip", "")),
            ("Accept", ("text/html", "*/*;q=0", "application/json;q=0.5, */*;q=0.1", "", ";;,,", "application/*")),
            ("Accept-Encoding", ("gzip", "gzip;q=0", "*", "br", "gzip;q=x", "")),
            ("Idempotency-Key", ("", "k" * 255, "k" * 256, "same", "a b", "ä")),
            ("If-Match", ("*", '"x"', "W/\"x\"", "", '"a", "b"')),
            ("If-None-Match", ("*", '"x"', "W/\"x\"", "", ",,")),
            ("Herald-Workspace", ("default", "nobody", "", "x" * 500)),
            ("X-Request-Id", ("", "a b", "x" * 129, "ä", "mine")),
            ("traceparent", ("", "00-0-0-0", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")),
            ("Prefer", ("wait=1", "wait=0", "wait=x", "respond-async", "wait", "wait=99999999999")),
            ("X-Request-Timeout-Ms", ("1", "0", "-1", "x", "99999999999999999999")),
            ("Authorization", ("Bearer x", "Basic eDp5", "", "Bearer")),
            ("Expect", ("100-continue", "a-miracle")),
            ("Cookie", ("x" * 3_000,)),
        ))
        self.headers[name] = self.dice.choice(values)

    def spoil_verb(self):
        self.method = self.dice.choice(WRONG_VERBS)

    def spoil_path(self):
        parts = self.path.split("/")
        at = self.dice.randrange(1, len(parts))
        parts[at] = self.dice.choice(("", "..", ".", "%00", "%ff", "%2f", "%zz", "x" * 500, "é", "cmp_0", "email:",
                                      "external_id:%20", "dlv_zzzzzzzzzzzzz", parts[at] + "x", parts[at].upper()))
        self.path = "/".join(parts) + self.dice.choice(("", "", "/", "//", ";a=b"))

    def spoil_framing(self):
        self.framing = self.dice.choice(("chunked", "chunked", "close", "1.0", "short"))

    framing = None

    def spoil_body(self):
        nodes = []

        def walk(value, holder, key):
            nodes.append((holder, key))
            for k, v in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
                walk(v, value, k)

        if self.body is None:
            return self.spoil_bytes()
        walk(self.body, self, "body")
        holder, key = self.dice.choice(nodes)
        value = self.body if holder is self else holder[key]
        change = self.dice.choice(("replace", "replace", "replace", "remove", "add", "rename", "repeat"))
        if change == "remove" and holder is not self:
            del holder[key]
            return None
        if change == "rename" and isinstance(holder, dict):
            holder[str(key) + "_"] = holder.pop(key)
            return None
        if change == "add" and isinstance(value, dict):
            value[self.dice.choice(("unknown", "", "__proto__", "id", "x" * 200, "🙂"))] = self.any_value()
            return None
        if change == "repeat" and isinstance(value, list) and value:
            value.extend(copy.deepcopy(value[0]) for _ in range(self.dice.choice((1, 100, 11_000))))
            return None
        if holder is self:
            self.body = self.any_value()
        else:
            holder[key] = self.any_value()
        return None

    def any_value(self):
        kind = self.dice.randrange(8)
        if kind == 0:
            mark = f"@raw{len(self.replacements)}@"
            self.replacements[json.dumps(mark)] = self.dice.choice(RAW)
            return mark
        if kind == 1:
            return nested(self.dice.choice((3, 30, 31, 33, 200, 900)), self.dice.random() < 0.5)
        return self.dice.choice((None, True, False, [], {}, [None], {"": ""}, *NUMBERS) if kind < 5 else TEXTS)

    def spoil_bytes(self):
        data = bytearray(self.bytes_of_body())
        change = self.dice.randrange(6)
        if change == 0:
            del data[self.dice.randrange(len(data) + 1):]
        elif change == 1 and data:
            for _ in range(self.dice.choice((1, 3, 20))):
                data[self.dice.randrange(len(data))] = self.dice.randrange(256)
        elif change == 2:
            at = self.dice.randrange(len(data) + 1)
            data[at:at] = self.dice.choice((b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\0", b"\xef\xbb\xbf", b"\n\n"))
        elif change == 3:
            data += self.dice.choice((b"{}", b" ", b"\0" * 100, b"x" * 70_000, b" " * 70_000))
        elif change == 4:
            data = bytearray(b"[" * self.dice.choice((40, 5_000, 60_000)))
        elif self.dice.random() < 0.02:
            data += b" " * 9_000_000
        self.raw = bytes(data)

    # What goes over the wire

    def bytes_of_body(self):
        if self.raw is not None:
            return self.raw
        if self.body is None:
            return b""
        text = json.dumps(self.body, ensure_ascii=self.dice.random() < 0.5)
        for mark, raw in self.replacements.items():
            text = text.replace(mark, raw)
        return text.encode("utf-8", "surrogatepass")

    @property
    def target(self):
        return self.path + ("?" + urllib.parse.urlencode(self.query) if self.query else "")

    def wire(self):
        """The bytes, and whether the client says that nothing follows."""
        body = self.bytes_of_body()
        lines = dict(self.headers)
        version = "1.0" if self.framing == "1.0" else "1.1"
        if self.framing in ("close", "short"):
            lines["Connection"] = "close"
        if self.framing == "chunked":
            lines["Transfer-Encoding"] = "chunked"
            step = self.dice.choice((1, 7, 1_000, 100_000)) if len(body) < 2_000 else 100_000
            body = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + step]), body[i:i + step])
                            for i in range(0, len(body), step)) + b"0\r\n\r\n"
        elif body or self.method in ("POST", "PUT", "PATCH"):
            lines["Content-Length"] = str(len(body) + (1 if self.framing == "short" else 0))
        head = f"{self.method} {self.target} HTTP/{version}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return head.encode("utf-8", "surrogatepass") + b"\r\n" + body, self.framing in ("close", "1.0", "short")
