"""What a learner's home shows: core's numbers, and ai's parts where ai answers in time."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.coaching.models import Goal
from core.cohorts.completion import requirements
from core.cohorts.models import Enrolment
from core.dashboard import ai_calls
from core.kit.breaker import Breaker
from core.organizations.models import Organization
from core.programs.models import ProgramVersion
from core.programs.services import update_content
from core.submissions.models import Extension
from core.users.models import User
from ongoza_contracts.cohorts import EnrolmentState
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.vocabulary import Role
from tests.http_double import serve
from tests.unit.core.coaching_rows import done_today, habit_of
from tests.unit.core.cohort_rows import apply, enrolment_in, open_cohort
from tests.unit.core.mentor_rows import match_of, session_in
from tests.unit.core.program_rows import complete, version_of_all_kinds
from tests.unit.core.submission_rows import decided, drafted, submitted
from tests.unit.core.submission_rows import mission as published_mission
from tests.unit.core.world import calendar_event, goal_request, item, person, signed_in

pytestmark = pytest.mark.django_db

PATH = "student/overview/"
PARTS = ["recommendations", "profile", "behaviour"]


class Ai:
    """A real HTTP server on loopback in place of ai."""

    def __init__(self) -> None:
        self.status = 200
        self.slow: set[str] = set()
        """The paths that are not answered before `release`."""
        self.release = Event()
        self.received: list[tuple[str, str]] = []
        """Path and Authorization of each request."""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"


def _handler(ai: Ai) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ai.received.append((self.path, self.headers["Authorization"]))
            if self.path in ai.slow:
                ai.release.wait()
            body = json.dumps({"asked": self.path}).encode()
            self.send_response(ai.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@contextmanager
def running(ai: Ai) -> Iterator[Ai]:
    serve(ai.server)
    yield ai
    ai.release.set()
    ai.server.shutdown()
    ai.server.server_close()


@pytest.fixture
def ai(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ai]:
    monkeypatch.setattr(ai_calls, "breaker", Breaker())
    with running(Ai()) as found:
        settings.FASTAPI_BASE_URL = found.url
        yield found


@pytest.fixture
def version() -> ProgramVersion:
    return version_of_all_kinds()


@pytest.fixture
def amina(ai: Ai) -> User:
    return person("amina", organization=Organization.objects.create(name="Lab", kind="school"))


def overview(user: User) -> dict[str, Any]:
    status, found = signed_in(user).get(PATH)
    assert status == 200, found
    return dict(found)


def actions(user: User) -> list[tuple[str, str]]:
    return [(one["kind"], one["subject"]) for one in overview(user)["actions"]]


# --- core's numbers ------------------------------------------------------------------------------
def test_a_new_learner_has_an_overview_with_nothing_in_it(amina: User) -> None:
    found = overview(amina)

    assert found["user"] == amina.pk
    lists = ("programs", "actions", "habits", "events", "reviews", "missing")
    assert [found[name] for name in lists] == [[]] * len(lists)
    assert (found["completed_7_days"], found["completed_28_days"]) == (0, 0)
    assert set(found["goals"].values()) == {0}


def test_a_program_counts_as_its_requirements_do(amina: User, version: ProgramVersion) -> None:
    enrolment = enrolment_in(EnrolmentState.ACTIVE, open_cohort(scholarship=1), amina)
    complete(amina, "course-1")

    (program,) = overview(amina)["programs"]

    counted = requirements(amina.pk, version.pk)
    assert (program["required_done"], program["required_total"]) == (2, 4)
    assert (counted.required_done, counted.required_total) == (2, 4)
    assert program["milestones"] == [{"title": "Basics", "milestone_done": 2, "milestone_total": 4}]
    assert program["enrolment"] == str(enrolment.pk)


def test_ended_enrolments_are_left_out(amina: User, version: ProgramVersion) -> None:
    enrolment_in(EnrolmentState.WITHDRAWN, open_cohort(scholarship=1), amina)
    assert overview(amina)["programs"] == []


def test_completions_are_counted_by_the_time_of_the_first(amina: User) -> None:
    for number, days in enumerate((1, 8, 30), start=1):
        item(f"course-{number}")
        complete(amina, f"course-{number}")
        row = amina.progress.get(content__content_id=f"course-{number}")
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE progress_progress SET first_completed_at = %s WHERE id = %s",
                [timezone.now() - timedelta(days=days), row.pk],
            )
    found = overview(amina)
    assert (found["completed_7_days"], found["completed_28_days"]) == (1, 2)


def test_habits_and_goals_are_counted(amina: User) -> None:
    entry = done_today(amina)
    signed_in(amina).post("coaching/goals/", goal_request())

    found = overview(amina)

    (habit,) = found["habits"]
    assert (habit["id"], habit["streak"], habit["best_streak"]) == (str(entry.habit_id), 1, 1)
    assert found["goals"] == {"active": 1, "achieved": 0, "dropped": 0}
    assert Goal.objects.count() == 1


def test_events_and_sessions_to_come_are_shown_by_their_start(amina: User) -> None:
    assert amina.organization is not None
    later = calendar_event(amina.organization, starts_at=timezone.now() + timedelta(days=9))
    calendar_event(amina.organization, starts_at=timezone.now() - timedelta(days=2))
    session = session_in("confirmed", match_of(amina, person("moses", Role.MENTOR)))

    found = [(one["kind"], one["id"], one["title"]) for one in overview(amina)["events"]]

    assert found == [("session", str(session.pk), ""), ("event", str(later.pk), "Kick-off")]


def test_an_open_review_has_its_promised_time(amina: User) -> None:
    submission = submitted(amina, published_mission())

    (review,) = overview(amina)["reviews"]

    assert review["submission"] == str(submission.pk)
    assert review["promised_by"] > review["entered_at"]


# --- what to do next -----------------------------------------------------------------------------
def test_an_offered_seat_is_to_be_accepted(amina: User, version: ProgramVersion) -> None:
    enrolment = apply(amina, open_cohort(scholarship=1))
    assert actions(amina) == [("accept_offer", str(enrolment.pk))]


def test_requested_changes_come_before_what_is_not_due(amina: User) -> None:
    mission = published_mission(due_at=timezone.now() + timedelta(days=3))
    decided(amina, mission, SubmissionState.CHANGES_REQUESTED)
    assert actions(amina) == [("change_work", str(mission.pk))]

    drafted(amina, mission)
    assert actions(amina) == [("finish_draft", str(mission.pk))]


def test_an_extension_takes_the_place_of_the_due_time(amina: User) -> None:
    mission = published_mission(due_at=timezone.now() + timedelta(days=3))
    drafted(amina, mission)
    until = timezone.now() + timedelta(days=9)
    Extension.objects.create(mission=mission, user=amina, until=until)
    assert datetime.fromisoformat(overview(amina)["actions"][0]["due_at"]) == until


def test_the_next_items_are_those_whose_prerequisites_are_done(
    amina: User, version: ProgramVersion
) -> None:
    update_content(content_id="module-1", prerequisites=["course-2"])
    enrolment_in(EnrolmentState.ACTIVE, open_cohort(scholarship=1), amina)
    assert actions(amina) == [("next_item", one) for one in ("module-2", "course-2", "mission-1")]

    complete(amina, "course-2")
    assert actions(amina) == [("next_item", one) for one in ("module-1", "module-2", "mission-1")]


def test_a_time_that_the_mentor_proposed_is_to_be_confirmed(amina: User) -> None:
    session = session_in("requested", match_of(amina, person("moses", Role.MENTOR)))
    assert actions(amina) == []

    session_rows = type(session).objects.filter(pk=session.pk)
    super(type(session_rows), session_rows).update(proposed_by="mentor")
    assert actions(amina) == [("confirm_session", str(session.pk))]


def test_the_number_of_queries_does_not_grow(amina: User, version: ProgramVersion) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            overview(amina)
        return len(found)

    enrolment_in(EnrolmentState.ACTIVE, open_cohort(scholarship=1), amina)
    submitted(amina, published_mission("mission-9"))
    habit_of(amina)
    before = queries()
    for number in range(10, 14):
        item(f"course-{number}")
        enrolment_in(EnrolmentState.ACTIVE, open_cohort(scholarship=1), amina)
        submitted(amina, published_mission(f"mission-{number}"))
        habit_of(amina)
    assert Enrolment.objects.filter(user=amina).count() == 5
    assert queries() == before


# --- ai's parts ----------------------------------------------------------------------------------
def test_ai_is_asked_with_the_learners_own_token(amina: User, ai: Ai) -> None:
    caller = signed_in(amina)
    _, found = caller.get(PATH)

    assert found["missing"] == []
    assert found["ai"]["recommendations"] == {"asked": "/api/v1/recommendations"}
    assert {token for _, token in ai.received} == {f"Bearer {caller.token}"}


def test_without_ai_the_overview_is_whole(
    amina: User, settings: Any, version: ProgramVersion
) -> None:
    settings.FASTAPI_BASE_URL = "http://127.0.0.1:9"
    enrolment_in(EnrolmentState.ACTIVE, open_cohort(scholarship=1), amina)

    found = overview(amina)

    assert found["missing"] == PARTS
    assert found["ai"] == dict.fromkeys(PARTS)
    assert len(found["programs"]) == 1


def test_a_slow_part_alone_is_missing(amina: User, ai: Ai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ai_calls, "BUDGET_SECONDS", 0.3)
    ai.slow = {"/api/v1/personality/analyze"}
    assert overview(amina)["missing"] == ["behaviour"]


@pytest.mark.parametrize("slow", [set(), {"/api/v1/personality/analyze"}])
def test_after_five_failures_ai_is_not_asked_for_a_while(
    amina: User, ai: Ai, slow: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ai_calls, "BUDGET_SECONDS", 0.3)
    ai.status, ai.slow = (200, slow) if slow else (500, slow)
    for _ in range(5):
        overview(amina)
    asked = len(ai.received)

    ai.status, ai.slow = 200, set()
    assert overview(amina)["missing"] == PARTS
    assert len(ai.received) == asked == 15

    ai_calls.breaker.closed_from = 0.0  # the while is over
    assert overview(amina)["missing"] == []


@pytest.mark.parametrize("status", [401, 404, 429])
def test_a_refusal_of_ai_is_a_missing_part_and_no_failure(amina: User, ai: Ai, status: int) -> None:
    ai.status = status
    assert overview(amina)["missing"] == PARTS
    assert ai_calls.breaker.failed_in_a_row == 0
