"""Skills as people write them, and the ids that other sources have for an item."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.outbox.models import OutboxEvent
from core.programs.external_ids import EXTERNAL_IDS_LOCK
from core.programs.models import ContentItem
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_programs import COURSE, ids, patch, retire, rows
from tests.unit.core.world import (
    Caller,
    appended,
    forget_appended,
    item,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

T1059 = {"source": "attack", "id": "T1059"}
CVE = {"source": "cve", "id": "CVE-2021-44228"}


@pytest.fixture
def director() -> Caller:
    item("course-1")
    caller = signed_in(person("dora", Role.DIRECTOR))
    forget_appended()
    return caller


def publish(caller: Caller, content_id: str = "course-7", **changes: Any) -> Any:
    return caller.post("content/", {**COURSE, "content_id": content_id, **changes})


def shown(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [*zip(body["skills"], body["skill_labels"], strict=True)]


# --- skills --------------------------------------------------------------------------------------


def test_skills_are_answered_as_written_and_as_slugs(director: Caller) -> None:
    written = ["c++", "c#", ".net", "re\u0301seau", "T1059", "CVE-2021-44228", "Packet  analysis"]

    status, body = publish(director, skills=written)

    assert status == 201
    assert shown(body) == [
        ("c-plus-plus", "c++"),
        ("c-sharp", "c#"),
        ("dotnet", ".net"),
        ("reseau", "r\u00e9seau"),
        ("t1059", "T1059"),
        ("cve-2021-44228", "CVE-2021-44228"),
        ("packet-analysis", "Packet analysis"),
    ]
    fact = ContentPublished.model_validate_json(bytes(OutboxEvent.objects.get().payload or b""))
    assert [*fact.skills] == body["skills"]
    assert [*fact.skill_labels] == body["skill_labels"]


def test_of_two_spellings_of_a_skill_the_first_counts(director: Caller) -> None:
    assert shown(publish(director, skills=["C++", "c++", "dns"])[1]) == [
        ("c-plus-plus", "C++"),
        ("dns", "dns"),
    ]


def test_skills_that_are_sent_back_as_slugs_keep_their_labels(director: Caller) -> None:
    publish(director, skills=["C++"])
    forget_appended()

    for same in (["c-plus-plus"], ["C++"]):
        assert shown(patch(director, "course-7", {"skills": same})[1]) == [("c-plus-plus", "C++")]
    assert appended() == []

    assert shown(patch(director, "course-7", {"skills": ["dns"]})[1]) == [("dns", "dns")]
    assert appended() == [("content.published", "course-7", 2)]


@pytest.mark.parametrize("skills", [["dns"], ["dns", "http", "tls"]])
def test_labels_are_not_shown_after_an_older_release_changed_the_skills(
    skills: list[str], director: Caller
) -> None:
    publish(director, skills=["DNS", "HTTP"])
    with connection.cursor() as cursor:
        sql = "UPDATE programs_contentitem SET skills = %s WHERE content_id = 'course-7'"
        cursor.execute(sql, [json.dumps(skills)])
    forget_appended()

    assert shown(director.get("content/course-7/")[1]) == [(slug, slug) for slug in skills]
    assert patch(director, "course-7", {"title": "Another"})[0] == 200
    fact = ContentPublished.model_validate_json(bytes(OutboxEvent.objects.get().payload or b""))
    assert ([*fact.skills], fact.skill_labels) == (skills, ())
    assert shown(patch(director, "course-7", {"skills": ["DNS"]})[1]) == [("dns", "DNS")]


# --- external ids --------------------------------------------------------------------------------


def test_an_item_has_an_id_in_several_sources_and_is_found_by_each(director: Caller) -> None:
    status, body = publish(director, external_ids=[CVE, T1059, T1059])
    publish(director, "course-8", external_ids=[{"source": "attack", "id": "T1060"}])

    assert (status, body["external_ids"]) == (201, [T1059, CVE])
    assert director.get("content/course-7/")[1]["external_ids"] == [T1059, CVE]
    found = "content/?external_source=attack"
    assert ids(director, found) == ["course-7", "course-8"]
    assert ids(director, f"{found}&external_id=T1059") == ["course-7"]
    assert ids(director, "content/?external_id=CVE-2021-44228") == ["course-7"]
    assert ids(director, f"{found}&external_id=CVE-2021-44228") == []


def test_external_ids_are_replaced_as_a_version_and_stay_unless_they_are_sent(
    director: Caller,
) -> None:
    publish(director, external_ids=[T1059])
    patch(director, "course-7", {"title": "Another"})
    forget_appended()

    assert patch(director, "course-7", {"external_ids": [T1059]})[1]["external_ids"] == [T1059]
    assert appended() == []
    assert patch(director, "course-7", {"external_ids": [CVE]})[1]["external_ids"] == [CVE]
    assert appended() == [("content.published", "course-7", 3)]
    assert patch(director, "course-7", {"external_ids": []})[1]["external_ids"] == []


def test_an_external_id_is_of_one_item_of_its_source(director: Caller) -> None:
    publish(director, external_ids=[T1059])
    retire(director, "course-7")
    before, count = rows(), ContentItem.objects.count()
    forget_appended()

    taken = publish(director, "course-8", external_ids=[CVE, T1059])
    assert refusal(taken) == (409, "external_id_taken", [])
    assert taken[1]["detail"] == "attack: T1059 is the external id of course-7."
    assert refusal(patch(director, "course-1", {"external_ids": [T1059]})) == refusal(taken)
    assert (rows(), ContentItem.objects.count(), appended()) == (before, count, [])
    assert publish(director, "course-8", external_ids=[{**T1059, "source": "nist"}])[0] == 201


def test_external_ids_are_written_by_one_writer_at_a_time_and_only_if_they_change(
    director: Caller,
) -> None:
    """Two items that swap ids would wait for one another."""
    publish(director, external_ids=[T1059])

    with CaptureQueriesContext(connection) as queries:
        patch(director, "course-7", {"title": "Another", "external_ids": [T1059]})
    assert written(queries) == []
    with CaptureQueriesContext(connection) as queries:
        patch(director, "course-7", {"external_ids": [CVE]})
    assert written(queries)[0] == EXTERNAL_IDS_LOCK
    assert len(written(queries)) > 1


def written(queries: CaptureQueriesContext) -> list[str]:
    """The statements that change external ids, and their lock."""
    changing = ("DELETE FROM", "INSERT INTO")
    return [
        sql
        for sql in (query["sql"] for query in queries.captured_queries)
        if sql == EXTERNAL_IDS_LOCK or ("programs_externalid" in sql and sql.startswith(changing))
    ]
