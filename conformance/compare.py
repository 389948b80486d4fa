"""Sends all test cases to Cinder and the sandbox, and compares the responses.

    compare.py CINDER SANDBOX [--noauth]

Exits with 1 if there is an unlisted difference, or if a listed difference is gone.
"""

import json
import re
import urllib.parse

from cases import BODY, CASES, HEADERS, STATUS
from report import compare
from seed_cinder import PROJECTS, services


class Runner:
    """Sends test cases to one service. Knows the service's values for the placeholders."""

    def __init__(self, service):
        self.service = service
        self.known = {label: project for label, (project, _) in PROJECTS.items()}
        for label in PROJECTS:
            for volume in service.volumes(label):
                self.known[volume["name"]] = volume["id"]
        self.known["data-01 without dashes"] = self.known["data-01"].replace("-", "")
        self.known["data-01 in capitals"] = self.known["data-01"].upper()

    def run(self, case):
        """Sends a request, and returns the parts of the response to compare, by name."""
        method, path = self.fill(case.request).split(" ")
        body = case.body
        if isinstance(body, bytes):
            body = self.fill(body.decode("latin-1")).encode("latin-1")
        elif body is not None:
            body = self.fill(json.dumps(body, ensure_ascii=False)).encode()
        token = case.token
        if token is None:
            token = "B" if "<B>" in case.request else "A"
        path = urllib.parse.quote(path, "/?&=:%")
        status, headers, text = self.service.send(method, path, body, case.headers, token)
        normalized = self.normalize(case, status, headers, text)
        created = json.loads(text).get("transfer", {}) if status == 202 and text else {}
        if case.save_as:
            self.known[case.save_as] = created["id"]
            self.known[f"{case.save_as}.key"] = created["auth_key"]
        elif "auth_key" in created:
            path = f"/v3/{self.known['A']}/os-volume-transfer/{created['id']}"
            self.service.request_ok("DELETE", path)
        return normalized

    def fill(self, text):
        """Replaces placeholders with this service's values."""
        for name, value in self.known.items():
            text = text.replace(f"<{name}>", value)
        return text

    def normalize(self, case, status, headers, text):
        """Replaces what differs from one response to the next. IDs become numbers, so that an ID
        that occurs twice in one service's response must also occur twice in the other's."""
        ids = {}

        def number(match):
            return f"<id {ids.setdefault(match[0], len(ids) + 1)}>"

        def replace(text):
            for name, value in self.known.items():
                text = text.replace(value, f"<{name}>")
            # The identity service in Cinder's configuration doesn't exist.
            text = text.replace(f"{self.service.host}/identity", "identity.invalid")
            # In a link's query string, a colon may or may not be percent-encoded.
            text = text.replace(self.service.host, "<host>").replace("%3A", ":")
            text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", number, text)
            text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", "<time>", text)
            return re.sub(r'("auth_key": ?)"[0-9a-f]{16}"', r'\1"<key>"', text)

        body = replace(text)
        try:
            body = json.loads(body)
        except ValueError:
            pass
        if case.fields:
            body = select(case.fields, body)
        ids.clear()
        headers = {name: headers.get(name) and replace(headers[name]) for name in HEADERS}
        return {STATUS: status, BODY: body, **headers}


def select(fields, body):
    """Returns the body with its volumes reduced to these fields."""

    def select_in(volume):
        return {name: volume.get(name) for name in fields}

    if "volume" in body:
        return {**body, "volume": select_in(body["volume"])}
    if "volumes" in body:
        return {**body, "volumes": [select_in(volume) for volume in body["volumes"]]}
    return body


def main():
    cinder, sandbox = map(Runner, services())
    noauth = cinder.service.noauth
    cases = [case for case in CASES if case.noauth or not noauth]
    compare("noauth" if noauth else "keystone", cases, ("Cinder", cinder), sandbox)


if __name__ == "__main__":
    main()
