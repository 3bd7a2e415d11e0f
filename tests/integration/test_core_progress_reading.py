"""Reading progress over HTTP: by whom, by page, by filter."""

import pytest

from core.organizations.services import add_organization
from core.users.models import User
from core.users.services import update_user
from ongoza_contracts.vocabulary import Role
from tests.integration.test_core_progress import rows
from tests.unit.core.world import (
    Answer,
    Caller,
    Refusal,
    appended,
    assign,
    forget_appended,
    item,
    person,
    progress_report,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def learner() -> User:
    return person("amina")


@pytest.fixture
def amina(learner: User) -> Caller:
    item("course-1")
    caller = signed_in(learner)
    forget_appended()
    return caller


ABSENT: Refusal = (404, "not_found", [])


def ids(answer: Answer) -> list[str]:
    status, body = answer
    assert status == 200
    return [row["content_id"] for row in body["results"]]


@pytest.fixture
def record(amina: Caller) -> int:
    """The id of Amina's one record."""
    return int(amina.post("progress/", progress_report())[1]["id"])


def test_a_learner_sees_only_their_own_progress(amina: Caller, learner: User, record: int) -> None:
    brian = signed_in(person("brian"))

    assert ids(amina.get("progress/")) == ["course-1"]
    assert amina.get(f"progress/{record}")[0] == 200
    assert ids(brian.get("progress/")) == []
    assert refusal(brian.get(f"progress/?user={learner.id}")) == ABSENT
    assert refusal(brian.get("progress/?user=2147483647")) == ABSENT
    assert refusal(brian.get(f"progress/{record}/")) == ABSENT
    assert refusal(brian.get("progress/2147483647/")) == ABSENT


@pytest.mark.parametrize("role", [Role.MENTOR, Role.DIRECTOR, Role.ADMIN])
def test_staff_see_the_progress_of_those_they_reach(role: Role, learner: User, record: int) -> None:
    school = add_organization(name="One", kind="school")
    user = person("staff", role, school)
    staff = signed_in(user)
    if role != Role.ADMIN:
        assert refusal(staff.get(f"progress/?user={learner.id}")) == ABSENT
        assert refusal(staff.get(f"progress/{record}/")) == ABSENT
    if role == Role.MENTOR:
        assign(user, learner)
    if role == Role.DIRECTOR:
        update_user(user_id=learner.id, organization=school)

    assert ids(staff.get(f"progress/?user={learner.id}")) == ["course-1"]
    assert staff.get(f"progress/{record}/")[0] == 200
    assert ids(staff.get("progress/")) == []


def test_a_sponsor_sees_no_learner_of_their_organization(learner: User, record: int) -> None:
    """They see counts with small groups hidden, and whoever agreed to be named."""
    school = add_organization(name="One", kind="school")
    update_user(user_id=learner.id, organization=school)
    sponsor = signed_in(person("sara", Role.SPONSOR, school))
    assert refusal(sponsor.get(f"progress/?user={learner.id}")) == ABSENT
    assert refusal(sponsor.get(f"progress/{record}/")) == ABSENT
    assert refusal(sponsor.get(f"users/{learner.id}/")) == ABSENT


@pytest.mark.parametrize("role", list(Role))
def test_no_other_role_changes_a_learners_record(role: Role, record: int) -> None:
    stranger = signed_in(person("stranger", role))
    before = rows()
    forget_appended()

    answer = stranger.call("PATCH", f"progress/{record}/", {"completion_percentage": 99})

    assert refusal(answer) == ABSENT
    assert (rows(), appended()) == (before, [])


def test_a_page_holds_twenty_rows_by_default(amina: Caller) -> None:
    for number in range(2, 26):
        item(f"course-{number}")
    for number in range(1, 26):
        amina.post("progress/", progress_report(f"course-{number}"))

    _, first = amina.get("progress/")
    _, second = amina.get("progress/?page=2")
    _, all_of_them = amina.get("progress/?page_size=100")

    assert (first["count"], len(first["results"]), len(second["results"])) == (25, 20, 5)
    assert first["previous"] is None
    assert "/api/v1/progress/?cursor=" in first["next"]
    assert second["next"] is None
    assert [*first["results"], *second["results"]] == all_of_them["results"]


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=2",
        "page=x",
        "page=last",
        "page=99999999999999999999",
        "page_size=0",
        "page_size=101",
        "page=1&page=1",
        "user=",
        "user=0",
        "user=1%00",
        "user=1 OR 1=1",
        "user=1&user=2",
        "status=done",
        "status=",
        "content_type=book",
        "ordering=password",
        "cursor=x",
        "page=1&cursor=",
        "limit=1",
    ],
)
def test_an_invalid_parameter_is_refused(query: str, amina: Caller) -> None:
    assert refusal(amina.get(f"progress/?{query}")) == (400, "bad_parameter", [])


def test_filters_narrow_the_list_and_combine(amina: Caller) -> None:
    item("mission-1")
    item("mission-2")
    amina.post("progress/", progress_report())
    amina.post("progress/", progress_report("mission-1"))
    amina.post(
        "progress/", progress_report("mission-2", status="completed", completion_percentage=100)
    )

    assert ids(amina.get("progress/?content_type=mission")) == ["mission-1", "mission-2"]
    assert ids(amina.get("progress/?status=in_progress")) == ["course-1", "mission-1"]
    both = amina.get("progress/?status=in_progress&content_type=mission")
    assert ids(both) == ["mission-1"]
    assert ids(amina.get("progress/?status=failed")) == []
