"""Runs openstacksdk against the sandbox with only a `clouds.yaml`, the way people use it.

    clouds.py SANDBOX
"""

import os
import sys
import tempfile
import warnings

# The libraries print warnings about each other's versions.
warnings.simplefilter("ignore")

import openstack

CLOUDS = """
clouds:
  sender:
    auth:
      auth_url: {url}/identity/v3
      username: alice
      password: demo-alice
      user_domain_name: account-a
      project_name: project-a
      project_domain_name: account-a
  recipient:
    auth:
      auth_url: {url}/identity/v3
      username: bob
      password: demo-bob
      user_domain_name: account-b
      project_name: project-b
      project_domain_name: account-b
  program:
    auth_type: v3applicationcredential
    auth:
      auth_url: {url}/identity
      application_credential_name: console
      application_credential_secret: demo-secret
      username: alice
      user_domain_name: account-a
  second-factor:
    auth_type: v3multifactor
    auth_methods: [v3password, v3totp]
    auth:
      auth_url: {url}/identity/v3
      username: dave
      password: demo-dave
      passcode: "123456"
      user_domain_name: account-a
      project_name: project-a
      project_domain_name: account-a
"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "clouds.yaml")
        with open(file, "w") as clouds:
            clouds.write(CLOUDS.format(url=sys.argv[1]))
        os.environ["OS_CLIENT_CONFIG_FILE"] = file

        def connect(cloud):
            return openstack.connect(cloud=cloud).block_storage

        recipient = connect("recipient")
        for name in ["sender", "program", "second-factor"]:
            sender = connect(name)
            (volume,) = sender.volumes(name="data-01")
            # Deletes one transfer, accepts the next, and gives the volume back with a third.
            deleted = sender.create_transfer(volume_id=volume.id, name="deleted")
            sender.delete_transfer(deleted.id, ignore_missing=False)
            for owner, receiver in [(sender, recipient), (recipient, sender)]:
                created = owner.create_transfer(volume_id=volume.id, name=f"of {name}")
                receiver.accept_transfer(created.id, created.auth_key)
                assert receiver.get_volume(volume.id).status == "available"
                assert volume.id not in [row.id for row in owner.volumes()]
    print("clouds.yaml: openstacksdk signed in 3 ways (password, application credential, second factor)")


if __name__ == "__main__":
    main()
