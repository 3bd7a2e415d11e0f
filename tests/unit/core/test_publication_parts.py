"""The rows that a fact holds beside its own row change with a new version of that row alone."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

import pytest
from django.db import models, transaction
from django.db.models import ForeignKey

from core.coaching.habits import pause_habit
from core.kit.versions import Part, UnpublishedChange, Versioned
from core.outbox.publish import publish_with_parts
from core.profiling.models import ProfilingAnswer, ProfilingSession
from core.profiling.services import record_answer, start_session
from core.programs.models import ContentItem, Prerequisite
from core.users.models import User
from tests.unit.core.coaching_rows import habit_of
from tests.unit.core.cohort_rows import open_cohort
from tests.unit.core.published import PUBLICATIONS, module_rows, rows
from tests.unit.core.subscription_rows import plan
from tests.unit.core.world import appended, forget_appended, item, person, published_version

__all__ = ["module_rows", "rows"]
pytestmark = pytest.mark.django_db


WITH_PARTS = [kind for kind, publication in PUBLICATIONS.items() if publication.parts]


@pytest.fixture(scope="module")
def module_parts(module_rows: dict[str, Versioned], django_db_blocker: Any) -> dict[str, Part]:
    """Rolled back with the rows."""
    with django_db_blocker.unblock():
        return insert_parts(module_rows)


@pytest.fixture
def parts(module_parts: dict[str, Part], rows: dict[str, Versioned]) -> dict[str, Part]:
    """The parts, read again for each test."""
    return {kind: type(one)._default_manager.get(pk=one.pk) for kind, one in module_parts.items()}


def insert_parts(rows: dict[str, Versioned]) -> dict[str, Part]:
    """One part of a published row of every kind that has parts."""
    session, learner = rows["profiling"], cast(User, rows["users"])
    record_answer(user=learner, session_id=session.pk, question_id="q-1", option_id="a")
    item("course-2", prerequisites=["course-1"])
    version = published_version("course-2")
    pool = open_cohort(paid=1).pools.get()
    habit = habit_of(learner)
    pause_habit(user=learner, habit_id=habit.pk, first_day=date.max)
    pause = habit.pauses.get()
    price = plan("extra").prices.get()
    forget_appended()
    return {
        "profiling": ProfilingAnswer.objects.get(),
        "content": Prerequisite.objects.get(),
        "program-versions": version.items.get(milestone=2),
        "cohorts": pool,
        "habits": pause,
        "plans": price,
    }


def delete(part: Any) -> None:
    part.delete()


def delete_queryset(part: Any) -> None:
    type(part).objects.filter(pk=part.pk).delete()


def insert(part: Any) -> None:
    part.pk, part._state.adding = None, True
    part.save()


def insert_many(part: Any) -> None:
    part.pk = None
    type(part).objects.bulk_create([part])


def save(part: Any) -> None:
    part.save()


def update(part: Any) -> None:
    type(part).objects.update(pk=part.pk)


def bulk_update(part: Any) -> None:
    other = next(field for field in part._meta.concrete_fields if not field.primary_key)
    type(part).objects.bulk_update([part], [other.name])


def upsert(part: Any) -> None:
    type(part).objects.bulk_create(
        [part], update_conflicts=True, unique_fields=["pk"], update_fields=[part.whole]
    )


WAYS = [
    insert,
    insert_many,
    save,
    delete,
    delete_queryset,
    update,
    bulk_update,
    upsert,
]


def _parts(part: Part) -> list[dict[str, Any]]:
    rows: Any = type(part)._default_manager
    return [*rows.order_by("pk").values()]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("kind", WITH_PARTS)
def test_a_part_changes_in_no_other_way_than_with_its_row(
    kind: str, way: Callable[[Any], None], parts: dict[str, Part], rows: dict[str, Versioned]
) -> None:
    part, other = parts[kind], _another(kind, rows)
    key, before = part.pk, _parts(part)
    with pytest.raises(UnpublishedChange), transaction.atomic():
        way(part)
    with pytest.raises(UnpublishedChange), transaction.atomic(), publish_with_parts(other):
        way(type(part).objects.get(pk=key))
    assert _parts(part) == before
    assert appended() == []


def _another(kind: str, rows: dict[str, Versioned]) -> Versioned:
    """Another published row of the same model than the one that the part belongs to."""
    if kind != "profiling":
        return rows[kind]
    session, _ = start_session(user=person("baraka"), questionnaire="v1")
    forget_appended()
    return session


@pytest.mark.parametrize("kind", WITH_PARTS)
def test_a_part_is_not_moved_to_another_row(
    kind: str, parts: dict[str, Part], rows: dict[str, Versioned]
) -> None:
    part, other = parts[kind], _another(kind, rows)
    setattr(part, part.whole, other)
    with pytest.raises(UnpublishedChange), publish_with_parts(other):
        part.save()
    assert appended() == []


PREREQUISITE_WAYS: dict[str, Callable[[ContentItem, ContentItem], Any]] = {
    "add": lambda item, other: item.prerequisites.add(item),
    "create": lambda item, other: item.prerequisites.create(
        content_id="course-3",
        program=item.program,
        duration_minutes=1,
        published_at=item.created_at,
    ),
    "set": lambda item, other: item.prerequisites.set([]),
    "remove": lambda item, other: item.prerequisites.remove(other),
    "clear": lambda item, other: item.prerequisites.clear(),
    "add from the other side": lambda item, other: other.contentitem_set.add(other),
    "set from the other side": lambda item, other: other.contentitem_set.set([]),
    "clear from the other side": lambda item, other: other.contentitem_set.clear(),
    "the rows": lambda item, other: item.prerequisites.through.objects.all().delete(),
}


@pytest.mark.parametrize("way", PREREQUISITE_WAYS)
def test_a_many_to_many_field_changes_in_no_other_way(way: str, parts: dict[str, Part]) -> None:
    part = cast(Prerequisite, parts["content"])
    before = _parts(part)
    with pytest.raises(UnpublishedChange), transaction.atomic():
        PREREQUISITE_WAYS[way](part.from_contentitem, part.to_contentitem)
    assert _parts(part) == before


ANSWER_WAYS: dict[str, Callable[[ProfilingSession], Any]] = {
    "create": lambda session: session.answers.create(question_id="q-2", option_id="a"),
    "update or create": lambda session: session.answers.update_or_create(
        question_id="q-1", defaults={"option_id": "b"}
    ),
    "update": lambda session: session.answers.update(option_id="b"),
    "delete": lambda session: session.answers.all().delete(),
    "add": lambda session: session.answers.add(*ProfilingAnswer.objects.all()),
}


@pytest.mark.parametrize("way", ANSWER_WAYS)
def test_a_related_manager_changes_no_part(way: str, parts: dict[str, Part]) -> None:
    part = cast(ProfilingAnswer, parts["profiling"])
    before = _parts(part)
    with pytest.raises(UnpublishedChange), transaction.atomic():
        ANSWER_WAYS[way](part.session)
    assert _parts(part) == before


@pytest.mark.parametrize("kind", WITH_PARTS)
def test_no_foreign_key_deletes_or_changes_a_part(kind: str) -> None:
    for part in cast(tuple[type[Part], ...], PUBLICATIONS[kind].parts):
        assert part._meta.get_field(part.whole).related_model is PUBLICATIONS[kind].model
        for field in part._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.name != part.whole:
                assert field.remote_field.on_delete is models.PROTECT, field.name


@pytest.mark.parametrize("kind", WITH_PARTS)
def test_a_part_is_written_with_a_new_version_and_a_fact(kind: str, parts: dict[str, Part]) -> None:
    part: Any = parts[kind]
    row = getattr(part, part.whole)
    version, others = row.version, [one for one in _parts(part) if one["id"] != part.pk]
    with publish_with_parts(row):
        part.delete()
    assert _parts(part) == others
    assert [version for *_, version in appended()] == [version + 1]
    assert row.version == version + 1


@pytest.mark.parametrize("kind", PUBLICATIONS)
def test_a_fact_reads_no_relation_that_is_not_declared(
    kind: str,
    rows: dict[str, Versioned],
    parts: dict[str, Part],
    django_assert_num_queries: Any,
) -> None:
    """A relation that is not declared is not checked for being a part."""
    publication = PUBLICATIONS[kind]
    for row in [*publication.rows()]:
        with django_assert_num_queries(0):
            publication.build(row)
