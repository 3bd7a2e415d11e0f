"""Reads of the caller's own profiling sessions."""

from uuid import UUID

from django.db.models import QuerySet

from core.kit.errors import NotFound
from core.profiling.models import ProfilingSession
from core.users.models import User


def sessions_of(user: User) -> QuerySet[ProfilingSession]:
    """Newest first."""
    return ProfilingSession.objects.filter(user=user).prefetch_related("answers")


def own_session(user: User, session_id: UUID) -> ProfilingSession:
    """Raises NotFound."""
    session = sessions_of(user).filter(pk=session_id).first()
    if session is None:
        raise NotFound
    return session
