"""Runs a real OpenStack Cinder in one process: its API, its scheduler and a volume service.

    serve_cinder.py FOLDER [--token TOKEN=USER:PROJECT:ROLE+ROLE]... [--keystone URL] [--origin ORIGIN]...

FOLDER is for the database and the log. Cinder listens on a free port, prints `READY http://...` once
it can create volumes, and exits when its standard input is closed, so that it never outlives the
process that started it.

With `--token`, only the given tokens are valid, and keystonemiddleware's own test fixture replaces
Keystone. With `--keystone`, that Keystone validates tokens. Without either, Cinder runs in its
"noauth" mode, in which a token is `USER:PROJECT` and every user is an administrator.

A single process can use oslo.messaging's "fake:" transport, so it needs no message broker. Cinder
itself is not patched.
"""

import os
import sys
import warnings

warnings.simplefilter("ignore")
# Cinder 26 requires eventlet, which must be imported before the modules that it patches.
import eventlet

eventlet.monkey_patch()
import __original_module_threading as real_threading
import threading

real_threading.current_thread.__globals__["_active"] = threading._active

import argparse
import datetime
import pathlib
import signal
import time
import urllib.request

from keystoneauth1 import loading
from keystonemiddleware import fixture
from oslo_config import cfg
from oslo_log import log
from oslo_service import service as oslo_service

from cinder import i18n

i18n.enable_lazy()
from cinder import context, coordination, db, objects, rpc, service, version
from cinder.common import config
from cinder.db import migration
import os_brick
from parent import wait_for_parent

CONF = cfg.CONF


def write_configuration(folder, auth, keystone, origins):
    """Writes the settings that differ from Cinder's defaults."""
    paste = folder / "api-paste.ini"
    file = folder / "cinder.conf"
    shipped = pathlib.Path(sys.prefix, "etc/cinder")
    file.write_text(f"""
[DEFAULT]
host = cinder
my_ip = 127.0.0.1
state_path = {folder}
log_file = {folder}/cinder.log
api_paste_config = {paste}
resource_query_filters_file = {shipped}/resource_filters.json
auth_strategy = {auth}
osapi_volume_listen = 127.0.0.1
osapi_volume_listen_port = 0
osapi_volume_workers = 1
transport_url = fake:/
# The services share one heartbeat, so one of them would otherwise be considered down.
service_down_time = 1000000000
quota_volumes = 10000
quota_gigabytes = 100000
enabled_backends = fake
volume_name_template = volume-%s
default_log_levels = castellan=ERROR,stevedore=ERROR,cinder.quota=ERROR,oslo_config=ERROR
[fake]
volume_backend_name = fake
volume_driver = cinder.tests.fake_driver.FakeLoggingVolumeDriver
[database]
connection = sqlite:///{folder}/cinder.sqlite
[oslo_concurrency]
lock_path = {folder}/locks
[coordination]
backend_url = file://{folder}/coordination
[key_manager]
backend = cinder.keymgr.conf_key_mgr.ConfKeyManager
fixed_key = {'1'.zfill(64)}
[keystone_authtoken]
www_authenticate_uri = {keystone}
auth_type = password
auth_url = {keystone}
# The administrator of serve_keystone.py.
username = admin
password = admin-secret
user_domain_name = Default
project_name = admin
project_domain_name = Default
interface = public
[cors]
allowed_origin = {','.join(origins)}
""")
    # The CORS filter reads only configuration files that are named here.
    project = "oslo_config_project = cinder\n"
    filters = (shipped / "api-paste.ini").read_text()
    paste.write_text(filters.replace(project, f"{project}oslo_config_file = {file}\n"))
    return file


def register_tokens(tokens):
    keystone = fixture.AuthTokenFixture()
    keystone.setUp()
    for token in tokens:
        name, _, rest = token.partition("=")
        user, project, roles = rest.split(":")
        keystone.add_token_data(
            token_id=name,
            expires=datetime.datetime(2999, 1, 1),
            user_id=user,
            user_name=user,
            user_domain_id="default",
            user_domain_name="Default",
            project_id=project,
            project_name=project,
            project_domain_id="default",
            project_domain_name="Default",
            role_list=roles.split("+"),
        )


def announce_when_ready(api):
    """Prints the address once the scheduler and the volume service have registered, so that volumes can
    be created."""
    url = f"http://127.0.0.1:{api.port}"
    admin = context.get_admin_context()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        eventlet.sleep(0.1)
        try:
            healthy = urllib.request.urlopen(f"{url}/healthcheck", timeout=2).status == 200
        except OSError:
            continue
        services = {service.binary for service in db.service_get_all(admin, disabled=False)}
        if healthy and {"cinder-scheduler", "cinder-volume"} <= services:
            print(f"READY {url}", flush=True)
            return
    os.kill(os.getpid(), signal.SIGTERM)


def stop_when_input_ends():
    wait_for_parent()
    os.kill(os.getpid(), signal.SIGTERM)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--token", action="append", default=[])
    parser.add_argument("--keystone")
    parser.add_argument("--origin", action="append", default=[])
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    (folder / "locks").mkdir(parents=True)
    (folder / "coordination").mkdir()

    objects.register_all()
    auth = "keystone" if arguments.token or arguments.keystone else "noauth"
    # Nothing is sent to the placeholder address, because it is used only without a Keystone.
    keystone = arguments.keystone or "http://identity.invalid"
    file = write_configuration(folder, auth, keystone, arguments.origin)
    CONF(["--config-file", str(file)], project="cinder", version=version.version_string())
    config.set_middleware_defaults()
    log.setup(CONF, "cinder")
    os_brick.setup(CONF)
    if arguments.token:
        register_tokens(arguments.token)
    # Cinder reads these options when transferring an encrypted volume, even without Keystone.
    options = loading.get_auth_plugin_conf_options("password")
    CONF.register_opts(options, group="keystone_authtoken")

    migration.db_sync()
    coordination.COORDINATOR.start()
    rpc.init(CONF)
    launcher = oslo_service.ServiceLauncher(CONF)
    CONF.register_opt(cfg.StrOpt("backend_host"), group="fake")
    for service_ in [
        service.Service.create(
            host="cinder@fake", service_name="fake", binary="cinder-volume", coordination=True
        ),
        service.Service.create(binary="cinder-scheduler"),
        api := service.WSGIService("osapi_volume"),
    ]:
        launcher.launch_service(service_)
    eventlet.spawn(announce_when_ready, api)
    eventlet.patcher.original("threading").Thread(
        target=stop_when_input_ends, daemon=True
    ).start()
    launcher.wait()


if __name__ == "__main__":
    main()
