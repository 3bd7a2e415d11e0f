"""core as gunicorn serves it, but no fact is appended: neither outbox row nor history."""

from core.config.wsgi import application
from core.outbox import append

append.append_all = lambda facts: None  # every published fact passes through it

__all__ = ["application"]
