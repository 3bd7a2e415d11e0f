"""Makes mentors, requests, matches and sessions for `objects.py`."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ongoza_contracts.vocabulary import Role
from tests.integration.accounts import API, Account, created

if TYPE_CHECKING:
    from tests.integration.objects import Values, World

PROFILE = {"capacity": 20, "time_zone": "Africa/Nairobi"}


def _mentor(world: "World") -> Account:
    """A new mentor of the school, with a profile."""
    mentor = Account.of_role(world.admin, Role.MENTOR, world.organization_id)
    path = f"{API}/mentors/{mentor.user_id}/"
    mentor.core("PUT", path, json=PROFILE).raise_for_status()
    return mentor


def _asked(world: "World", mentor: Account) -> str:
    """The id of a new learner's request."""
    learner = Account.of_role(world.admin, Role.LEARNER, world.organization_id)
    return str(created(learner, "mentorship/requests/", {"mentor": mentor.user_id})["id"])


def _matched(world: "World", mentor: Account) -> str:
    path = f"mentorship/requests/{_asked(world, mentor)}/accept/"
    return str(created(mentor, path, {})["id"])


def mentor(world: "World") -> "Values":
    return {"mentor_id": _mentor(world).user_id}


def mentorship_request(world: "World") -> "Values":
    return {"request_id": _asked(world, _mentor(world))}


def match(world: "World") -> "Values":
    return {"match_id": _matched(world, _mentor(world))}


def session(world: "World") -> "Values":
    mentor = _mentor(world)
    day = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=2)
    body = {"match": _matched(world, mentor), "starts_at": day.isoformat()}
    return {"session_id": created(mentor, "mentorship/sessions/", body)["id"]}
