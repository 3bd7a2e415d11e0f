"""core as it is for gunicorn, but reported progress writes no outbox row."""

from core.config.wsgi import application
from core.progress import services
from ongoza_contracts.event import Fact


def _nothing(fact: Fact) -> None:
    """In place of `core.outbox.append.append`, where progress calls it."""


services.append = _nothing  # type: ignore[attr-defined]  # imported there, not exported

__all__ = ["application"]
