"""Sends all identity cases to Keystone and the sandbox, and compares the responses.

    compare_identity.py KEYSTONE SANDBOX

Exits with 1 if there is an unlisted difference, or if a listed difference is gone.
"""

import json
import re
import sys
import urllib.request

from identity_cases import BODY, CASES, HEADERS, STATUS
from report import compare
from seed_keystone import VOLUMES_HOST, Identity, passcode, seed


def sandbox_ids(url, identity):
    """Returns the sandbox's IDs by name, from each user's token and projects."""
    ids = {}
    config = json.load(urllib.request.urlopen(f"{url}/console.json"))
    for account in config["demo_accounts"]:
        user = {"name": account["user"], "domain": {"name": account["domain"]}, "password": account["password"]}
        methods = {"password": {"user": user}}
        if account["passcode"]:
            methods["totp"] = {"user": {**user, "passcode": account["passcode"]}}
            ids["passcode"] = account["passcode"]
        body = {"auth": {"identity": {"methods": [*methods], **methods}, "scope": "unscoped"}}
        status, headers, text = identity.send("POST", "/v3/auth/tokens", body)
        assert status == 201, text
        user = json.loads(text)["token"]["user"]
        ids[user["name"]], ids[user["domain"]["name"]] = user["id"], user["domain"]["id"]
        token = {"X-Auth-Token": headers["x-subject-token"]}
        _, _, text = identity.send("GET", "/v3/auth/projects", headers=token)
        ids |= {project["name"]: project["id"] for project in json.loads(text)["projects"]}
        if credential := account["application_credential"]:
            ids[credential["name"]] = credential["id"]
    return ids


class Runner:
    """Sends test cases to one service. Knows the service's values for the placeholders."""

    def __init__(self, identity, known):
        self.identity, self.known, self.secrets = identity, known, {}

    def run(self, case):
        """Sends a request, and returns the parts of the response to compare, by name."""
        method, path = case.request.split(" ")
        body = case.body
        if body is not None and not isinstance(body, bytes):
            body = self.fill(json.dumps(body)).encode()
        headers = dict(case.headers)
        for name, secret in [
            ("X-Auth-Token", case.token),
            ("X-Subject-Token", case.subject),
            ("Openstack-Auth-Receipt", case.receipt),
        ]:
            if secret:
                headers[name] = self.secrets.get(secret, secret)
        status, received, text = self.identity.send(method, path, body, headers)
        if case.save_as:
            name = "openstack-auth-receipt" if status == 401 else "x-subject-token"
            self.secrets[case.save_as] = received[name]
        return self.normalize(status, received, text)

    def fill(self, text):
        """Replaces placeholders with this service's values."""
        if "passcode" not in self.known:
            text = text.replace("<passcode>", passcode())
        for name, value in [*self.known.items(), *self.secrets.items()]:
            text = text.replace(f"<{name}>", value)
        return text

    def normalize(self, status, headers, text):
        """Replaces what differs from one service or response to the next."""
        here = f"{self.identity.host}{self.identity.base}"

        def replace(text):
            for name, value in self.known.items():
                if name != "passcode":
                    text = text.replace(value, f"<{name}>")
            for name, value in self.secrets.items():
                text = text.replace(value, f"<{name}>")
            text = text.replace(here, "<identity>").replace(self.identity.host, "<volumes>")
            text = text.replace(VOLUMES_HOST, "<volumes>")
            return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z", "<time>", text)

        body = replace(text)
        try:
            body = canonical(json.loads(body))
        except ValueError:
            pass
        headers = {name: headers.get(name) and replace(headers[name]) for name in HEADERS}
        # These values are new in each response, so only their presence counts.
        for name in ["openstack-auth-receipt", "x-openstack-request-id", "x-subject-token"]:
            headers[name] = bool(headers[name])
        return {STATUS: status, BODY: body, **headers}


def canonical(value, name=""):
    """Sorts lists whose order doesn't matter, and hides IDs that a service chooses itself."""
    if isinstance(value, dict):
        # True for a service, an endpoint or a role. All other IDs are known by name.
        own = {"endpoints", "interface"} & value.keys() or value.keys() == {"id", "name"}
        hidden = {"id": "<id>"} if own and re.fullmatch("[0-9a-f]{32}", value.get("id", "")) else {}
        return {key: canonical(item, key) for key, item in (value | hidden).items()}
    if isinstance(value, list):
        if name == "audit_ids":
            return len(value)
        items = [canonical(item, name) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return value


def main():
    keystone_url, sandbox_url = sys.argv[1:]
    keystone, local = Identity(keystone_url), Identity(f"{sandbox_url}/identity")
    keystone = Runner(keystone, seed(keystone))
    sandbox = Runner(local, sandbox_ids(sandbox_url, local))
    compare("identity", CASES, ("Keystone", keystone), sandbox)


if __name__ == "__main__":
    main()
