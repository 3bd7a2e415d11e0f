"""The registry of what core publishes, and that published rows change in no other way."""

import dataclasses
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import ForeignKey, ProtectedError
from django.test.utils import isolate_apps
from django.utils import timezone

from core.erasure.services import erase_user
from core.feedback.models import Feedback
from core.kit.versions import UnpublishedChange, Versioned, VersionedQuerySet
from core.outbox import publications as registry
from core.outbox.models import OutboxEvent
from core.outbox.publications import (
    Publication,
    PublicationError,
    in_deletion_order,
    publication_of,
    publications,
    register,
)
from core.outbox.publish import publish, publish_all, publish_history
from core.programs.models import ContentItem
from core.progress.models import Progress
from core.users.models import User
from ongoza_contracts import topics
from ongoza_contracts.event import Fact
from ongoza_contracts.http.reconcile import KINDS
from ongoza_contracts.profiling import ProfilingAnswered, ProfilingDeleted
from ongoza_contracts.topics import TOPICS, Topic
from ongoza_contracts.users import UserErased
from ongoza_contracts.vocabulary import Role
from tests.unit.core.published import PUBLICATIONS, module_rows, rows
from tests.unit.core.world import admin_site_client, appended, forget_appended, item, person

__all__ = ["module_rows", "rows"]
pytestmark = pytest.mark.django_db


# --- the registry --------------------------------------------------------------------------------
def test_every_topic_of_core_has_one_publication_and_every_versioned_model_too() -> None:
    from_core = {topic for topic in TOPICS if topic.producer == "core"}
    assert {publication.topic for publication in publications()} == from_core
    assert set(KINDS) == PUBLICATIONS.keys()
    assert {publication.model for publication in publications()} == set(_versioned_models())


def _versioned_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, Versioned)]


def test_a_second_publication_of_a_model_or_a_topic_is_refused() -> None:
    for publication in publications():
        with pytest.raises(PublicationError, match="registered already"):
            register(publication)


