"""Every kind of entity that is published: its keys in order, its row, its fact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Collate

from core.feedback import events as feedback
from core.feedback.models import Feedback
from core.kit.errors import BadParameter
from core.kit.versions import Versioned
from core.profiling import events as profiling
from core.profiling.models import ProfilingSession
from core.programs import events as programs
from core.programs.models import ContentItem
from core.progress import events as progress
from core.progress.models import Progress
from core.users import events as users
from core.users.models import User
from ongoza_contracts.event import Fact
from ongoza_contracts.http.reconcile import PAGE_MAX, EntityKind


@dataclass(frozen=True)
class Kind:
    rows: Callable[[], QuerySet[Any]]
    """Those that have been published, in the order of their keys' parts."""
    behind: Callable[[str], Q]
    """The rows behind a key. Raises ValueError for what cannot be one."""
    at: Callable[[str], Q]
    """The row of a key. Raises ValueError as well."""
    fact: Callable[[Any], Fact]
    """The row's present state."""


@dataclass(frozen=True)
class Stretch:
    versions: list[tuple[str, int]]
    """Key and version of each entity."""
    next_after: str | None


def stretch(kind: EntityKind, after: str | None, limit: int = PAGE_MAX) -> Stretch:
    """Raises BadParameter when `after` is no key of this kind."""
    one = KINDS[kind]
    rows = one.rows()
    if after is not None:
        rows = rows.filter(_where(one.behind, after))
    found = [(one.fact(row).key, row.version) for row in rows[: limit + 1]]
    following = found[limit - 1][0] if len(found) > limit else None
    return Stretch(found[:limit], following)


def of_key(kind: EntityKind, key: str) -> QuerySet[Versioned]:
    """None or one. Raises BadParameter when `key` is no key of this kind."""
    one = KINDS[kind]
    return one.rows().filter(_where(one.at, key))


def _where(condition: Callable[[str], Q], key: str) -> Q:
    try:
        return condition(key)
    except ValueError:
        raise BadParameter("That is no key of this kind.") from None


def _content_fact(item: ContentItem) -> Fact:
    prerequisites = sorted(one.content_id for one in item.prerequisites.all())
    make = programs.content_retired if item.retired else programs.content_published
    return make(item, prerequisites)


def _profiling_fact(session: ProfilingSession) -> Fact:
    if session.status == ProfilingSession.Status.COMPLETED:
        return profiling.profiling_completed(session)
    return profiling.profiling_answered(session)


def _learner_and_item(key: str) -> tuple[int, str]:
    learner, _, item = key.partition(":")
    return int(learner), item


def _behind_learner_and_item(key: str) -> Q:
    learner, item = _learner_and_item(key)
    return Q(user_id__gt=learner) | Q(user_id=learner, in_order__gt=item)


def _at_learner_and_item(key: str) -> Q:
    learner, item = _learner_and_item(key)
    return Q(user_id=learner, content_id=item)


# Byte by byte: the order must not depend on how either database was set up.
_IN_ORDER = Collate(F("content_id"), "C")
_PUBLISHED = Q(version__gt=0)

KINDS: Mapping[EntityKind, Kind] = {
    EntityKind.USERS: Kind(
        rows=lambda: User.objects.filter(_PUBLISHED).order_by("id"),
        behind=lambda key: Q(id__gt=int(key)),
        at=lambda key: Q(id=int(key)),
        fact=users.user_updated,
    ),
    EntityKind.CONTENT: Kind(
        rows=lambda: (
            ContentItem.objects.filter(_PUBLISHED)
            .annotate(in_order=_IN_ORDER)
            .select_related("course")
            .prefetch_related("prerequisites")
            .order_by("in_order")
        ),
        behind=lambda key: Q(in_order__gt=key),
        at=lambda key: Q(content_id=key),
        fact=_content_fact,
    ),
    EntityKind.PROGRESS: Kind(
        rows=lambda: (
            Progress.objects.filter(_PUBLISHED)
            .annotate(in_order=_IN_ORDER)
            .select_related("content")
            .order_by("user_id", "in_order")
        ),
        behind=_behind_learner_and_item,
        at=_at_learner_and_item,
        fact=progress.progress_updated,
    ),
    EntityKind.PROFILING: Kind(
        rows=lambda: (
            ProfilingSession.objects.filter(_PUBLISHED).prefetch_related("answers").order_by("id")
        ),
        behind=lambda key: Q(id__gt=UUID(key)),
        at=lambda key: Q(id=UUID(key)),
        fact=_profiling_fact,
    ),
    EntityKind.FEEDBACK: Kind(
        rows=lambda: (
            Feedback.objects.filter(_PUBLISHED)
            .annotate(in_order=_IN_ORDER)
            .order_by("user_id", "in_order")
        ),
        behind=_behind_learner_and_item,
        at=_at_learner_and_item,
        fact=feedback.feedback_given,
    ),
}
