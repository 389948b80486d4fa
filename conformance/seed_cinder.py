"""Seeds a new Cinder with the sandbox's data: the volumes of both projects, and project B's quotas.

    seed_cinder.py CINDER SANDBOX [--noauth]

Both have the same projects and tokens, so that the same client works with either.
"""

import argparse
import http.client
import json
import time
import urllib.parse

from cases import CASES

# The same values as in the sandbox, where they are public.
PROJECTS = {
    "A": ("dd14c6ac581f40059e27f5320b60bf2f", "demo-token-a"),
    "B": ("40acc331ac784f34842ba4f08ff2be48", "demo-token-b"),
}
# Only Cinder knows this token.
ADMIN_TOKEN = "demo-token-admin"

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
        # The format of tokens in a Cinder without Keystone.
        return f"someone:{project}" if self.noauth else token

    def send(self, method, path, body=None, headers=None, token="A"):
        """Sends a request. The body is JSON, or bytes to send as they are. Omits headers that are
        None."""
        headers = {"Accept": "application/json", **(headers or {})}
        if token := self.token(token):
            headers["X-Auth-Token"] = token
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {name: value for name, value in headers.items() if value is not None}
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, text

    def request_ok(self, method, path, body=None, token="A"):
        """Sends a setup request, which must succeed, and returns the parsed response."""
        status, _, text = self.send(method, path, body, token=token)
        if status >= 400:
            raise SystemExit(f"{method} {path} failed with {status}: {text}")
        return json.loads(text) if text else None

    def volumes(self, label):
        return self.request_ok("GET", f"/v3/{PROJECTS[label][0]}/volumes/detail", token=label)["volumes"]


def create_volume(cinder, admin, label, wanted):
    """Creates a volume with the same name, size, status and snapshots as `wanted`."""
    project = f"/v3/{PROJECTS[label][0]}"
    body = {"volume": {"name": wanted["name"], "size": wanted["size"]}}
    volume = cinder.request_ok("POST", f"{project}/volumes", body, label)["volume"]
    path = f"{project}/volumes/{volume['id']}"
    while (status := cinder.request_ok("GET", path, token=label)["volume"]["status"]) != "available":
        if status != "creating":
            raise SystemExit(f"volume {wanted['name']} has status {status}")
        time.sleep(0.05)
    action = f"/v3/{PROJECTS['A'][0]}/volumes/{volume['id']}/action"
    if wanted["status"] == "in-use":
        cinder.request_ok("POST", action, {"os-attach": ATTACHMENT}, admin)
    elif wanted["status"] != "available":
        reset = {"os-reset_status": {"status": wanted["status"]}}
        cinder.request_ok("POST", action, reset, admin)
    if wanted["name"] == "with-snapshots":
        body = {"snapshot": {"volume_id": volume["id"]}}
        cinder.request_ok("POST", f"{project}/snapshots", body, label)


def services():
    """Parses the command line, and returns Cinder and the sandbox."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cinder")
    parser.add_argument("sandbox")
    parser.add_argument("--noauth", action="store_true")
    arguments = parser.parse_args()
    return Service(arguments.cinder, arguments.noauth), Service(arguments.sandbox)


def main():
    cinder, sandbox = services()
    admin = "A" if cinder.noauth else ADMIN_TOKEN

    path = f"/v3/{PROJECTS['A'][0]}/os-quota-sets/{PROJECTS['B'][0]}"
    cinder.request_ok("PUT", path, {"quota_set": QUOTAS_OF_B}, admin)
    table = str(CASES)
    created = 0
    for label in PROJECTS:
        # Oldest first, so that lists have the same order.
        for wanted in reversed(sandbox.volumes(label)):
            # All of B's volumes count toward its quotas. Of A's volumes, only those in the test
            # cases are needed.
            if label == "B" or f"<{wanted['name']}>" in table:
                create_volume(cinder, admin, label, wanted)
                created += 1
    print(f"{created} volumes created")


if __name__ == "__main__":
    main()
