"""Cinder's own word on names, against what the rules in Rust made of the same texts.

    names.py FILE

FILE has a line of JSON for each text: the `text`, the `name` that the rules make of it or null
where they refuse it, and `absent` where they leave the name out of the request.
"""

import json
import sys
import types
import warnings

warnings.simplefilter("ignore")

# The API is not to be imported before Cinder's options and objects are there.
import cinder.common.config
from cinder import exception, objects

objects.register_all()
from cinder.api.openstack.api_version_request import APIVersionRequest
from cinder.api.validation import validators
from cinder.api.v3.volume_transfer import VolumeTransferController

VOLUME = "c86b9af4-151d-4ead-b62c-5fb967af0e37"
# The first that there is, and the first whose requests have a schema of their own.
VERSIONS = ["3.0", "3.55"]


# Cinder makes a validator anew for each request, which takes longer than all the rest.
made = {}
make = validators._SchemaValidator


def validator(schema):
    if id(schema) not in made:
        made[id(schema)] = make(schema)
    return made[id(schema)]


validators._SchemaValidator = validator


class Taken(Exception):
    """The name that has come through all that stands before the database."""


class Transfers:
    def create(self, context, volume_id, name, **options):
        raise Taken(name)


def controller():
    # Not made as usual, which wants a database.
    controller = object.__new__(VolumeTransferController)
    controller.transfer_api = Transfers()
    return controller


def ask(controller, version, transfer):
    """What Cinder would store as the name; False where it refuses."""
    request = types.SimpleNamespace(
        api_version_request=APIVersionRequest(version), environ={"cinder.context": None}
    )
    try:
        controller.create(request, body={"transfer": {"volume_id": VOLUME, **transfer}})
    except Taken as taken:
        return taken.args[0]
    except exception.ValidationError:
        return False
    raise AssertionError("nothing came of it")


def main():
    cinder = controller()
    texts, taken, wrong = 0, 0, 0
    for version in VERSIONS:
        assert ask(cinder, version, {}) is None
        assert ask(cinder, version, {"name": None}) is None
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            texts += 1
            taken += row["name"] is not None
            # A name that is left out was seen to be taken above; as a text it must be refused.
            expected = False if row["name"] is None else row["name"]
            for version in VERSIONS:
                got = ask(cinder, version, {"name": row["text"]})
                if got != expected or row["absent"] != (row["text"] == ""):
                    wrong += 1
                    if wrong <= 20:
                        print(f"at {version}, Cinder and the rules:")
                        print(*(f"  {ascii(name)[:80]}" for name in [got, expected]), sep="\n")
    print(f"names: {texts} compared, {taken} of them taken, {wrong} WRONG")
    raise SystemExit(wrong > 0 or texts < 20_000)


if __name__ == "__main__":
    main()
