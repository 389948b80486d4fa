"""Seeds a new Keystone with the sandbox's accounts, projects and catalog.

    seed_keystone.py KEYSTONE [VOLUMES_HOST]

VOLUMES_HOST is the host of the volume services in the catalog. Prints the IDs by name as JSON, along
with the second factor's secret. Keystone chooses the IDs, so test cases use placeholders for them.
"""

import base64
import hashlib
import hmac
import http.client
import json
import sys
import time
import urllib.parse

REGION = "cn-east-3"
DOMAINS = ["account-a", "account-b"]
# Name, domain, and whether the project is enabled.
PROJECTS = [
    ("project-a", "account-a", True),
    ("project-b", "account-b", True),
    ("project-a-test", "account-a", True),
    ("project-a-closed", "account-a", False),
]
# Name, domain, password, projects, and default project. The passwords are the same as in the
# sandbox, where they are public.
USERS = [
    ("alice", "account-a", "demo-alice", ["project-a", "project-a-test"], "project-a"),
    ("bob", "account-b", "demo-bob", ["project-b"], None),
    ("carol", "account-a", "demo-carol", ["project-a", "project-a-closed"], None),
    ("dave", "account-a", "demo-dave", ["project-a"], None),
    ("erin", "account-a", "demo-erin", ["project-a"], None),
]
DISABLED_USER = "erin"
SECOND_FACTOR = "dave"
CREDENTIAL = {"name": "console", "secret": "demo-secret"}
SERVICES = [("block-storage", "cinder", "v3"), ("volumev3", "cinderv3", "v3"), ("volumev2", "evs", "v2")]
# The host of the volume services in the catalog, unless one is given. In the sandbox's catalog, it is
# the sandbox itself.
VOLUMES_HOST = "volumes.invalid"
TOTP_SECRET = base64.b32encode(b"conformance-test-key").decode()


class Identity:
    """Keystone or the sandbox's identity service. Its URL does not include `/v3`."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.host, self.base = parts.netloc, parts.path.rstrip("/")

    def send(self, method, path, body=None, headers=None):
        """Sends a request. The body is JSON, or bytes to send as they are."""
        headers = {"Accept": "application/json", **(headers or {})}
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, self.base + path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, text


def passcode():
    """Returns the current TOTP passcode. Keystone accepts each one for its 30 seconds and the
    following 30."""
    counter = int(time.time() // 30).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(TOTP_SECRET), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start:start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


class Seeder:
    def __init__(self, identity):
        self.identity = identity
        user = {"name": "admin", "domain": {"id": "default"}, "password": "admin-secret"}
        scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
        self.token = self.sign_in(user, scope)

    def sign_in(self, user, scope):
        auth = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}
        status, headers, text = self.identity.send("POST", "/v3/auth/tokens", {"auth": auth})
        assert status == 201, text
        return headers["x-subject-token"]

    def request(self, method, path, body=None, token=None):
        headers = {"X-Auth-Token": token or self.token}
        status, _, text = self.identity.send(method, path, body, headers)
        if status >= 400:
            raise SystemExit(f"{method} {path} failed with {status}: {text}")
        return json.loads(text) if text else None

    def create(self, kind, **fields):
        return self.request("POST", f"/v3/{kind}s", {kind: fields})[kind]["id"]


def seed(identity, volumes_host=VOLUMES_HOST):
    """Seeds Keystone, and returns its IDs by name."""
    keystone = Seeder(identity)
    roles = {role["name"]: role["id"] for role in keystone.request("GET", "/v3/roles")["roles"]}
    ids = {name: keystone.create("domain", name=name) for name in DOMAINS}
    for name, domain, _ in PROJECTS:
        description = "测试环境" if name == "project-a-test" else ""
        ids[name] = keystone.create("project", name=name, domain_id=ids[domain], description=description)
    for name, domain, password, projects, default in USERS:
        fields = {"default_project_id": ids[default]} if default else {}
        ids[name] = keystone.create("user", name=name, domain_id=ids[domain], password=password, **fields)
        targets = [f"projects/{ids[project]}" for project in projects]
        if name == "alice":
            targets.append(f"domains/{ids[domain]}")
        for target in targets:
            keystone.request("PUT", f"/v3/{target}/users/{ids[name]}/roles/{roles['member']}")
    for kind, name, version in SERVICES:
        service = keystone.create("service", type=kind, name=name)
        url = f"http://{volumes_host}/{version}/$(project_id)s"
        keystone.create("endpoint", service_id=service, interface="public", region_id=REGION, url=url)

    secret = {"user_id": ids[SECOND_FACTOR], "type": "totp", "blob": TOTP_SECRET}
    keystone.create("credential", **secret)
    rules = {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": [["password", "totp"]]}
    keystone.request("PATCH", f"/v3/users/{ids[SECOND_FACTOR]}", {"user": {"options": rules}})
    user = {"id": ids["alice"], "password": "demo-alice"}
    token = keystone.sign_in(user, {"project": {"id": ids["project-a"]}})
    path = f"/v3/users/{ids['alice']}/application_credentials"
    created = keystone.request("POST", path, {"application_credential": CREDENTIAL}, token)
    ids["console"] = created["application_credential"]["id"]
    keystone.request("PATCH", f"/v3/users/{ids[DISABLED_USER]}", {"user": {"enabled": False}})
    for name, _, enabled in PROJECTS:
        if not enabled:
            keystone.request("PATCH", f"/v3/projects/{ids[name]}", {"project": {"enabled": False}})
    return ids


if __name__ == "__main__":
    print(json.dumps({**seed(Identity(sys.argv[1]), *sys.argv[2:]), "totp_secret": TOTP_SECRET}))
