"""The WSGI application: `gunicorn core.config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from core.kit.bodies import sized_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.config.settings")
application = sized_bodies(get_wsgi_application())
