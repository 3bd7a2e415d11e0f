"""Work that a learner writes, and work that a mentor reviews."""

from typing import NamedTuple

from scripts.stack.stack import Stack
from tests.integration.accounts import API, Account, answered, created
from tests.integration.conversation_objects import pair
from tests.integration.objects import World, mission


class Editor(NamedTuple):
    """A page with an editor, and who opens it."""

    account: Account
    path: str


def open_editors(stack: Stack) -> tuple[Editor, Editor]:
    """A draft with a text and a link, and the claimed review of another work."""
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
    return Editor(learner, f"/missions/{begun}"), Editor(mentor, f"/reviews/{work}")
