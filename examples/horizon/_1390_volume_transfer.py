# Copy this file to openstack_dashboard/local/enabled.

FEATURE = "volume_transfer"
# The Django app is needed only for its static files.
ADD_INSTALLED_APPS = ["volume_transfer_horizon"]
ADD_JS_FILES = ["volume_transfer/horizon.js"]
