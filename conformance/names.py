"""Compares the core's name rule with Cinder's own validation.

    names.py FILE

FILE has one line of JSON for each text: the `text`, the `name` under the core's rule (null if it is
invalid), and whether the core omits the name from the request (`absent`).
"""

import json
import sys
import types
import warnings

warnings.simplefilter("ignore")

# Cinder's options and objects must be registered before the API is imported.
import cinder.common.config
from cinder import exception, objects

objects.register_all()
from cinder.api.openstack.api_version_request import APIVersionRequest
from cinder.api.validation import validators
from cinder.api.v3.volume_transfer import VolumeTransferController

VOLUME = "c86b9af4-151d-4ead-b62c-5fb967af0e37"
# The oldest microversion, and the first one with a separate schema.
VERSIONS = ["3.0", "3.55"]


# Cinder creates a validator for each request, which takes longer than everything else, so
# validators are cached here.
cache = {}
create_validator = validators._SchemaValidator


def validator(schema):
    if id(schema) not in cache:
        cache[id(schema)] = create_validator(schema)
    return cache[id(schema)]


validators._SchemaValidator = validator


class Accepted(Exception):
    """Carries the name that Cinder would store."""


class FakeTransferApi:
    def create(self, context, volume_id, name, **options):
        raise Accepted(name)


def controller():
    # The constructor would require a database.
    controller = object.__new__(VolumeTransferController)
    controller.transfer_api = FakeTransferApi()
    return controller


def stored_name(controller, version, transfer):
    """Returns the name that Cinder would store, or False if it is invalid."""
    request = types.SimpleNamespace(
        api_version_request=APIVersionRequest(version), environ={"cinder.context": None}
    )
    try:
        controller.create(request, body={"transfer": {"volume_id": VOLUME, **transfer}})
    except Accepted as accepted:
        return accepted.args[0]
    except exception.ValidationError:
        return False
    raise AssertionError("the request was neither accepted nor rejected")


def main():
    cinder = controller()
    texts, valid, wrong = 0, 0, 0
    for version in VERSIONS:
        assert stored_name(cinder, version, {}) is None
        assert stored_name(cinder, version, {"name": None}) is None
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            texts += 1
            valid += row["name"] is not None
            # Omitted names were checked above. If the core rejects a text as a name, so must
            # Cinder.
            expected = False if row["name"] is None else row["name"]
            for version in VERSIONS:
                got = stored_name(cinder, version, {"name": row["text"]})
                if got != expected or row["absent"] != (row["text"] == ""):
                    wrong += 1
                    if wrong <= 20:
                        print(f"at {version}, Cinder and the core disagree:")
                        print(*(f"  {ascii(name)[:80]}" for name in [got, expected]), sep="\n")
    print(f"names: {texts} compared, {valid} of them valid, {wrong} WRONG")
    raise SystemExit(wrong > 0 or texts < 20_000)


if __name__ == "__main__":
    main()
