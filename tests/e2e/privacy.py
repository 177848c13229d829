"""What must never stand in a log or a metric: tokens, texts and addresses."""

import json
import re

ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
TEXTS = {"subject", "body", "body_html", "body_text", "name", "phone"}
MAPS = {"variables", "custom_attributes", "metadata"}
SHORTEST = 6  # shorter texts occur by themselves


class Secrets:
    """Gathers what a test sends, and finds it in texts where it must not be."""

    def __init__(self):
        self.values = set()

    def add(self, value):
        if isinstance(value, str) and len(value) >= SHORTEST:
            self.values.add(value)

    def add_settings(self, settings):
        for name, value in settings.items():
            if "TOKEN" in name and "FILE" not in name:
                self.add(value)

    def add_body(self, body):
        if isinstance(body, (bytes, str)):
            try:
                body = json.loads(body)
            except ValueError:
                return
        self._walk(body)

    def _walk(self, node):
        if isinstance(node, list):
            for entry in node[:100]:
                self._walk(entry)
        if not isinstance(node, dict):
            return
        for key, value in node.items():
            if key in TEXTS:
                self.add(value)
            elif key in MAPS and isinstance(value, dict):
                for text in value.values():
                    self.add(text)
            self._walk(value)

    def found_in(self, text):
        found = {match.group() for match in ADDRESS.finditer(text)}
        return sorted(found | {value for value in self.values if value in text})
