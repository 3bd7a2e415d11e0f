"""Rows of conversations, as many as a test of lists wants, and the tables of their routes for tests
over all routes."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.conduct.models import Report, ReportState
from core.mentorship.conversation_models import Block, Flag, GroupSession, Message, Note
from core.mentorship.models import Match
from core.outbox.publish import publish
from core.users.models import User
from core.users.user_keys import text_cipher
from ongoza_contracts.mentorship import MatchEndReason, MatchState
from ongoza_contracts.vocabulary import Role
from tests.access_matrix import For, Route, roles
from tests.unit.core.mentor_rows import ahead
from tests.unit.core.world import person

ABSENT = "018f0000-0000-7000-8000-00000000dead"
MATCH, GROUP = f"mentorship/matches/{ABSENT}/", f"mentorship/groups/{ABSENT}/"
FLAG, NOTE = f"mentorship/flags/{ABSENT}/", f"mentorship/notes/{ABSENT}/"
REPORT, QUEUED = f"conduct/reports/{ABSENT}/", f"conduct/queue/{ABSENT}/"
MANAGERS = roles(Role.DIRECTOR, Role.ADMIN)

ROUTES: dict[str, Route] = {
    "GET /conduct/blocks/": Route(For.USERS),
    "POST /conduct/blocks/": Route(For.USERS, body={}),
    "DELETE /conduct/blocks/{block_id}/": Route(For.USERS, f"conduct/blocks/{ABSENT}/"),
    "GET /conduct/queue/": Route(MANAGERS),
    "GET /conduct/queue/{report_id}/": Route(MANAGERS, QUEUED),
    "POST /conduct/queue/{report_id}/transitions/": Route(MANAGERS, f"{QUEUED}transitions/", {}),
    "GET /conduct/reports/": Route(For.USERS),
    "POST /conduct/reports/": Route(For.USERS, body={}),
    "GET /conduct/reports/{report_id}/": Route(For.USERS, REPORT),
    "GET /mentorship/flags/": Route(For.USERS),
    "POST /mentorship/flags/": Route(For.USERS, body={}),
    "GET /mentorship/flags/{flag_id}/": Route(For.USERS, FLAG),
    "POST /mentorship/flags/{flag_id}/resolve/": Route(For.USERS, f"{FLAG}resolve/"),
    "GET /mentorship/groups/": Route(For.USERS),
    "POST /mentorship/groups/": Route(For.USERS, body={}),
    "GET /mentorship/groups/{group_id}/": Route(For.USERS, GROUP),
    "POST /mentorship/groups/{group_id}/cancel/": Route(For.USERS, f"{GROUP}cancel/"),
    "POST /mentorship/groups/{group_id}/seats/": Route(For.USERS, f"{GROUP}seats/"),
    "DELETE /mentorship/groups/{group_id}/seats/": Route(For.USERS, f"{GROUP}seats/"),
    "GET /mentorship/matches/{match_id}/artifacts/{artifact_id}/": Route(
        For.USERS, f"{MATCH}artifacts/{ABSENT}/"
    ),
    "GET /mentorship/matches/{match_id}/messages/": Route(For.USERS, f"{MATCH}messages/"),
    "POST /mentorship/matches/{match_id}/messages/": Route(For.USERS, f"{MATCH}messages/", {}),
    "POST /mentorship/matches/{match_id}/messages/read/": Route(
        For.USERS, f"{MATCH}messages/read/", {}
    ),
    "GET /mentorship/matches/{match_id}/notes/": Route(For.USERS, f"{MATCH}notes/"),
    "POST /mentorship/matches/{match_id}/notes/": Route(For.USERS, f"{MATCH}notes/", {}),
    "GET /mentorship/mentees/{user_id}/": Route(For.USERS, "mentorship/mentees/2147483647/"),
    "PATCH /mentorship/notes/{note_id}/": Route(For.USERS, NOTE, {}),
    "DELETE /mentorship/notes/{note_id}/": Route(For.USERS, NOTE),
    "GET /mentorship/workqueue/": Route(For.USERS),
}


# --- rows ----------------------------------------------------------------------------------------
def matched(mentor: User, learner: User) -> Match:
    """Past the services: without a membership."""
    match = Match(mentor=mentor, learner=learner)
    with transaction.atomic():
        publish(match)
    return match


def end(match: Match) -> None:
    match.state, match.ended_at = MatchState.ENDED, timezone.now()
    match.end_reason = MatchEndReason.COMPLETED
    with transaction.atomic():
        publish(match)


def message_request(text: str = "Shall we meet?", **more: Any) -> dict[str, Any]:
    return {"text": text, **more}


def _match(mentor: User) -> Match:
    return Match.objects.first() or matched(mentor, person("mentee"))


def messages(mentor: User, numbers: range) -> None:
    match = _match(mentor)
    cipher = text_cipher(match.learner_id)
    rows = [Message(match=match, number=n + 1, author=mentor, from_mentor=True) for n in numbers]
    for row in rows:
        row.encrypted = cipher.encrypt('{"text": "Hello"}', place=row.place)
    Message.objects.bulk_create(rows)


def notes(mentor: User, numbers: range) -> None:
    match = _match(mentor)
    cipher = text_cipher(match.learner_id)
    rows = [Note(match=match, author=mentor, from_mentor=True) for _ in numbers]
    for row in rows:
        row.encrypted = cipher.encrypt("A note", place=row.place)
    Note.objects.bulk_create(rows)


def flags(mentor: User, numbers: range) -> None:
    learner = _match(mentor).learner
    Flag.objects.bulk_create(
        Flag(learner=learner, raised_by=mentor, kind="other", severity="low", encrypted=b"x")
        for _ in numbers
    )


def groups(mentor: User, numbers: range) -> None:
    GroupSession.objects.bulk_create(
        GroupSession(
            mentor=mentor,
            title=f"Group {number}",
            starts_at=ahead(number + 2),
            ends_at=ahead(number + 2, hour=10),
            time_zone="UTC",
            seats=3,
        )
        for number in numbers
    )


def blocks(user: User, numbers: range) -> None:
    Block.objects.bulk_create(
        Block(blocker=user, blocked=person(f"blocked-{number}")) for number in numbers
    )


def own_reports(user: User, numbers: range) -> None:
    match = _match(user)
    _reports(numbers, match=match, reporter=user, reported=match.learner)


def queued_reports(_: User, numbers: range) -> None:
    found = Match.objects.first()
    match = found or matched(person("mentor", Role.MENTOR), person("mentee"))
    _reports(numbers, match=match, reporter=match.learner, reported=match.mentor)


def _reports(numbers: range, **columns: Any) -> None:
    Report.objects.bulk_create(
        Report(reason="other", state=ReportState.DISMISSED, encrypted=b"x", **columns)
        for _ in numbers
    )


LISTS: dict[str, tuple[Callable[[User, range], None], str]] = {
    "/conduct/blocks/": (blocks, "conduct/blocks/?"),
    "/conduct/queue/": (queued_reports, "conduct/queue/?"),
    "/conduct/reports/": (own_reports, "conduct/reports/?"),
    "/mentorship/flags/": (flags, "mentorship/flags/?"),
    "/mentorship/groups/": (groups, "mentorship/groups/?"),
    "/mentorship/matches/{match_id}/messages/": (
        messages,
        "mentorship/matches/{match}/messages/?",
    ),
    "/mentorship/matches/{match_id}/notes/": (notes, "mentorship/matches/{match}/notes/?"),
}
