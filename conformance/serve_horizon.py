"""Runs a real OpenStack Horizon with the plugin in `examples/horizon`.

    serve_horizon.py FOLDER KEYSTONE PLUGIN PACKAGE

FOLDER is for static files. PLUGIN is the plugin's folder, and PACKAGE the built npm package. Horizon
listens on a free port, prints `READY http://...`, and exits when its standard input is closed, so that
it never outlives the process that started it.

Horizon itself is not patched. Its settings and the plugin's file go where an operator would put
them, so run this in a virtual environment that is used for nothing else.
"""

import logging
import os
import pathlib
import shutil
import socketserver
import sys
import threading
import warnings
import wsgiref.simple_server

import openstack_dashboard
from parent import exit_with_parent

folder, keystone, plugin, package = sys.argv[1:]
folder, plugin = pathlib.Path(folder).resolve(), pathlib.Path(plugin)
local = pathlib.Path(openstack_dashboard.__file__).parent / "local"

app = "volume_transfer_horizon"
shutil.copytree(plugin / app, folder / "app" / app)
shutil.copytree(package, folder / "app" / app / "static/volume_transfer/package")
for enabled in plugin.glob("_*.py"):
    shutil.copy(enabled, local / "enabled")
(local / "local_settings.py").write_text(f"""
DEBUG = True
ALLOWED_HOSTS = ["*"]
SECRET_KEY = "conformance"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
CACHES = {{"default": {{"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}}}
COMPRESS_OFFLINE = False
STATIC_ROOT = {str(folder / "static")!r}
OPENSTACK_KEYSTONE_URL = "{keystone}/v3"
OPENSTACK_KEYSTONE_MULTIDOMAIN_SUPPORT = True
""")

sys.path.insert(0, str(folder / "app"))
os.environ["DJANGO_SETTINGS_MODULE"] = "openstack_dashboard.settings"
import django

django.setup()
# Horizon logs every request to the services, and warns about deprecated policies.
logging.disable()
warnings.simplefilter("ignore")
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

call_command("collectstatic", interactive=False, verbosity=0)


class Handler(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
server.set_app(StaticFilesHandler(get_wsgi_application()))
threading.Thread(target=exit_with_parent, daemon=True).start()
print(f"READY http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
