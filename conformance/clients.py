"""Runs OpenStack's own clients through the life cycle of a transfer, in both directions.

    clients.py ENDPOINT

ENDPOINT is the sandbox, or a Cinder seeded with the same data.
"""

import sys
import warnings

# The libraries print warnings about each other's versions.
warnings.simplefilter("ignore")

import openstack
from cinderclient import client as cinderclient
from cinderclient import exceptions
from keystoneauth1 import session, token_endpoint

from seed_cinder import PROJECTS

VOLUME = "data-02"


def authenticate(endpoint, label):
    """Returns a project's endpoint and an authentication plugin that needs no Keystone."""
    project, token = PROJECTS[label]
    url = f"{endpoint}/v3/{project}"
    return url, token_endpoint.Token(url, token)


def check_cinderclient(endpoint, version):
    """Checks python-cinderclient, which chooses the path by microversion."""

    def connect(label):
        _, auth = authenticate(endpoint, label)
        return cinderclient.Client(version, session=session.Session(auth))

    sender, recipient = connect("A"), connect("B")
    (volume,) = [volume for volume in sender.volumes.list() if volume.name == VOLUME]

    for outcome in ["deleted", "accepted", "returned"]:
        created = sender.transfers.create(volume.id, f"  {outcome} 转让 ")
        assert (created.volume_id, created.name) == (volume.id, f"{outcome} 转让"), created.to_dict()
        assert len(created.auth_key) == 16
        assert sender.volumes.get(volume.id).status == "awaiting-transfer"
        assert [row.id for row in sender.transfers.list()] == [created.id]
        shown = sender.transfers.get(created.id)
        assert (shown.id, shown.name) == (created.id, created.name)
        assert not hasattr(shown, "auth_key")
        expect_error(lambda: sender.transfers.create(volume.id), exceptions.BadRequest)
        if outcome == "deleted":
            sender.transfers.delete(created.id)
            assert sender.volumes.get(volume.id).status == "available"
        else:
            expect_error(lambda: recipient.transfers.accept(created.id, "0" * 16), exceptions.BadRequest)
            assert recipient.transfers.accept(created.id, created.auth_key).volume_id == volume.id
            assert recipient.volumes.get(volume.id).status == "available"
            expect_error(lambda: sender.volumes.get(volume.id), exceptions.NotFound)
        expect_error(lambda: sender.transfers.get(created.id), exceptions.NotFound)
        assert sender.transfers.list() == []
        if outcome == "accepted":
            sender, recipient = recipient, sender


def check_openstacksdk(endpoint):
    """Checks openstacksdk, which negotiates the newest microversion that both sides support."""

    def connect(label):
        url, auth = authenticate(endpoint, label)
        return openstack.connection.Connection(
            session=session.Session(auth), block_storage_endpoint_override=url
        ).block_storage

    sender, recipient = connect("A"), connect("B")
    (volume,) = sender.volumes(name=VOLUME)

    for outcome in ["deleted", "accepted", "returned"]:
        created = sender.create_transfer(volume_id=volume.id, name=f"{outcome} 转让")
        assert (created.volume_id, created.name) == (volume.id, f"{outcome} 转让"), created
        assert len(created.auth_key) == 16
        assert sender.get_volume(volume.id).status == "awaiting-transfer"
        assert [row.id for row in sender.transfers()] == [created.id]
        assert sender.get_transfer(created.id).name == created.name
        assert sender.find_transfer(created.name).id == created.id
        if outcome == "deleted":
            sender.delete_transfer(created.id, ignore_missing=False)
            assert sender.get_volume(volume.id).status == "available"
        else:
            expect_error(
                lambda: recipient.accept_transfer(created.id, "0" * 16),
                openstack.exceptions.BadRequestException,
            )
            recipient.accept_transfer(created.id, created.auth_key)
            assert recipient.get_volume(volume.id).status == "available"
        expect_error(lambda: sender.get_transfer(created.id), openstack.exceptions.NotFoundException)
        assert list(sender.transfers()) == []
        if outcome == "accepted":
            sender, recipient = recipient, sender


def expect_error(call, error):
    try:
        call()
    except error:
        return
    raise AssertionError(f"expected {error.__name__}")


def main():
    endpoint = sys.argv[1]
    check_cinderclient(endpoint, "3.0")
    check_cinderclient(endpoint, "3.55")
    check_openstacksdk(endpoint)
    print("clients: 3 passed (cinderclient at 3.0 and 3.55, openstacksdk)")


if __name__ == "__main__":
    main()
