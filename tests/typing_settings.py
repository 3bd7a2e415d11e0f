"""core's settings for mypy's Django plugin, which reads the models: no server, new secrets."""

import os
import secrets

for name in ("DJANGO_SECRET_KEY", "JWT_SECRET_KEY"):
    os.environ.setdefault(name, secrets.token_hex(32))
os.environ.setdefault("EMAIL_HOST", "localhost")

from core.config.settings import *  # noqa: E402, F403
