"""Makes matches, and what mentors and learners have in them."""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from ongoza_contracts.vocabulary import Role
from tests.integration.accounts import API, Account, created, upload

if TYPE_CHECKING:
    from tests.integration.objects import World

Values = dict[str, Any]

PROFILE = {"capacity": 3, "time_zone": "Africa/Nairobi"}


class Pair(NamedTuple):
    mentor: Account
    learner: Account
    match_id: str

    def path(self, rest: str) -> str:
        return f"mentorship/matches/{self.match_id}/{rest}"


def pair(world: "World") -> Pair:
    """A new mentor and a new learner of the world's school."""
    mentor, learner = (
        Account.of_role(world.admin, role, world.organization_id)
        for role in (Role.MENTOR, Role.LEARNER)
    )
    path = f"{API}/mentors/{mentor.user_id}/"
    mentor.core("PUT", path, json=PROFILE).raise_for_status()
    body = {"mentor": mentor.user_id}
    request = created(learner, "mentorship/requests/", body)["id"]
    match = created(mentor, f"mentorship/requests/{request}/accept/", {})
    return Pair(mentor, learner, match["id"])


def artifact(world: "World") -> Values:
    made = pair(world)
    body = {"text": "Hello", "artifacts": [upload(made.learner, "x.txt")]}
    created(made.learner, made.path("messages/"), body)
    messages = made.learner.core("GET", f"{API}/{made.path('messages/')}").json()["results"]
    return {"match_id": made.match_id, "artifact_id": messages[0]["artifacts"][0]["id"]}


def note(world: "World") -> Values:
    made = pair(world)
    return {"note_id": created(made.mentor, made.path("notes/"), {"text": "Hello"})["id"]}


def flag(world: "World") -> Values:
    made = pair(world)
    body = {"learner": made.learner.user_id, "kind": "other", "severity": "low", "note": "Hello"}
    return {"flag_id": created(made.mentor, "mentorship/flags/", body)["id"]}


def mentee(world: "World") -> Values:
    return {"user_id": pair(world).learner.user_id}


def group(world: "World") -> Values:
    starts_at = datetime.now(UTC) + timedelta(days=30)
    body: dict[str, Any] = {"title": f"Group {secrets.token_hex(4)}", "seats": 3}
    body |= {"starts_at": starts_at.isoformat(), "time_zone": "Africa/Nairobi"}
    body |= {"ends_at": (starts_at + timedelta(hours=1)).isoformat()}
    return {"group_id": created(pair(world).mentor, "mentorship/groups/", body)["id"]}


def report(world: "World") -> Values:
    made = pair(world)
    body = {"match": made.match_id, "reason": "other", "text": "Rude"}
    return {"report_id": created(made.learner, "conduct/reports/", body)["id"]}


def block(world: "World") -> Values:
    made = pair(world)
    return {"block_id": created(made.learner, "conduct/blocks/", {"match": made.match_id})["id"]}


MAKERS: Mapping[str, Callable[["World"], Values]] = {
    "conduct/blocks/{block_id}": block,
    "conduct/queue/{report_id}": report,
    "conduct/reports/{report_id}": report,
    "mentorship/flags/{flag_id}": flag,
    "mentorship/groups/{group_id}": group,
    "mentorship/matches/{match_id}/artifacts/{artifact_id}": artifact,
    "mentorship/mentees/{user_id}": mentee,
    "mentorship/notes/{note_id}": note,
}
