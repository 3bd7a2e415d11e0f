"""Every topic that ai consumes, and where its facts are stored.

A new fact is one more `Projection` in the tuple: reading, writing, erasing, comparing and
rebuilding follow from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ongoza_contracts.event import Fact
from ongoza_contracts.list_views import DismissalKind, DismissalUpdated
from ongoza_contracts.missions import MissionState, MissionUpdated
from ongoza_contracts.topics import (
    CALENDAR_EVENTS,
    CERTIFICATES,
    COHORTS,
    CONTENT,
    DISMISSALS,
    ENROLMENTS,
    ENTITLEMENTS,
    FEEDBACK,
    GOALS,
    HABIT_ENTRIES,
    HABITS,
    INVOICES,
    LIST_VIEWS,
    MATCHES,
    MEMBERSHIPS,
    MISSIONS,
    PLANS,
    PROFILING,
    PROGRAM_VERSIONS,
    PROGRESS,
    QUIZ_RESULTS,
    REVIEWS,
    SESSIONS,
    SIGN_INS,
    SUBMISSIONS,
    SUBSCRIPTIONS,
    SUGGESTIONS,
    USERS,
    Topic,
)


@dataclass(frozen=True, kw_only=True)
class Projection:
    topic: Topic
    makes_lists_stale: bool
    """Whether a change makes the owner's list stale; every list where the entity has no owner."""
    table: str | None = None
    """A typed table, for entities that are read often or in parts; the others are rows of
    `entity`."""
    exists: str = "true"
    """For typed tables with rows of deleted entities: the SQL condition of an existing entity."""
    changes_lists: Callable[[Fact], bool] = lambda fact: True
    """Whether a fact makes lists stale; asked for kinds without a typed table alone."""


def _is_no_draft(fact: Fact) -> bool:
    """Lists use published missions, and a mission never becomes a draft again."""
    return not (isinstance(fact, MissionUpdated) and fact.state is MissionState.DRAFT)


def _is_of_lists(fact: Fact) -> bool:
    return isinstance(fact, DismissalUpdated) and fact.kind is DismissalKind.RECOMMENDATION


PROJECTIONS: tuple[Projection, ...] = (
    Projection(topic=USERS, makes_lists_stale=True, table="learner"),
    Projection(topic=CONTENT, makes_lists_stale=True, table="content"),
    Projection(topic=PROGRAM_VERSIONS, makes_lists_stale=True),
    Projection(topic=PROGRESS, makes_lists_stale=True, table="progress"),
    Projection(
        topic=PROFILING,
        makes_lists_stale=True,
        table="profiling_session",
        exists="questionnaire IS NOT NULL",
    ),
    Projection(topic=FEEDBACK, makes_lists_stale=True),
    Projection(topic=LIST_VIEWS, makes_lists_stale=False),
    Projection(topic=DISMISSALS, makes_lists_stale=True, changes_lists=_is_of_lists),
    Projection(topic=GOALS, makes_lists_stale=False),
    Projection(topic=MISSIONS, makes_lists_stale=True, changes_lists=_is_no_draft),
    Projection(topic=SUBMISSIONS, makes_lists_stale=True),
    Projection(topic=SUGGESTIONS, makes_lists_stale=False),
    Projection(topic=HABITS, makes_lists_stale=False),
    Projection(topic=HABIT_ENTRIES, makes_lists_stale=False),
    Projection(topic=REVIEWS, makes_lists_stale=False),
    Projection(topic=CALENDAR_EVENTS, makes_lists_stale=False),
    Projection(topic=CERTIFICATES, makes_lists_stale=False),
    Projection(topic=COHORTS, makes_lists_stale=True),
    Projection(topic=ENROLMENTS, makes_lists_stale=True),
    Projection(topic=QUIZ_RESULTS, makes_lists_stale=False),
    Projection(topic=PLANS, makes_lists_stale=False),
    Projection(topic=SUBSCRIPTIONS, makes_lists_stale=False),
    Projection(topic=INVOICES, makes_lists_stale=False),
    Projection(topic=ENTITLEMENTS, makes_lists_stale=False),
    Projection(topic=MATCHES, makes_lists_stale=False),
    Projection(topic=SESSIONS, makes_lists_stale=False),
    Projection(topic=MEMBERSHIPS, makes_lists_stale=False),
    Projection(topic=SIGN_INS, makes_lists_stale=False, table="sign_in", exists="ended_at IS NULL"),
)


@dataclass(frozen=True)
class Registry:
    """Lookups derived from a tuple of projections."""

    projections: tuple[Projection, ...]

    @cached_property
    def by_fact(self) -> Mapping[type[Fact], Projection]:
        return {fact: one for one in self.projections for fact in one.topic.facts}

    @cached_property
    def by_topic(self) -> Mapping[str, Projection]:
        return {one.topic.name: one for one in self.projections}

    @cached_property
    def typed(self) -> tuple[Projection, ...]:
        return tuple(one for one in self.projections if one.table)

    @cached_property
    def entity_kinds(self) -> tuple[str, ...]:
        """The kinds of entity whose rows are in `entity`."""
        return tuple(one.topic.kind for one in self.projections if not one.table)

    @cached_property
    def stale_kinds(self) -> frozenset[str]:
        return frozenset(one.topic.kind for one in self.projections if one.makes_lists_stale)

    @cached_property
    def owned_topics(self) -> tuple[str, ...]:
        """The names of the topics whose entities belong to users."""
        return tuple(one.topic.name for one in self.projections if one.topic.owned)

    @cached_property
    def subjects(self) -> frozenset[str]:
        """The fields of all facts that name users."""
        return frozenset(field for fact in self.by_fact for field in fact.subjects)

    @cached_property
    def further_subjects(self) -> Mapping[str, tuple[str, ...]]:
        """By topic, the fields that name users besides the owner; only topics that have some."""
        fields = {one.topic.name: one.topic.facts[0].subjects[1:] for one in self.projections}
        return {topic: names for topic, names in fields.items() if names}


REGISTRY = Registry(PROJECTIONS)
