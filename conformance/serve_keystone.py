"""Runs a Keystone in one process, with the sandbox's accounts.

    serve_keystone.py FOLDER

Prints READY with the URL, and exits when standard input is closed. Handles one request at a
time.
"""

import getpass
import grp
import os
import pathlib
import sqlite3
import subprocess
import sys
import threading
import warnings

from parent import exit_with_parent

# The libraries print warnings about each other's versions.
warnings.simplefilter("ignore")

folder = pathlib.Path(sys.argv[1]).resolve()
# Keystone also parses the command line, so the arguments are removed.
del sys.argv[1:]

REGION = "cn-east-3"
ADMIN_PASSWORD = "admin-secret"


def write_configuration(name, connection):
    file = folder / name
    file.write_text(f"""
[DEFAULT]
log_file = {folder}/keystone.log
[database]
connection = {connection}
[fernet_tokens]
key_repository = {folder}/fernet-keys
[fernet_receipts]
key_repository = {folder}/fernet-keys
[credential]
key_repository = {folder}/credential-keys
[cache]
enabled = false
[token]
expiration = 86400
[identity]
# With the default, hashing a password takes a third of a second.
password_hash_rounds = 4
[auth]
methods = password,token,application_credential,totp
""")
    return str(file)


def manage(configuration, *arguments):
    program = pathlib.Path(sys.executable).parent / "keystone-manage"
    subprocess.run([program, "--config-file", configuration, *arguments], check=True)


for keys in ["fernet-keys", "credential-keys"]:
    (folder / keys).mkdir(parents=True, mode=0o700)
database = folder / "keystone.sqlite"
configuration = write_configuration("manage.conf", f"sqlite:///{database}")
user, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
manage(configuration, "db_sync")
for setup in ["fernet_setup", "credential_setup"]:
    manage(configuration, setup, "--keystone-user", user, "--keystone-group", group)

from keystone.common import sql
from keystone.server.flask.core import initialize_application
from werkzeug.serving import make_server

# Bootstrapping needs the address, so the port is chosen first.
server = make_server("127.0.0.1", 0, None, threaded=False)
url = f"http://127.0.0.1:{server.port}"
manage(
    configuration,
    "bootstrap",
    *["--bootstrap-password", ADMIN_PASSWORD],
    *["--bootstrap-region-id", REGION],
    *["--bootstrap-public-url", f"{url}/v3/"],
)
server.app = initialize_application(
    name="public", config_files=[write_configuration("keystone.conf", "sqlite://")]
)
# Keystone's nested sessions would lock each other out of a file, so Keystone works on a copy in
# memory, with one connection and one thread.
with sql.session_for_write() as session:
    memory = session.connection().connection.driver_connection
    sqlite3.connect(database).backup(memory)
threading.Thread(target=exit_with_parent, daemon=True).start()
print(f"READY {url}", flush=True)
server.serve_forever()
