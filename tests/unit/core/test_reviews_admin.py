"""The review queue and claims in the admin site."""

import pytest
from django.test import Client

from core.reviews.models import Claim
from tests.unit.core.review_rows import claimed, reviewed, run_out, waiting
from tests.unit.core.school import World
from tests.unit.core.world import admin_site_client, appended, forget_appended

pytestmark = pytest.mark.django_db

PAGE = "/admin/reviews/claim/"


@pytest.fixture
def client(world: World) -> Client:
    return admin_site_client(world.admin)


def take_away(client: Client, claim: Claim) -> str:
    """The page after the reason was sent."""
    path = f"{PAGE}{claim.pk}/take-away/"
    assert client.get(path).status_code == 200
    return client.post(path, {"reason": "On leave"}, follow=True).content.decode()


def test_the_queue_and_claims_are_listed(world: World, client: Client) -> None:
    submission = waiting(world.learner)
    claimed(submission, world.director)
    for page in ("queueentry", "claim", "reviewdraft", "review"):
        assert client.get(f"/admin/reviews/{page}/").status_code == 200
    assert "Find the intruder" in client.get("/admin/reviews/queueentry/").content.decode()
    assert world.director.email in client.get(PAGE).content.decode()


def test_a_claim_is_taken_away_with_a_reason(world: World, client: Client) -> None:
    submission = waiting(world.learner)
    claim = claimed(submission, world.director)
    assert "Take away: done." in take_away(client, claim)
    claim.refresh_from_db()
    assert (claim.state, claim.reason, claim.taken_by) == ("taken_away", "On leave", world.admin)
    assert [kind for kind, *_ in appended()] == ["submission.updated"]


def test_a_reason_is_needed(world: World, client: Client) -> None:
    claim = claimed(waiting(world.learner), world.director)
    client.post(f"{PAGE}{claim.pk}/take-away/", {"reason": ""})
    claim.refresh_from_db()
    assert (claim.state, appended()) == ("open", [])


@pytest.mark.parametrize("end", ["decided", "run out"])
def test_an_ended_claim_is_not_taken_away_and_neither_is_the_next_one(
    end: str, world: World, client: Client
) -> None:
    submission = waiting(world.learner)
    if end == "decided":
        reviewed(submission, by=world.director)
    else:
        run_out(claimed(submission, world.director))
        claimed(submission, world.admin)
    forget_appended()
    claim = Claim.objects.get(reviewer=world.director)
    assert "Nobody has claimed the submission." in take_away(client, claim)
    assert not Claim.objects.filter(state="taken_away").exists()
    assert appended() == []
