"""core's settings, on the test run's own servers."""

import os

from tests.servers import SERVERS

# No web client calls these servers and states the caller's address, as one does in a stack.
os.environ.update({**SERVERS.environment, "NUM_PROXIES": "0"})

from core.config.settings import *  # noqa: F403

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # fast: nothing to protect here
RESTORE_CHECK_SECONDS = 0  # no relay compares this database with the topics
# Each test client starts the middleware again: without this every one scans all static files.
WHITENOISE_AUTOREFRESH = True
