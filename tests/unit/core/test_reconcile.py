"""Keys and versions for our own services, and publishing again."""

from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.erasure.services import erase_user
from core.outbox.models import FactHistory, OutboxEvent
from core.outbox.publications import publications
from core.outbox.publish import republish_owned
from core.users.models import User
from ongoza_contracts.http.reconcile import KINDS
from ongoza_contracts.topics import TOPICS
from tests.unit.core.world import (
    Caller,
    appended,
    forget_appended,
    goal_request,
    item,
    person,
    progress_report,
    service,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner() -> User:
    return person("amina")


@pytest.fixture
def amina(learner: User) -> Caller:
    return signed_in(learner)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_key_of_this_kind_is_refused(kind: str) -> None:
    assert service().get(f"internal/versions/{kind}/00000000/")[0] in {400, 404}
    if kind != "content":  # any text may stand before or after a content id
        assert service().get(f"internal/versions/{kind}/?after=x:y:z")[0] == 400
    assert appended() == []


def test_every_topic_of_core_can_be_reconciled() -> None:
    topics = {topic.name.removeprefix("ongoza.") for topic in TOPICS if topic.producer == "core"}
    assert {one.topic.kind for one in publications()} == topics


def test_nobody_is_published_again_who_was_erased(learner: User) -> None:
    erase_user(user_id=learner.id)
    forget_appended()
    assert service().call("POST", f"internal/users/{learner.id}/republish/")[0] == 404
    assert appended() == []


def test_a_fact_that_gained_a_field_since_is_another_event() -> None:
    item("course-1")
    first = OutboxEvent.objects.get(key="course-1")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fact_history SET body = body - 'description' WHERE key = 'course-1'")
        assert cursor.rowcount == 1
    forget_appended()
    service().call("POST", "internal/versions/content/course-1/")
    again = OutboxEvent.objects.get()
    assert (again.event_id == first.event_id, again.sequence) == (False, first.sequence)
    assert recorded("course-1") == [(first.event_id, 1), (again.event_id, 1)]
    forget_appended()
    service().call("POST", "internal/versions/content/course-1/")
    assert OutboxEvent.objects.get().event_id == again.event_id
    assert len(recorded("course-1")) == 2


def test_a_version_from_before_the_history_is_published_again() -> None:
    item("course-1")
    FactHistory.objects.filter(key="course-1").delete()
    forget_appended()
    service().call("POST", "internal/versions/content/course-1/")
    assert appended() == [("content.published", "course-1", 1)]
    assert recorded("course-1") == [(OutboxEvent.objects.get().event_id, 1)]


def recorded(key: str) -> list[tuple[UUID, int]]:
    """Event id and version of what history has of an entity, oldest first."""
    rows = FactHistory.objects.filter(key=key).order_by("id")
    return [*rows.values_list("event_id", "version")]


def test_a_user_is_published_again_with_as_many_queries_as_one_who_owns_less(
    amina: Caller, learner: User
) -> None:
    def own(*content_ids: str) -> int:
        """How many queries it takes when the learner owns progress on these items too."""
        for content_id in content_ids:
            item(content_id)
            assert amina.post("progress/", progress_report(content_id))[0] == 201
            assert amina.post("coaching/goals/", goal_request())[0] == 201
        FactHistory.objects.filter(key__endswith="-2").delete()  # published under a new id
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            republish_owned(learner.id)
        return len(queries)

    few = own("course-1", "course-2")
    assert own("course-3", "course-4", "course-5", "course-6") == few
