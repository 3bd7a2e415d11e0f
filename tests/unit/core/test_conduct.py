"""Reports between the mentor and the learner of a match, who decides them, and blocks."""

import itertools
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.conduct.models import Decision, DecisionAction, Outcome, Report, ReportState
from core.conduct.services import decide
from core.conduct.states import REPORT_STATES
from core.erasure.services import erase_user
from core.export.archive import write_archive
from core.kit.transitions import IllegalTransition
from core.mentorship.blocks import is_blocked
from core.mentorship.conversation_models import Block
from core.mentorship.models import Match
from core.users.models import User
from core.users.services import update_user
from ongoza_contracts.vocabulary import Role
from tests.unit.core.conversation_rows import end, matched, message_request
from tests.unit.core.notified import notified, run_jobs
from tests.unit.core.school import ABSENT, World
from tests.unit.core.test_files import root
from tests.unit.core.uploaded import staged, upload
from tests.unit.core.world import Caller, appended, forget_appended, person, refusal, signed_in

__all__ = ["root", "staged"]
pytestmark = pytest.mark.django_db

REPORTS, QUEUE, BLOCKS = "conduct/reports/", "conduct/queue/", "conduct/blocks/"
TEXT = "He asked me for money."


@pytest.fixture
def match(world: World) -> Match:
    found = matched(world.mentor, world.learner)
    forget_appended()
    return found


@pytest.fixture
def lena(world: World) -> Caller:
    return signed_in(world.learner)


@pytest.fixture
def mara(world: World) -> Caller:
    return signed_in(world.mentor)


def request(match: Match, **changes: Any) -> dict[str, Any]:
    return {"match": str(match.pk), "reason": "harassment", "text": TEXT, **changes}


def report(caller: Caller, match: Match, **changes: Any) -> dict[str, Any]:
    status, body = caller.post(REPORTS, request(match, **changes))
    assert status == 201, body
    return dict(body)


def move(caller: Caller, row: dict[str, Any], action: str, outcome: str | None = None) -> Any:
    body = {"action": action} if outcome is None else {"action": action, "outcome": outcome}
    return caller.post(f"{QUEUE}{row['id']}/transitions/", body)


# --- reporting -----------------------------------------------------------------------------------
def test_a_report_shows_its_text_and_messages_to_those_who_decide(
    lena: Caller, mara: Caller, match: Match, world: World, director: Caller
) -> None:
    path = f"mentorship/matches/{match.pk}/messages/"
    shown = mara.post(path, message_request("Lend me money."))[1]
    mara.post(path, message_request("Something else."))
    row = report(lena, match, messages=[shown["id"]])
    assert (row["reported"], row["state"]) == (world.mentor.pk, "open")
    assert "text" not in row
    assert lena.get(f"{REPORTS}{row['id']}/")[1]["text"] == TEXT
    queued = director.get(f"{QUEUE}{row['id']}/")[1]
    assert (queued["text"], queued["reporter"]) == (TEXT, world.learner.pk)
    assert [one["text"] for one in queued["messages"]] == ["Lend me money."]
    assert director.get(QUEUE)[1]["results"][0]["id"] == row["id"]
    assert refusal(director.get(path)) == ABSENT
    assert appended() == []


def test_the_queue_names_who_reports_and_who_is_reported(
    lena: Caller, match: Match, world: World, director: Caller
) -> None:
    update_user(user_id=world.learner.pk, first_name="Lena", last_name="Otieno")
    update_user(user_id=world.mentor.pk, first_name="Mara", last_name="Otieno")
    forget_appended()
    row = report(lena, match)
    assert not {"reporter_name", "reported_name"} & {*row}
    for shown in (
        director.get(QUEUE)[1]["results"][0],
        director.get(f"{QUEUE}{row['id']}/")[1],
        move(director, row, "take")[1],
    ):
        assert (shown["reporter"], shown["reporter_name"]) == (world.learner.pk, "Lena Otieno")
        assert (shown["reported"], shown["reported_name"]) == (world.mentor.pk, "Mara Otieno")
    assert appended() == []


def test_a_mentor_reports_a_learner_after_the_end_of_the_match(
    mara: Caller, match: Match, world: World, director: Caller
) -> None:
    end(match)
    row = report(mara, match)
    assert row["reported"] == world.learner.pk
    assert director.get(f"{QUEUE}{row['id']}/")[0] == 200


def test_reported_messages_list_their_files_without_the_bytes(
    lena: Caller, mara: Caller, match: Match, director: Caller, root: Any, staged: Any
) -> None:
    path = f"mentorship/matches/{match.pk}/"
    files = [
        upload(mara, content, name)
        for name, content in (("terms.md", b"Half of it."), ("prices.md", b"Ten a month."))
    ]
    body = message_request("Sign this.", artifacts=[one["id"] for one in files])
    sent = [mara.post(f"{path}messages/", one)[1]["id"] for one in (body, message_request())]
    row = report(lena, match, messages=sent)
    first, second = director.get(f"{QUEUE}{row['id']}/")[1]["messages"]
    assert [(one["name"], one["size"]) for one in first["artifacts"]] == [
        ("terms.md", len(b"Half of it.")),
        ("prices.md", len(b"Ten a month.")),
    ]
    assert {*first["artifacts"][0]} == {"id", "name", "size"}
    assert second["artifacts"] == []
    for address in (
        f"{path}artifacts/{first['artifacts'][0]['id']}/",
        f"files/{files[0]['id']}/content/",
    ):
        assert refusal(director.get(address)) == ABSENT


