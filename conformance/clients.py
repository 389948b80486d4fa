"""The real clients, as they are installed, through the whole life of a transfer, there and back.

    clients.py ENDPOINT

ENDPOINT is the sandbox, or a Cinder that was furnished like it.
"""

import sys
import warnings

# The libraries complain of each other.
warnings.simplefilter("ignore")

import openstack
from cinderclient import client as cinderclient
from cinderclient import exceptions
from keystoneauth1 import session, token_endpoint

from furnish import PROJECTS

VOLUME = "data-02"


def authenticate(endpoint, label):
    """A project's entry and its token, for clients that need not ask Keystone for them."""
    project, token = PROJECTS[label]
    entry = f"{endpoint}/v3/{project}"
    return entry, token_endpoint.Token(entry, token)


def by_cinderclient(endpoint, version):
    """python-cinderclient, which sends each microversion to the path that it knows for it."""

    def connect(label):
        _, auth = authenticate(endpoint, label)
        return cinderclient.Client(version, session=session.Session(auth))

    giver, taker = connect("A"), connect("B")
    (volume,) = [volume for volume in giver.volumes.list() if volume.name == VOLUME]

    for end in ["deleted", "accepted", "given back"]:
        made = giver.transfers.create(volume.id, f"  {end} 转让 ")
        assert (made.volume_id, made.name) == (volume.id, f"{end} 转让"), made.to_dict()
        assert len(made.auth_key) == 16
        assert giver.volumes.get(volume.id).status == "awaiting-transfer"
        assert [row.id for row in giver.transfers.list()] == [made.id]
        shown = giver.transfers.get(made.id)
        assert (shown.id, shown.name) == (made.id, made.name)
        assert not hasattr(shown, "auth_key")
        refused(lambda: giver.transfers.create(volume.id), exceptions.BadRequest)
        if end == "deleted":
            giver.transfers.delete(made.id)
            assert giver.volumes.get(volume.id).status == "available"
        else:
            refused(lambda: taker.transfers.accept(made.id, "0" * 16), exceptions.BadRequest)
            assert taker.transfers.accept(made.id, made.auth_key).volume_id == volume.id
            assert taker.volumes.get(volume.id).status == "available"
            refused(lambda: giver.volumes.get(volume.id), exceptions.NotFound)
        refused(lambda: giver.transfers.get(made.id), exceptions.NotFound)
        assert giver.transfers.list() == []
        if end == "accepted":
            giver, taker = taker, giver


def by_openstacksdk(endpoint):
    """openstacksdk, which looks for the newest microversion that both sides know."""

    def connect(label):
        entry, auth = authenticate(endpoint, label)
        return openstack.connection.Connection(
            session=session.Session(auth), block_storage_endpoint_override=entry
        ).block_storage

    giver, taker = connect("A"), connect("B")
    (volume,) = giver.volumes(name=VOLUME)

    for end in ["deleted", "accepted", "given back"]:
        made = giver.create_transfer(volume_id=volume.id, name=f"{end} 转让")
        assert (made.volume_id, made.name) == (volume.id, f"{end} 转让"), made
        assert len(made.auth_key) == 16
        assert giver.get_volume(volume.id).status == "awaiting-transfer"
        assert [row.id for row in giver.transfers()] == [made.id]
        assert giver.get_transfer(made.id).name == made.name
        assert giver.find_transfer(made.name).id == made.id
        if end == "deleted":
            giver.delete_transfer(made.id, ignore_missing=False)
            assert giver.get_volume(volume.id).status == "available"
        else:
            refused(
                lambda: taker.accept_transfer(made.id, "0" * 16),
                openstack.exceptions.BadRequestException,
            )
            taker.accept_transfer(made.id, made.auth_key)
            assert taker.get_volume(volume.id).status == "available"
        refused(lambda: giver.get_transfer(made.id), openstack.exceptions.NotFoundException)
        assert list(giver.transfers()) == []
        if end == "accepted":
            giver, taker = taker, giver


def refused(call, error):
    try:
        call()
    except error:
        return
    raise AssertionError(f"{error.__name__} was expected")


def main():
    endpoint = sys.argv[1]
    by_cinderclient(endpoint, "3.0")
    by_cinderclient(endpoint, "3.55")
    by_openstacksdk(endpoint)
    print("clients: 3 passed (cinderclient at 3.0 and 3.55, openstacksdk)")


if __name__ == "__main__":
    main()