@pytest.mark.parametrize(
    ("declaration", "fault"),
    [
        ({"fact": ProfilingDeleted}, "no state of a row"),
        ({"deletion": ProfilingAnswered}, "does not end entities"),
        ({"deletion": UserErased}, "does not end entities"),
        ({"columns": {"session_id": "uuid"}}, "it has no uuid"),
        ({"builder": None}, "it has no started_at"),
        ({"related": ("retakes",)}, "ProfilingSession is no Part"),
    ],
    ids=str,
)
def test_a_wrong_declaration_is_refused(
    declaration: dict[str, Any], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_BY_MODEL", {})
    with pytest.raises(PublicationError, match=fault):
        register(dataclasses.replace(PUBLICATIONS["profiling"], **declaration))


def test_a_row_without_a_publication_cannot_be_published() -> None:
    with pytest.raises(PublicationError, match="no publication"):
        publication_of(cast(Versioned, OutboxEvent()))


@pytest.mark.parametrize("kind", PUBLICATIONS)
def test_a_row_is_found_by_the_key_of_its_fact(kind: str, rows: dict[str, Versioned]) -> None:
    publication, row = PUBLICATIONS[kind], rows[kind]
    key = publication.build(row).key
    assert [*publication.at(key)] == [row]
    in_order = [*publication.after(None)]
    behind = in_order[in_order.index(row) + 1 :]
    assert [*publication.after(key)] == behind
    assert key in publication.keys_of(publication.rows())


def test_entities_that_refer_to_others_are_deleted_before_them() -> None:
    order = [publication.model for publication in in_deletion_order()]
    assert order.index(Progress) < order.index(ContentItem)
    assert order.index(Feedback) < order.index(User)
    assert len(order) == len(publications())


# --- every other way to change a row is refused --------------------------------------------------
def delete_instance(row: Any) -> None:
    row.delete()


def delete_queryset(row: Any) -> None:
    type(row).objects.filter(pk=row.pk).delete()


def save(row: Any) -> None:
    row.save()


def save_a_column(row: Any) -> None:
    row.save(update_fields=["updated_at"])


def insert_with_a_version(row: Any) -> None:
    type(row)(version=3).save()


def update(row: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(updated_at=timezone.now())


def bulk_update(row: Any) -> None:
    type(row).objects.bulk_update([row], ["updated_at"])


def upsert(row: Any) -> None:
    type(row).objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["pk"], update_fields=["updated_at"]
    )


WAYS: list[Callable[[Any], None]] = [
    delete_instance,
    delete_queryset,
    save,
    save_a_column,
    insert_with_a_version,
    update,
    bulk_update,
    upsert,
]


@pytest.mark.parametrize("kind", PUBLICATIONS)
def test_a_published_row_changes_in_no_other_way(kind: str, rows: dict[str, Versioned]) -> None:
    row = rows[kind]
    before = _columns(row), type(row)._default_manager.count()
    for way in WAYS:
        with pytest.raises(UnpublishedChange):
            way(row)
        assert (_columns(row), type(row)._default_manager.count()) == before, way.__name__
    assert appended() == []


def _columns(row: Versioned) -> dict[str, Any]:
    return dict(type(row)._default_manager.filter(pk=row.pk).values().get())


@pytest.mark.parametrize("kind", PUBLICATIONS)
def test_a_related_manager_moves_no_published_row(kind: str, rows: dict[str, Versioned]) -> None:
    row = rows[kind]
    fields: list[Any] = [*type(row)._meta.concrete_fields]
    for field in fields:
        is_foreign_key = isinstance(field, ForeignKey) and field.many_to_one
        if is_foreign_key and field.name not in row.unversioned:
            accessor = field.remote_field.get_accessor_name()
            other = getattr(row, field.name) or field.related_model(pk=1)
            if not field.remote_field.hidden:
                with pytest.raises(UnpublishedChange):
                    getattr(other, accessor).add(row)


@pytest.mark.parametrize("kind", PUBLICATIONS)
def test_every_published_column_is_guarded(kind: str) -> None:
    model = PUBLICATIONS[kind].model
    for field in model._meta.concrete_fields:
        if field.name not in model.unversioned:
            with pytest.raises(UnpublishedChange):
                model._default_manager.update(**{field.name: None})


@pytest.mark.parametrize("kind", PUBLICATIONS)
def test_a_column_that_needs_no_version_is_in_no_fact(
    kind: str, rows: dict[str, Versioned]
) -> None:
    publication, row = PUBLICATIONS[kind], rows[kind]
    before = publication.build(row)
    for name in publication.model.unversioned:
        field = publication.model._meta.get_field(name)
        other = {"JSONField": {"other": 1}}.get(field.get_internal_type())
        setattr(row, name, other)
    assert publication.build(row) == before


@pytest.mark.parametrize("kind", PUBLICATIONS)
def test_no_foreign_key_deletes_or_changes_a_published_row(kind: str) -> None:
    model = PUBLICATIONS[kind].model
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.name not in model.unversioned:
            assert field.remote_field.on_delete is models.PROTECT, field.name


@pytest.mark.parametrize("kind", PUBLICATIONS)
def test_no_cascade_deletes_a_published_row(kind: str, rows: dict[str, Versioned]) -> None:
    """Django's own deletion, without the guard of our querysets."""
    row = rows[kind]
    for field in type(row)._meta.concrete_fields:
        referred = getattr(row, field.name) if isinstance(field, ForeignKey) else None
        if referred is not None:
            with pytest.raises(ProtectedError):
                models.QuerySet(type(referred)).filter(pk=referred.pk).delete()
    assert type(row)._default_manager.filter(pk=row.pk).exists()


def test_columns_that_no_fact_holds_may_be_written_alone(rows: dict[str, Versioned]) -> None:
    row: Any = rows["progress"]
    row.metadata = {"note": "mine"}
    row.save(update_fields=["metadata"])
    Progress.objects.update(metadata={"note": "yours"})
    row.refresh_from_db()
    assert (row.metadata, row.version) == ({"note": "yours"}, 1)
    assert appended() == []


# --- writing -------------------------------------------------------------------------------------
def test_many_rows_are_published_at_once(rows: dict[str, Versioned]) -> None:
    others = [person("baraka"), person("chiku")]
    forget_appended()
    for user in others:
        user.track = "leaders"
    publish_all(others)
    assert [*User.objects.filter(track="leaders").values_list("version", flat=True)] == [2, 2]
    assert appended() == [("user.updated", str(user.id), 2) for user in others]


def test_a_history_is_inserted_with_all_its_versions(rows: dict[str, Versioned]) -> None:
    item("course-2")
    content = ContentItem.objects.get(content_id="course-2")
    learner: Any = rows["users"]
    forget_appended()

    def changes() -> Any:
        row = Feedback(user=learner, content=content)
        for verdict in ("not_for_me", "more_like_this"):
            row.verdict = verdict
            yield row, timezone.now()

    publish_history(changes())
    key = f"{learner.id}:course-2"
    assert appended() == [("feedback.given", key, 1), ("feedback.given", key, 2)]
    assert Feedback.objects.get(content=content).version == 2


@pytest.mark.parametrize("kind", ["progress", "feedback", "profiling"])
def test_the_admin_shows_every_publication_and_changes_none(
    kind: str, rows: dict[str, Versioned]
) -> None:
    admin, row = admin_site_client(person("admin", Role.ADMIN)), rows[kind]
    page = f"/admin/{row._meta.app_label}/{row._meta.model_name}/"
    learner: Any = rows["users"]
    assert str(row.pk) in admin.get(f"{page}?q={learner.id}").content.decode()
    assert admin.get(f"{page}{row.pk}/change/").status_code == 200
    assert admin.post(f"{page}{row.pk}/change/", {}).status_code == 403
    assert admin.post(f"{page}{row.pk}/delete/", {"post": "yes"}).status_code == 403


# --- a further subject ---------------------------------------------------------------------------
class MentoringUpdated(
    Fact,
    type="ongoza.mentoring.updated.v1",
    key=("mentoring_id",),
    partition="user_id",
    subjects=("user_id", "mentor_id"),
):
    """A mentor was assigned to a learner, or removed."""

    mentoring_id: UUID
    user_id: int
    mentor_id: int | None = None


MENTORING = Topic(
    name="ongoza.mentoring",
    what="Who mentors whom.",
    why="A fact with a further subject.",
    producer="core",
    consumers=(),
    partitions=3,
    facts=(MentoringUpdated,),
)


@pytest.fixture
def mentoring(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The model of a fact that names two users, registered for one test."""
    facts: dict[type[Fact], Topic] = {**topics._TOPIC_OF, MentoringUpdated: MENTORING}
    monkeypatch.setattr(topics, "_TOPIC_OF", facts)
    monkeypatch.setitem(topics.TOPIC_BY_NAME, MENTORING.name, MENTORING)
    monkeypatch.setattr(registry, "_BY_MODEL", dict(registry._BY_MODEL))
    with isolate_apps("core.outbox"):

        class Mentoring(Versioned):
            id = models.UUIDField(primary_key=True)
            user = models.ForeignKey(User, models.PROTECT, related_name="+")
            mentor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

            objects = VersionedQuerySet.as_manager()

            class Meta:
                app_label = "outbox"

            def __str__(self) -> str:
                return str(self.id)

        with connection.schema_editor() as editor:
            editor.create_model(Mentoring)
        columns = {"mentoring_id": "id"}
        register(Publication(model=Mentoring, fact=MentoringUpdated, columns=columns))
        yield Mentoring


def test_erasing_a_further_subject_clears_them_with_a_raised_version(mentoring: Any) -> None:
    learner, mentor = person("baraka"), person("makena")
    assigned = mentoring(id=UUID(int=7), user=learner, mentor=mentor)
    publish(assigned)
    forget_appended()

    erase_user(user_id=mentor.id)

    row = mentoring.objects.get()
    assert (row.user_id, row.mentor_id, row.version) == (learner.id, None, 2)
    updated = ("mentoring.updated", str(UUID(int=7)), 2)
    assert appended() == [updated, ("user.erased", str(mentor.id), 2)]
    body = OutboxEvent.objects.first()
    assert body is not None
    assert MentoringUpdated.model_validate_json(bytes(body.payload or b"")).mentor_id is None


def test_erasing_the_owner_deletes_what_names_another_user(mentoring: Any) -> None:
    learner, mentor = person("baraka"), person("makena", Role.MENTOR)
    publish(mentoring(id=UUID(int=7), user=learner, mentor=mentor))
    forget_appended()

    erase_user(user_id=learner.id)

    assert not mentoring.objects.exists()
    assert sorted(appended()) == [
        ("key.forgotten", str(UUID(int=7)), 0),
        ("user.erased", str(learner.id), 2),
    ]
