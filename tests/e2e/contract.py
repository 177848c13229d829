"""Judges answers by openapi.yaml: is this the status, the headers and the body that the operation promises?"""

import datetime
import functools
import json
import pathlib
import re
import zlib

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERBS = {"get", "post", "put", "patch", "delete"}

# What `default` stands for in the document: what the connection did wrong. A 500 is a mistake, whoever documents it.
OF_THE_CONNECTION = {400, 408, 413, 414, 417, 431}
OF_THE_CALLER = {401: "Unauthorized", 429: "QuotaExceeded"}
# Headers of HTTP itself and for browsers, which need no description, and what the document says of every answer.
OF_HTTP = {"allow", "cache-control", "connection", "content-length", "content-type", "date", "keep-alive", "server",
           "transfer-encoding", "vary", "x-content-type-options", "traceparent", "ratelimit", "ratelimit-policy",
           "content-encoding", "content-security-policy", "referrer-policy", "strict-transport-security"}


def as_json_schema(node, composed=False):
    """A schema of OpenAPI 3.0 as JSON Schema, where an object has no member that is not described."""
    if isinstance(node, list):
        return [as_json_schema(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    out = {}
    for key, value in node.items():
        if key == "properties":
            out[key] = {name: as_json_schema(schema) for name, schema in value.items()}
        elif key == "allOf":
            out[key] = [as_json_schema(schema, composed=True) for schema in value]
        elif key not in ("example", "nullable"):
            out[key] = as_json_schema(value)
    if node.get("nullable") and "type" in node:
        out["type"] = [node["type"], "null"]
    if "properties" in node and not composed:
        out.setdefault("additionalProperties", False)
    return out


formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_time(value):
    if isinstance(value, str) and datetime.datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("no offset")
    return True


class Contract:
    def __init__(self, document):
        self.document = document
        self.schemas = {name: as_json_schema(schema) for name, schema in document["components"]["schemas"].items()}
        self.resolver = jsonschema.RefResolver("", {"components": {"schemas": self.schemas}})
        literal_first = sorted(document["paths"], key=lambda path: path.count("{"))
        self.paths = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path.replace(".", r"\."))), path)
                      for path in literal_first]

    def judge(self, method, target, answer):
        """What is wrong with the answer, if anything is. `method` is None when the request is no HTTP."""
        where = f"{method} {target} -> {answer.status}"
        return [f"{where}: {wrong}" for wrong in self.faults(method, target, answer)]

    def faults(self, method, target, answer):
        path = next((path for pattern, path in self.paths if pattern.fullmatch((target or "").split("?")[0])), None)
        operations = {verb: operation for verb, operation in self.document["paths"].get(path, {}).items()
                      if verb in VERBS}
        operation = operations.get("get" if method == "HEAD" else (method or "").lower())
        if operation and str(answer.status) in operation["responses"]:
            return self.compare(self.at(operation["responses"][str(answer.status)]), answer)
        if answer.status in OF_THE_CONNECTION:
            return self.compare(self.at({"$ref": "#/components/responses/Other"}), answer)
        # What somebody gets who is not let in, or calls too often, whatever he asks for.
        if not operation and answer.status in OF_THE_CALLER and (target or "").startswith("/v1"):
            return self.compare(self.at({"$ref": f"#/components/responses/{OF_THE_CALLER[answer.status]}"}), answer)
        if method == "OPTIONS" and (path or target == "*") and answer.status == 204:
            return [] if "allow" in answer.headers else ["no Allow"]
        if operation:
            return [f"the status is not documented for {operation['operationId']}: {answer.body[:300]!r}"]
        if answer.status != (405 if path else 404):
            return [f"the status is not what a {'method' if path else 'path'} that is not there gets"]
        return self.compare(self.at({"$ref": "#/components/responses/Other"}), answer) + (
            ["no Allow"] if path and "allow" not in answer.headers else [])

    def at(self, node):
        while "$ref" in node:
            at = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part]
            node = at
        return node

    def compare(self, response, answer):
        return [*self.compare_headers(response.get("headers", {}), answer.headers),
                *self.compare_body(response, answer)]

    def compare_headers(self, described, headers):
        described = {name.lower(): self.at(header) for name, header in described.items()}
        for name, header in described.items():
            if name not in headers:
                if header.get("required"):
                    yield f"no {name}"
                continue
            value = headers[name]
            if header["schema"]["type"] == "integer" and re.fullmatch(r"-?\d+", value):
                value = int(value)
            yield from self.mismatches(header["schema"], value, name)
        yield from (f"{name} is not documented" for name in headers if name not in described and name not in OF_HTTP)

    def compare_body(self, response, answer):
        content = response.get("content", {})
        if not content:
            if answer.body:
                yield "a body is not documented"
            return
        media_type = answer.headers.get("content-type", "").split(";")[0].strip()
        if media_type not in content:
            yield f"the media type {media_type!r} is not documented"
            return
        if answer.bodiless:
            return
        entry, body = content[media_type], answer.body
        if answer.headers.get("content-encoding") == "gzip":
            body = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body)
        if "x-item-schema" in entry:
            for item in items(media_type, body):
                yield from self.mismatches({"$ref": f"#/components/schemas/{entry['x-item-schema']}"}, item, "item")
        elif media_type.endswith("json") and answer.complete:
            yield from self.mismatches(entry["schema"], json.loads(body), "body")

    def mismatches(self, schema, value, where):
        validator = jsonschema.Draft7Validator(as_json_schema(schema), resolver=self.resolver, format_checker=formats)
        for error in validator.iter_errors(value):
            yield f"{where}{''.join(f'/{part}' for part in error.absolute_path)}: {error.message[:500]}"


def items(media_type, body):
    """The JSON values of a stream, as far as they are whole."""
    lines = body.split(b"\n")[:-1]
    if media_type == "text/event-stream":
        lines = [line.removeprefix(b"data:") for line in lines if line.startswith(b"data:")]
    return [json.loads(line) for line in lines]


@functools.lru_cache(1)
def contract():
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Contract(yaml.load((ROOT / "openapi.yaml").read_text(), loader))
