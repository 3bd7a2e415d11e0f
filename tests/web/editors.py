"""Work that a learner writes, work that a mentor reviews, and a seat that a learner pays for."""

from typing import NamedTuple

from scripts.stack.stack import Stack
from tests.integration.accounts import API, Account, answered, created
from tests.integration.conversation_objects import pair
from tests.integration.objects import World, cohort, mission


class Editor(NamedTuple):
    """A page with an editor, and who opens it."""

    account: Account
    path: str


def open_editors(stack: Stack) -> tuple[Editor, ...]:
    """A draft with a text and a link, the claimed review of another work, and an unpaid seat."""
    world = World.new(stack)
    mentor, learner, _ = pair(world)
    begun, handed_in = (mission(world)["mission_id"] for _ in range(2))
    draft, work = (
        created(learner, f"missions/{one}/submissions/", {})["id"] for one in (begun, handed_in)
    )
    link = {"kind": "link", "url": "https://git.ongoza.example/report"}
    created(learner, f"submissions/{draft}/artifacts/", link)
    text = {"kind": "text", "text": "Port 25 answers."}
    created(learner, f"submissions/{work}/artifacts/", text)
    answered(learner, f"submissions/{work}/submit/", {})
    mentor.core("POST", f"{API}/reviews/{work}/claim/", json={}).raise_for_status()
    seats = cohort(world)["cohort_id"]
    seat = created(world.learner, f"cohorts/{seats}/enrolments/", {"pools": ["paid"]})["id"]
    answered(world.learner, f"enrolments/{seat}/accept/", {})
    return (
        Editor(learner, f"/missions/{begun}"),
        Editor(mentor, f"/reviews/{work}"),
        Editor(world.learner, f"/cohorts/{seats}"),
    )
