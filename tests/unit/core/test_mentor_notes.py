"""Notes that a pair shares, flags about learners, and the page of a mentee."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.coaching import services as coaching
from core.coaching.reflections import change_reflection, write_reflection
from core.erasure.services import erase_user
from core.kit import limits
from core.mentorship import flags
from core.mentorship.blocks import block
from core.mentorship.conversation_models import Block, Flag, Note
from core.mentorship.locks import locked_users
from core.mentorship.models import Match
from core.users.models import User
from core.users.preferences import record_consent
from ongoza_contracts.mentorship import SessionState
from tests.unit.core.coaching_rows import REFLECTIONS, consent_to_mentor
from tests.unit.core.conversation_rows import end
from tests.unit.core.mentor_rows import match_of, session_in
from tests.unit.core.notified import notified, run_jobs
from tests.unit.core.school import ABSENT, World
from tests.unit.core.submission_rows import drafted, mission, submitted
from tests.unit.core.test_files import root
from tests.unit.core.world import (
    Caller,
    appended,
    forget_appended,
    goal_request,
    item,
    progress_report,
    refusal,
    signed_in,
)

__all__ = ["root"]
pytestmark = pytest.mark.django_db

FLAGS = "mentorship/flags/"
LOCK = "SELECT id FROM users_user WHERE id = %s FOR UPDATE"
TEXT = "Practise subnetting before Friday."


@pytest.fixture
def match(world: World) -> Match:
    found = match_of(world.learner, world.mentor)
    forget_appended()
    return found


@pytest.fixture
def mara(world: World) -> Caller:
    return signed_in(world.mentor)


@pytest.fixture
def lena(world: World) -> Caller:
    return signed_in(world.learner)


def notes_path(match: Match) -> str:
    return f"mentorship/matches/{match.pk}/notes/"


def flag_request(learner: User, **changes: Any) -> dict[str, Any]:
    about = {"learner": learner.pk, "kind": "wellbeing", "severity": "medium", "note": TEXT}
    return {**about, **changes}


# --- notes ---------------------------------------------------------------------------------------
def test_both_read_a_note_and_its_author_alone_changes_and_deletes_it(
    mara: Caller, lena: Caller, match: Match
) -> None:
    session = session_in(SessionState.HELD, match)
    forget_appended()
    body = {"text": TEXT, "session": str(session.pk)}
    status, written = mara.post(notes_path(match), body)
    assert (status, "text" in written) == (201, False)
    for caller in (mara, lena):
        (shown,) = caller.get(notes_path(match))[1]["results"]
        assert (shown["text"], shown["session"]) == (TEXT, str(session.pk))
    one = f"mentorship/notes/{written['id']}/"
    assert refusal(lena.call("PATCH", one, {"text": "x"})) == ABSENT
    assert refusal(lena.call("DELETE", one)) == ABSENT
    assert mara.call("PATCH", one, {"text": "Done."})[0] == 200
    assert lena.get(notes_path(match))[1]["results"][0]["text"] == "Done."
    assert mara.call("DELETE", one) == (204, None)
    assert not Note.objects.exists()
    assert appended() == []


def test_nobody_else_reads_or_writes_notes(
    mara: Caller, match: Match, world: World, admin: Caller, director: Caller
) -> None:
    mara.post(notes_path(match), {"text": TEXT})
    for caller in (admin, director, signed_in(world.foreign)):
        assert refusal(caller.get(notes_path(match))) == ABSENT
        assert refusal(caller.post(notes_path(match), {"text": "x"})) == ABSENT
    assert Note.objects.count() == 1


def test_a_note_is_about_a_session_of_its_own_active_match(
    mara: Caller, match: Match, world: World
) -> None:
    other = session_in(SessionState.REQUESTED, match_of(world.foreign, world.foreign_mentor))
    answer = mara.post(notes_path(match), {"text": TEXT, "session": str(other.pk)})
    assert refusal(answer) == (400, "unknown_session", [])
    row, _ = block(user=world.learner, blocked_id=world.mentor.pk)
    assert refusal(mara.post(notes_path(match), {"text": TEXT})) == (409, "blocked", [])
    row.delete()
    end(match)
    assert refusal(mara.post(notes_path(match), {"text": TEXT})) == (409, "match_ended", [])
    assert not Note.objects.exists()


def test_nobody_changes_a_note_through_a_block_or_after_the_match_but_may_delete_it(
    mara: Caller, match: Match, world: World
) -> None:
    note = mara.post(notes_path(match), {"text": TEXT})[1]
    one = f"mentorship/notes/{note['id']}/"
    row, _ = block(user=world.learner, blocked_id=world.mentor.pk)
    assert refusal(mara.call("PATCH", one, {"text": "x"})) == (409, "blocked", [])
    row.delete()
    end(match)
    assert refusal(mara.call("PATCH", one, {"text": "x"})) == (409, "match_ended", [])
    assert mara.get(notes_path(match))[1]["results"][0]["text"] == TEXT
    assert mara.call("DELETE", one) == (204, None)


def test_an_erased_mentor_leaves_notes_and_flags_without_a_name(
    mara: Caller, lena: Caller, match: Match, world: World, director: Caller, root: Any
) -> None:
    mara.post(notes_path(match), {"text": TEXT})
    mara.post(FLAGS, flag_request(world.learner))
    erase_user(user_id=world.mentor.pk)
    (shown,) = lena.get(notes_path(match))[1]["results"]
    assert (shown["text"], shown["author"], shown["from_mentor"]) == (TEXT, None, True)
    (flag,) = director.get(FLAGS)[1]["results"]
    assert flag["raised_by"] is None
    erase_user(user_id=world.learner.pk)
    assert (Note.objects.count(), Flag.objects.count()) == (0, 0)


# --- flags ---------------------------------------------------------------------------------------
def test_a_flag_is_seen_by_its_mentor_and_by_those_who_manage_the_learner(
    mara: Caller, lena: Caller, match: Match, world: World, director: Caller, admin: Caller
) -> None:
    status, flag = mara.post(FLAGS, flag_request(world.learner))
    assert (status, flag["raised_by"], "note" in flag) == (201, world.mentor.pk, False)
    one = f"{FLAGS}{flag['id']}/"
    for caller in (mara, director, admin):
        assert caller.get(FLAGS)[1]["results"] == [flag]
        assert caller.get(one)[1] == {**flag, "note": TEXT}
    for caller in (lena, signed_in(world.foreign_mentor), signed_in(world.foreign)):
        assert caller.get(FLAGS)[1]["results"] == []
        assert refusal(caller.get(one)) == ABSENT
        assert refusal(caller.post(f"{one}resolve/", None)) == ABSENT
    assert Flag.objects.get().resolved_at is None
    assert appended() == []


def test_a_flag_is_resolved_once_and_filtered(
    mara: Caller, match: Match, world: World, director: Caller
) -> None:
    flag = mara.post(FLAGS, flag_request(world.learner))[1]
    resolved = director.call("POST", f"{FLAGS}{flag['id']}/resolve/")[1]
    assert resolved["resolved_by"] == world.director.pk
    assert mara.call("POST", f"{FLAGS}{flag['id']}/resolve/") == (200, resolved)
    assert mara.get(f"{FLAGS}?resolved=false")[1]["count"] == 0
    assert mara.get(f"{FLAGS}?resolved=true&severity=medium")[1]["count"] == 1
    assert mara.get(f"{FLAGS}?learner={world.foreign.pk}")[1]["count"] == 0


def test_a_mentor_flags_learners_of_active_matches_alone(
    mara: Caller, lena: Caller, match: Match, world: World, director: Caller
) -> None:
    for caller, learner in (
        (mara, world.foreign),
        (director, world.learner),
        (lena, world.learner),
    ):
        assert refusal(caller.post(FLAGS, flag_request(learner))) == ABSENT
    end(match)
    assert refusal(mara.post(FLAGS, flag_request(world.learner))) == ABSENT
    assert not Flag.objects.exists()


def test_a_mentor_neither_reads_nor_resolves_flags_once_the_match_has_ended(
    mara: Caller, match: Match, world: World, director: Caller
) -> None:
    one = f"{FLAGS}{mara.post(FLAGS, flag_request(world.learner))[1]['id']}/"
    end(match)
    assert mara.get(FLAGS)[1]["results"] == []
    assert refusal(mara.get(one)) == ABSENT
    assert refusal(mara.call("POST", f"{one}resolve/")) == ABSENT
    assert Flag.objects.get().resolved_at is None
    assert director.get(one)[0] == 200


def test_no_flag_is_raised_when_the_match_ends_meanwhile(
    mara: Caller, match: Match, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def ending(*user_ids: int) -> Iterator[None]:
        end(match)
        with locked_users(*user_ids):
            yield

    monkeypatch.setattr(flags, "locked_users", ending)
    assert refusal(mara.post(FLAGS, flag_request(world.learner))) == ABSENT
    assert not Flag.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("route", ["blocks", "flags", "resolve"])
def test_blocks_and_flags_are_busy_while_a_user_is_locked(
    route: str, mara: Caller, match: Match, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag = mara.post(FLAGS, flag_request(world.learner))[1]
    path, body = {
        "blocks": ("conduct/blocks/", {"match": str(match.pk)}),
        "flags": (FLAGS, flag_request(world.learner)),
        "resolve": (f"{FLAGS}{flag['id']}/resolve/", None),
    }[route]
    monkeypatch.setattr(limits, "LOCK_TIMEOUT_SECONDS", 1)
    holder = connection.copy()
    holder.set_autocommit(False)
    try:
        with holder.cursor() as cursor:
            cursor.execute(LOCK, [world.learner.pk])
        assert refusal(mara.post(path, body)) == (409, "busy", [])
    finally:
        holder.rollback()
        holder.close()
    assert Flag.objects.get().resolved_at is None
    assert not Block.objects.exists()


def test_directors_are_notified_of_a_flag_of_high_severity(
    mara: Caller, match: Match, world: World
) -> None:
    mara.post(FLAGS, flag_request(world.learner, severity="medium"))
    run_jobs()
    assert "mentorship.flag_raised" not in notified(world.director)
    for severity in ("high", "critical"):
        mara.post(FLAGS, flag_request(world.learner, severity=severity))
    run_jobs()
    assert notified(world.director).count("mentorship.flag_raised") == 2
    assert "mentorship.flag_raised" not in notified(world.learner)


# --- the page of a mentee ------------------------------------------------------------------------
def test_the_page_of_a_mentee_sums_up_what_the_mentor_may_see(
    mara: Caller, lena: Caller, match: Match, world: World
) -> None:
    item("course-1")
    lena.post("progress/", progress_report())
    lena.post(f"mentorship/matches/{match.pk}/messages/", {"text": "Hello"})
    session = session_in(SessionState.CONFIRMED, match)
    flag = mara.post(FLAGS, flag_request(world.learner))[1]
    handed_in = submitted(world.learner, mission())
    drafted(world.learner, mission("mission-2"))
    status, page = mara.get(f"mentorship/mentees/{world.learner.pk}/")
    assert status == 200
    assert (page["learner"]["id"], page["match"]) == (world.learner.pk, str(match.pk))
    assert (page["progress"]["in_progress"], page["progress"]["completed"]) == (3, 0)
    assert [one["id"] for one in page["sessions"]] == [str(session.pk)]
    assert (page["flags"], page["unread_messages"]) == ([flag], 1)
    (shown,) = page["submissions"]
    assert (shown["id"], shown["title"]) == (str(handed_in.pk), handed_in.mission.title)


def test_the_page_of_a_mentee_has_what_the_learner_wrote_by_consent_alone(
    mara: Caller, lena: Caller, match: Match, world: World
) -> None:
    goal = lena.post("coaching/goals/", goal_request())[1]
    seen = {"id": goal["id"], "target_date": goal["target_date"], "state": goal["state"]}
    consent_to_mentor(world.learner)
    shared, _ = (lena.post(REFLECTIONS, {"text": TEXT, "mood": "good"})[1] for _ in range(2))
    lena.call("PATCH", f"{REFLECTIONS}{shared['id']}/", {"shared": True})
    path = f"mentorship/mentees/{world.learner.pk}/"
    page = mara.get(path)[1]
    assert page["goals"] == [{**seen, "title": goal["title"]}]
    (reflection,) = page["reflections"]
    assert (reflection["id"], reflection["mood"]) == (shared["id"], "good")
    record_consent(user=world.learner, kind="mentor_reads_reflections", given=False)
    page = mara.get(path)[1]
    assert (page["goals"], page["reflections"]) == ([{**seen, "title": None}], [])


def test_only_the_mentor_of_an_active_match_reads_the_page(
    mara: Caller, lena: Caller, match: Match, world: World, director: Caller, admin: Caller
) -> None:
    path = f"mentorship/mentees/{world.learner.pk}/"
    others = (lena, director, admin, signed_in(world.foreign_mentor))
    for caller in others:
        assert refusal(caller.get(path)) == ABSENT
    end(match)
    assert refusal(mara.get(path)) == ABSENT


def test_the_page_of_a_mentee_costs_as_many_queries_with_many_rows(
    mara: Caller, match: Match, world: World
) -> None:
    path = f"mentorship/mentees/{world.learner.pk}/"

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert mara.get(path)[0] == 200
        return len(found)

    mara.post(FLAGS, flag_request(world.learner))
    coaching.set_goal(user=world.learner, **_goal())
    submitted(world.learner, mission())
    _share_reflection(world.learner)
    few = queries()
    for number in range(2, 12):
        submitted(world.learner, mission(f"mission-{number}"))
        _share_reflection(world.learner)
        mara.post(FLAGS, flag_request(world.learner))
        coaching.set_goal(user=world.learner, **_goal())
    assert queries() == few


def _goal() -> dict[str, Any]:
    return {"title": "Pass", "target_date": date(2999, 1, 1)}


def _share_reflection(learner: User) -> None:
    consent_to_mentor(learner)
    reflection = write_reflection(user=learner, text=TEXT)
    change_reflection(user=learner, reflection_id=reflection.pk, shared=True)