def test_a_queued_report_costs_no_more_queries_with_more_files(
    lena: Caller, mara: Caller, match: Match, director: Caller, root: Any, staged: Any
) -> None:
    numbers = itertools.count()

    def send_with_files(count: int) -> str:
        names = [f"{next(numbers)}.md" for _ in range(count)]
        files = [upload(mara, name.encode() * 9, name)["id"] for name in names]
        path = f"mentorship/matches/{match.pk}/messages/"
        return str(mara.post(path, message_request(artifacts=files))[1]["id"])

    few = report(lena, match, messages=[send_with_files(1)])
    many = report(
        lena, match, reason="cheating", messages=[send_with_files(count) for count in (1, 2, 3)]
    )
    counts = []
    for row in (few, many):
        with CaptureQueriesContext(connection) as queries:
            assert director.get(f"{QUEUE}{row['id']}/")[0] == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_only_messages_of_the_match_are_shown(
    lena: Caller, mara: Caller, match: Match, world: World
) -> None:
    other = matched(world.mentor, world.foreign)
    path = f"mentorship/matches/{other.pk}/messages/"
    foreign = mara.post(path, message_request())[1]["id"]
    answer = lena.post(REPORTS, request(match, messages=[foreign]))
    assert refusal(answer) == (400, "unknown_message", [])
    assert not Report.objects.exists()


def test_the_same_is_reported_once_until_it_is_decided(
    lena: Caller, match: Match, director: Caller
) -> None:
    row = report(lena, match)
    answer = lena.post(REPORTS, request(match))
    assert refusal(answer) == (409, "already_reported", [])
    assert row["id"] in answer[1]["detail"]
    report(lena, match, reason="cheating")
    move(director, row, "dismiss")
    report(lena, match)
    assert refusal(move(director, row, "reopen")) == (409, "already_reported", [])


def test_strangers_report_nobody_of_a_match(match: Match, world: World, admin: Caller) -> None:
    for caller in (signed_in(world.foreign), signed_in(world.director), admin):
        assert refusal(caller.post(REPORTS, request(match))) == ABSENT
    assert not Report.objects.exists()


# --- the queue -----------------------------------------------------------------------------------
def test_neither_reporter_nor_reported_nor_strangers_see_the_queue(
    lena: Caller, mara: Caller, match: Match, world: World, admin: Caller
) -> None:
    row = report(lena, match)
    assert refusal(mara.get(f"{REPORTS}{row['id']}/")) == ABSENT
    assert mara.get(REPORTS)[1]["results"] == []
    for caller in (lena, mara):
        assert refusal(caller.get(QUEUE))[0] == 403
        assert refusal(move(caller, row, "take"))[0] == 403
    elsewhere = signed_in(person("olga", Role.DIRECTOR, world.other))
    assert elsewhere.get(QUEUE)[1]["results"] == []
    assert refusal(elsewhere.get(f"{QUEUE}{row['id']}/")) == ABSENT
    assert refusal(move(elsewhere, row, "take")) == ABSENT
    assert admin.get(f"{QUEUE}{row['id']}/")[0] == 200
    assert Report.objects.get().state == "open"


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.ADMIN])
def test_nobody_decides_about_themselves_or_their_own_report(role: Role, world: World) -> None:
    """Directors and admins may be mentors too."""
    staff = person("staff", role, world.school if role == Role.DIRECTOR else None)
    match = matched(staff, world.learner)
    caller = signed_in(staff)
    for reporter in (signed_in(world.learner), caller):
        row = report(reporter, match)
        assert caller.get(QUEUE)[1]["results"] == []
        assert refusal(caller.get(f"{QUEUE}{row['id']}/")) == ABSENT
        assert refusal(move(caller, row, "dismiss")) == ABSENT


def test_decisions_are_recorded_with_their_actor_and_end_with_a_notice(
    lena: Caller, match: Match, world: World, director: Caller
) -> None:
    row = report(lena, match)
    run_jobs()
    assert notified(world.director) == ["conduct.reported"]
    assert "conduct.reported" not in notified(world.mentor)
    assert move(director, row, "take")[1]["state"] == "in_review"
    assert refusal(move(director, row, "resolve"))[:2] == (400, "outcome_missing")
    assert refusal(move(director, row, "dismiss", "advice"))[:2] == (400, "outcome_missing")
    assert notified(world.learner) == []
    assert move(director, row, "resolve", "warning")[1]["state"] == "resolved"
    assert notified(world.learner) == ["conduct.decided"]
    assert Report.objects.get().decided_at == Decision.objects.last().at  # type: ignore[union-attr]
    decisions = director.get(f"{QUEUE}{row['id']}/")[1]["decisions"]
    assert [(one["action"], one["outcome"], one["actor"]) for one in decisions] == [
        ("take", None, world.director.pk),
        ("resolve", "warning", world.director.pk),
    ]
    assert director.get(f"{QUEUE}?state=open")[1]["results"] == []


