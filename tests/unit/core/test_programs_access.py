"""Who writes the catalogue, who reads it, and by which filters."""

from collections.abc import Callable

import pytest

from core.programs.models import Program
from core.programs.services import add_program
from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_programs import ABSENT, COURSE, ids, patch, retire, rows
from tests.unit.core.world import (
    NOBODY,
    Caller,
    Refusal,
    appended,
    forget_appended,
    item,
    person,
    refusal,
    service,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def director() -> Caller:
    """Of a catalogue that offers course-1 and course-2."""
    item("course-1")
    item("course-2")
    caller = signed_in(person("dora", Role.DIRECTOR))
    forget_appended()
    return caller


@pytest.mark.parametrize("role", list(Role))
def test_directors_and_admins_write_and_everybody_reads(role: Role, director: Caller) -> None:
    somebody = signed_in(person("somebody", role))
    before = rows()
    forget_appended()

    attempts = [
        somebody.post("content/", COURSE),
        patch(somebody, "course-2", {"title": "Frames"}),
        retire(somebody, "course-2"),
        somebody.call("POST", "content/course-2/restore/"),
    ]

    if role in {Role.DIRECTOR, Role.ADMIN}:
        assert [status for status, _ in attempts] == [201, 200, 200, 200]
    else:
        assert [refusal(attempt) for attempt in attempts] == [(403, "forbidden", [])] * 4
        assert (rows(), appended()) == (before, [])
    program = Program.objects.get()
    for path in ("programs/", f"programs/{program.id}/", "content/", "content/course-1/"):
        assert somebody.get(path)[0] == 200


@pytest.mark.parametrize(
    ("calling", "expected"),  # made when the test runs: a service's token lives for a minute
    [(lambda: NOBODY, (401, "not_authenticated", [])), (service, (403, "forbidden", []))],
)
def test_nobody_unknown_and_no_service_reads_or_writes(
    calling: Callable[[], Caller], expected: Refusal, director: Caller
) -> None:
    caller = calling()
    before = rows()
    program = Program.objects.get()

    for attempt in (
        caller.get("programs/"),
        caller.get(f"programs/{program.id}/content/"),
        caller.get("content/"),
        caller.get("content/course-1/"),
        caller.post("content/", COURSE),
        patch(caller, "course-1", {"title": "x"}),
        retire(caller, "course-1"),
        caller.call("POST", "content/course-1/restore/"),
        caller.get("tracks/"),
    ):
        assert refusal(attempt) == expected
    assert (rows(), appended()) == (before, [])


def test_content_is_filtered_by_type_track_level_and_program(director: Caller) -> None:
    other = add_program(slug="other", title="Other", track="leaders")
    item("mission-1", other, track="leaders", level=3)
    item("mission-2", other)

    assert ids(director, "content/") == ["course-1", "course-2", "mission-1", "mission-2"]
    assert ids(director, "content/?content_type=mission") == ["mission-1", "mission-2"]
    assert ids(director, "content/?track=leaders") == ["mission-1"]
    assert ids(director, "content/?level=1&content_type=mission") == ["mission-2"]
    assert ids(director, f"programs/{other.id}/content/?level=3") == ["mission-1"]
    assert refusal(director.get("programs/2147483647/content/")) == ABSENT


def test_the_tracks_have_the_number_of_their_programs_and_items_on_offer(director: Caller) -> None:
    other = add_program(slug="other", title="Other", track="leaders")
    item("mission-1", other, track="leaders")
    retire(director, "course-2")

    status, body = director.get("tracks/")

    assert status == 200
    assert [(one["track"], one["name"]) for one in body["tracks"]] == [
        ("builders", "Builders"),
        ("leaders", "Leaders"),
        ("entrepreneurs", "Entrepreneurs"),
        ("researchers", "Researchers"),
        ("educators", "Educators"),
    ]
    counts = [(one["programs"], one["items"]) for one in body["tracks"]]
    assert counts == [(0, 1), (1, 1), (0, 0), (0, 0), (0, 0)]


def test_an_absent_program_has_no_content(director: Caller) -> None:
    assert refusal(director.get("programs/2147483647/content/")) == ABSENT
    assert refusal(director.get("programs/0/")) == ABSENT


@pytest.mark.parametrize(
    "query", ["level=0", "level=6", "level=x", "track=x", "q=", "page=9", "external_id="]
)
def test_a_bad_parameter_is_refused(query: str, director: Caller) -> None:
    assert refusal(director.get(f"content/?{query}")) == (400, "bad_parameter", [])
