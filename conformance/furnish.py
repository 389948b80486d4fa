"""Gives a new Cinder what the sandbox has: its two projects' volumes, and the smaller one's quotas.

    furnish.py CINDER SANDBOX [--noauth]

Both have the same projects and tokens, so that one client can speak to either.
"""

import argparse
import http.client
import json
import time
import urllib.parse

from cases import CASES

# As the sandbox makes them public.
PROJECTS = {
    "A": ("dd14c6ac581f40059e27f5320b60bf2f", "demo-token-a"),
    "B": ("40acc331ac784f34842ba4f08ff2be48", "demo-token-b"),
}
# Known to Cinder only.
ADMINISTRATOR = "demo-token-admin"

QUOTAS_OF_B = {"volumes": 10, "gigabytes": 3000, "per_volume_gigabytes": 2000}
ATTACHMENT = {"instance_uuid": "f3c95789-ace1-4954-ac5d-6baed2eac902", "mountpoint": "/dev/vdb"}


class Service:
    """Cinder or the sandbox."""

    def __init__(self, url, noauth=False):
        self.host = urllib.parse.urlsplit(url).netloc
        self.noauth = noauth

    def token(self, name):
        if name not in PROJECTS:
            return name
        project, token = PROJECTS[name]
        # What a Cinder without Keystone takes for a token.
        return f"someone:{project}" if self.noauth else token

    def send(self, method, path, body=None, headers=None, token="A"):
        """Body is JSON, or bytes that are sent as they are. A header that is None is left out."""
        headers = {"Accept": "application/json", **(headers or {})}
        if token := self.token(token):
            headers["X-Auth-Token"] = token
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {name: value for name, value in headers.items() if value is not None}
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def ask(self, method, path, body=None, token="A"):
        """What must succeed before anything can be compared."""
        status, _, text = self.send(method, path, body, token=token)
        if status >= 400:
            raise SystemExit(f"{method} {path} was answered with {status}: {text}")
        return json.loads(text) if text else None

    def volumes(self, label):
        return self.ask("GET", f"/v3/{PROJECTS[label][0]}/volumes/detail", token=label)["volumes"]


def make(cinder, administrator, label, wanted):
    project = f"/v3/{PROJECTS[label][0]}"
    body = {"volume": {"name": wanted["name"], "size": wanted["size"]}}
    volume = cinder.ask("POST", f"{project}/volumes", body, label)["volume"]
    path = f"{project}/volumes/{volume['id']}"
    while (status := cinder.ask("GET", path, token=label)["volume"]["status"]) != "available":
        if status != "creating":
            raise SystemExit(f"the volume {wanted['name']} is {status}")
        time.sleep(0.05)
    action = f"/v3/{PROJECTS['A'][0]}/volumes/{volume['id']}/action"
    if wanted["status"] == "in-use":
        cinder.ask("POST", action, {"os-attach": ATTACHMENT}, administrator)
    elif wanted["status"] != "available":
        reset = {"os-reset_status": {"status": wanted["status"]}}
        cinder.ask("POST", action, reset, administrator)
    if wanted["name"] == "with-snapshots":
        body = {"snapshot": {"volume_id": volume["id"]}}
        cinder.ask("POST", f"{project}/snapshots", body, label)


def services():
    """The two that the command line names: Cinder, and the sandbox."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cinder")
    parser.add_argument("sandbox")
    parser.add_argument("--noauth", action="store_true")
    arguments = parser.parse_args()
    return Service(arguments.cinder, arguments.noauth), Service(arguments.sandbox)


def main():
    cinder, sandbox = services()
    administrator = "A" if cinder.noauth else ADMINISTRATOR

    path = f"/v3/{PROJECTS['A'][0]}/os-quota-sets/{PROJECTS['B'][0]}"
    cinder.ask("PUT", path, {"quota_set": QUOTAS_OF_B}, administrator)
    table = str(CASES)
    made = 0
    for label in PROJECTS:
        # The oldest first, so that lists are in the same order.
        for wanted in reversed(sandbox.volumes(label)):
            # B's count for its quotas, A's only where the table names them.
            if label == "B" or f"<{wanted['name']}>" in table:
                make(cinder, administrator, label, wanted)
                made += 1
    print(f"{made} volumes made")


if __name__ == "__main__":
    main()