def test_without_a_director_the_admins_are_notified(world: World) -> None:
    match = matched(world.mentor, world.foreign)
    report(signed_in(world.foreign), match)
    run_jobs()
    assert notified(world.admin) == ["conduct.reported"]
    assert notified(world.director) == []


POSSIBLE = {(one.origin, one.action) for one in REPORT_STATES.transitions}


@pytest.mark.parametrize("state", [*ReportState])
@pytest.mark.parametrize("action", [*DecisionAction])
def test_a_report_moves_as_the_table_says(
    state: ReportState, action: DecisionAction, match: Match, lena: Caller, world: World
) -> None:
    row = Report.objects.get(pk=report(lena, match)["id"])
    Report.objects.update(state=state)
    outcome = Outcome.ADVICE if action == DecisionAction.RESOLVE else None
    if (state, action) in POSSIBLE:
        decide(caller=world.director, report_id=row.pk, action=action, outcome=outcome)
        assert Decision.objects.get().action == action
    else:
        with pytest.raises(IllegalTransition):
            decide(caller=world.director, report_id=row.pk, action=action, outcome=outcome)
        assert not Decision.objects.exists()
        assert Report.objects.get().state == state


# --- erasure -------------------------------------------------------------------------------------
def test_an_erased_reporter_leaves_state_and_decisions_without_text(
    lena: Caller, match: Match, world: World, admin: Caller, root: Any
) -> None:
    row = report(lena, match)
    move(admin, row, "take")
    erase_user(user_id=world.learner.pk)
    queued = admin.get(f"{QUEUE}{row['id']}/")[1]
    assert (queued["text"], queued["reporter"], queued["messages"]) == (None, None, [])
    assert queued["reporter_name"] is None
    assert admin.get(QUEUE)[1]["results"][0]["reporter_name"] is None
    assert (queued["state"], queued["reported"]) == ("in_review", world.mentor.pk)
    assert move(admin, row, "resolve", "role_revoked")[0] == 200


def test_nothing_is_left_about_an_erased_user_who_was_reported(
    lena: Caller, match: Match, world: World, root: Any
) -> None:
    report(lena, match)
    erase_user(user_id=world.mentor.pk)
    assert not Report.objects.exists()


# --- blocks --------------------------------------------------------------------------------------
def test_a_block_is_made_once_listed_and_ended_by_its_maker_alone(
    lena: Caller, mara: Caller, match: Match, world: World
) -> None:
    body = {"match": str(match.pk)}
    status, made = lena.post(BLOCKS, body)
    assert (status, made["blocked"]) == (201, world.mentor.pk)
    assert lena.post(BLOCKS, body) == (200, made)
    assert is_blocked(world.learner.pk, world.mentor.pk)
    assert is_blocked(world.mentor.pk, world.learner.pk)
    assert mara.get(BLOCKS)[1]["results"] == []
    assert refusal(mara.call("DELETE", f"{BLOCKS}{made['id']}/")) == ABSENT
    assert lena.get(BLOCKS)[1]["results"] == [made]
    assert lena.call("DELETE", f"{BLOCKS}{made['id']}/") == (204, None)
    assert not is_blocked(world.learner.pk, world.mentor.pk)


def test_strangers_block_nobody_of_a_match(match: Match, world: World) -> None:
    answer = signed_in(world.foreign).post(BLOCKS, {"match": str(match.pk)})
    assert refusal(answer) == ABSENT
    assert not Block.objects.exists()


# --- archives ------------------------------------------------------------------------------------
def test_archives_have_ones_own_texts_and_no_report_about_oneself(
    lena: Caller, mara: Caller, match: Match, world: World, director: Caller
) -> None:
    path = f"mentorship/matches/{match.pk}/"
    message = mara.post(f"{path}messages/", message_request("Lend me money."))[1]
    lena.post(f"{path}notes/", {"text": "Ask about subnets."})
    about = {"learner": world.learner.pk, "kind": "wellbeing", "severity": "high"}
    mara.post("mentorship/flags/", {**about, "note": "Seems tired."})
    move(director, report(lena, match, messages=[message["id"]]), "take")
    learners, mentors = archive_of(world.learner), archive_of(world.mentor)
    assert "Lend me money." in learners["mentorship.message.json"]
    assert "Ask about subnets." in learners["mentorship.note.json"]
    assert "Seems tired." in learners["mentorship.flag.json"]
    assert TEXT in learners["conduct.report.json"]
    for text in ("Lend me money.", "Ask about subnets.", "Seems tired.", TEXT):
        assert text not in "".join(mentors.values())
    assert mentors["conduct.report.json"].split() == ["[", "]"]
    assert {name for name in mentors if name.startswith("conduct.")} == {"conduct.report.json"}


def archive_of(user: User) -> dict[str, str]:
    target = BytesIO()
    write_archive(user, target)
    with ZipFile(target) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}
