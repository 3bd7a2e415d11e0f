"""What may be read of the record of profiling: one's own."""

from uuid import UUID

from django.db.models import QuerySet

from core.kit.errors import NotFound
from core.profiling.models import ProfilingSession
from core.users.models import User


def sessions_of(user: User) -> QuerySet[ProfilingSession]:
    """Newest first."""
    return ProfilingSession.objects.filter(user=user).prefetch_related("answers")


def fact_keys(user_id: int) -> list[str]:
    """Of every fact that was published of this learner's sessions that are still there."""
    published = ProfilingSession.objects.filter(user_id=user_id, version__gt=0)
    return [str(session_id) for session_id in published.values_list("id", flat=True)]


def own_session(user: User, session_id: UUID) -> ProfilingSession:
    """Raises NotFound."""
    session = sessions_of(user).filter(pk=session_id).first()
    if session is None:
        raise NotFound
    return session
