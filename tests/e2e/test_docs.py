"""/openapi.yaml and /docs as a browser gets them."""

import base64
import gzip
import hashlib
import html.parser
import re

import pytest

from processes import ROOT


@pytest.fixture
def herald(start):
    return start.herald("http://127.0.0.1:9")


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links = set(), [], []
        self.attributes = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.add(tag)
        self.attributes |= attributes.keys()
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if "href" in attributes else []


def test_the_page_shows_every_operation_and_schema_and_loads_nothing(herald):
    answer = herald.get("/docs")
    assert answer.status == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"
    text = answer.body.decode()
    contract = (ROOT / "openapi.yaml").read_text()
    page = Page(text)
    operations = re.findall(r"operationId: (\w+)", contract)
    assert len(operations) > 20
    assert not [name for name in operations if f"operation-{name}" not in page.ids]
    schemas = re.findall(r"^    (\w+):$", contract.split("\n  schemas:\n")[1].split("\n  examples:\n")[0], re.M)
    assert not [name for name in schemas if f"schema-{name}" not in page.ids]
    assert len(page.ids) == len(set(page.ids))
    assert not [link for link in page.links if link != "/openapi.yaml" and link.removeprefix("#") not in page.ids]
    assert not page.tags & {"script", "link", "img", "iframe", "form", "object"}
    assert not page.attributes & {"src", "style", "onclick", "onload"}
    style = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
    named = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{named}';" in answer.headers["content-security-policy"]
    assert "url(" not in style and "@import" not in style


def test_the_contract_is_compressed_and_asked_about_again(herald):
    answer = herald.get("/openapi.yaml", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip" and answer.headers["cache-control"] == "no-cache"
    assert gzip.decompress(answer.body) == (ROOT / "openapi.yaml").read_bytes()
    again = herald.get("/openapi.yaml", headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["etag"]})
    assert again.status == 304 and again.body == b"" and again.headers["etag"] == answer.headers["etag"]
    head = herald.request("HEAD", "/openapi.yaml")
    assert int(head.headers["content-length"]) == (ROOT / "openapi.yaml").stat().st_size
