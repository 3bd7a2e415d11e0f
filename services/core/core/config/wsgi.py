"""The WSGI application: `gunicorn core.config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from core.kit.bodies import buffer_chunked_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.config.settings")
application = buffer_chunked_bodies(get_wsgi_application())
