"""Plays the table against Cinder and against the sandbox, and compares what they answer.

    compare.py CINDER SANDBOX [--noauth]

Exits with 1 where they differ in what is not listed, or no longer differ in what is.
"""

import json
import re
import urllib.parse

from cases import BODY, CASES, HEADERS, STATUS
from furnish import PROJECTS, services


class Player:
    """One of the two, and what the table's placeholders stand for there."""

    def __init__(self, service):
        self.service = service
        self.known = {label: project for label, (project, _) in PROJECTS.items()}
        for label in PROJECTS:
            for volume in service.volumes(label):
                self.known[volume["name"]] = volume["id"]
        self.known["data-01 without dashes"] = self.known["data-01"].replace("-", "")
        self.known["data-01 in capitals"] = self.known["data-01"].upper()

    def play(self, case):
        """What of the answer is compared, by its name."""
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
        blurred = self.blur(case, status, headers, text)
        made = json.loads(text).get("transfer", {}) if status == 202 and text else {}
        if case.calls:
            self.known[case.calls] = made["id"]
            self.known[f"{case.calls}.key"] = made["auth_key"]
        elif "auth_key" in made:
            self.service.ask("DELETE", f"/v3/{self.known['A']}/os-volume-transfer/{made['id']}")
        return blurred

    def fill(self, text):
        for name, value in self.known.items():
            text = text.replace(f"<{name}>", value)
        return text

    def blur(self, case, status, headers, text):
        """Takes out what differs from one answer to the next, and nothing else: an id that stands
        twice in an answer must stand twice in the other's."""
        ids = {}

        def number(match):
            return f"<id {ids.setdefault(match[0], len(ids) + 1)}>"

        def blurred(text):
            for name, value in self.known.items():
                text = text.replace(value, f"<{name}>")
            # A colon need not be escaped in a link's query.
            text = text.replace(self.service.host, "<host>").replace("%3A", ":")
            text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", number, text)
            text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", "<time>", text)
            return re.sub(r'("auth_key": ?)"[0-9a-f]{16}"', r'\1"<key>"', text)

        body = blurred(text)
        try:
            body = json.loads(body)
        except ValueError:
            pass
        if case.fields:
            body = only(case.fields, body)
        ids.clear()
        headers = {name: headers.get(name) and blurred(headers[name]) for name in HEADERS}
        return {STATUS: status, BODY: body, **headers}


def only(fields, body):
    """The body with no other fields in its volumes than these."""

    def one(volume):
        return {name: volume.get(name) for name in fields}

    if "volume" in body:
        return {**body, "volume": one(body["volume"])}
    if "volumes" in body:
        return {**body, "volumes": [one(volume) for volume in body["volumes"]]}
    return body


def main():
    cinder, sandbox = map(Player, services())
    noauth = cinder.service.noauth

    alike, listed, wrong = 0, 0, 0
    for case in CASES:
        if noauth and not case.noauth:
            continue
        expected, got = cinder.play(case), sandbox.play(case)
        differing = {part for part in expected if expected[part] != got[part]}
        if expected[STATUS] == case.status and differing == set(case.differs):
            alike += not differing
            listed += bool(differing)
            continue
        wrong += 1
        print(f"\n{case.what}: {case.request}, to be answered with {case.status}")
        for part in expected:
            if part in differing | set(case.differs) | {STATUS}:
                of_it = "listed to differ" if part in case.differs else "to be alike"
                print(f"  {part}, {of_it}")
                print(f"    Cinder:  {expected[part]}\n    sandbox: {got[part]}")
    mode = "noauth" if noauth else "keystone"
    total = alike + listed + wrong
    print(f"{mode}: {total} cases, {alike} alike, {listed} differ as listed, {wrong} WRONG")
    raise SystemExit(wrong > 0)


if __name__ == "__main__":
    main()
