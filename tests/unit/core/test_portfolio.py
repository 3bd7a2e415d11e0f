"""Portfolios: their owner chooses what they show, and their address is the only way to them."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from core.certificates.services import revoke_certificate
from core.portfolio import selectors
from core.portfolio.models import Portfolio
from core.portfolio.services import MinorHasNoPage, issue_address
from core.submissions.models import Submission
from core.users.models import Minor
from core.users.services import update_user
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.vocabulary import Role
from tests.unit.core.certificate_rows import certificate
from tests.unit.core.school import World
from tests.unit.core.submission_rows import TEXT, change, decided, drafted, mission
from tests.unit.core.world import NOBODY, Caller, person, refusal, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(world: World) -> Submission:
    return decided(world.learner, mission(), SubmissionState.PASSED)


@pytest.fixture
def learner(world: World) -> Caller:
    return signed_in(world.learner)


def request(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"headline": "Defender", "about": "I *close* ports.", "items": [*items], **changes}


def put(caller: Caller, *items: dict[str, Any], **changes: Any) -> Any:
    status, found = caller.call("PUT", "portfolio/", request(*items, **changes))
    assert status == 200, found
    return found


def publish(caller: Caller) -> str:
    status, found = caller.post("portfolio/address/", None)
    assert status == 201, found
    return str(found["address"])


def shown_publicly(address: str) -> list[dict[str, Any]]:
    status, found = NOBODY.get(f"portfolio/{address}/")
    assert status == 200, found
    return list(found["items"])


def test_somebody_without_a_portfolio_has_an_empty_one_and_no_page(learner: Caller) -> None:
    _, found = learner.get("portfolio/")
    assert (found["items"], found["address"], found["headline"]) == ([], None, "")
    assert Portfolio.objects.count() == 0
    assert learner.call("DELETE", "portfolio/address/")[0] == 404


def test_a_public_page_shows_what_was_chosen_in_its_order(
    world: World, learner: Caller, work: Submission
) -> None:
    held = certificate(world.learner)
    put(learner, {"certificate": str(held.pk)}, {"submission": str(work.pk), "shows_work": True})
    address = publish(learner)

    status, found = NOBODY.get(f"portfolio/{address}/")

    assert status == 200
    assert (found["name"], found["headline"]) == (held.name, "Defender")
    assert found["about_html"].strip() == "<p>I <em>close</em> ports.</p>"
    first, second = found["items"]
    assert first["certificate"]["verify_url"].endswith(f"/api/v1/certificates/{held.pk}/verify/")
    assert NOBODY.get(f"certificates/{held.pk}/verify/")[1]["state"] == "valid"
    assert second["work"]["passed_at"] is not None
    assert second["work"]["content_sha256"] == work.content_sha256
    assert [one["html"].strip() for one in second["work"]["artifacts"]] == [f"<p>{TEXT}</p>"]
    assert not {"user", "address"} & found.keys()


def test_what_was_handed_in_is_shown_only_by_choice(learner: Caller, work: Submission) -> None:
    put(learner, {"submission": str(work.pk)})
    (shown,) = shown_publicly(publish(learner))
    assert shown["work"]["artifacts"] == []


def test_a_page_has_no_more_text_than_its_limit(
    learner: Caller, work: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(learner, {"submission": str(work.pk), "shows_work": True})
    address = publish(learner)
    monkeypatch.setattr(selectors, "SHOWN_CHARACTERS", len(TEXT) - 1)
    (shown,) = shown_publicly(address)
    assert (shown["work"]["submission"], shown["work"]["artifacts"]) == (str(work.pk), [])


def test_a_new_address_ends_the_former_and_a_withdrawn_one_leads_nowhere(learner: Caller) -> None:
    put(learner)
    former = publish(learner)
    address = publish(learner)
    assert NOBODY.get(f"portfolio/{former}/")[0] == 404
    assert shown_publicly(address) == []

    assert learner.call("DELETE", "portfolio/address/")[0] == 204
    assert NOBODY.get(f"portfolio/{address}/")[0] == 404
    assert learner.get("portfolio/")[1]["address"] is None


def test_search_engines_list_a_page_only_where_its_learner_wishes_it(learner: Caller) -> None:
    put(learner)
    path = f"/api/v1/portfolio/{publish(learner)}/"
    assert "noindex" in Client().get(path).headers["X-Robots-Tag"]
    put(learner, may_be_indexed=True)
    assert "X-Robots-Tag" not in Client().get(path).headers


def test_a_pass_that_was_taken_back_and_a_revoked_certificate_are_not_shown(
    world: World, learner: Caller, work: Submission
) -> None:
    held = certificate(world.learner, world.school)
    put(learner, {"certificate": str(held.pk)}, {"submission": str(work.pk)})
    address = publish(learner)
    tag = learner_etag(learner)
    revoke_certificate(revoked_by=world.director, certificate_id=held.pk, reason="An error")
    change(work, state=SubmissionState.FAILED.value)
    assert shown_publicly(address) == []
    assert learner.get("portfolio/")[1]["items"] == []
    assert learner_etag(learner) != tag


def learner_etag(caller: Caller) -> str:
    headers = {"Authorization": f"Bearer {caller.token}"}
    return str(Client().get("/api/v1/portfolio/", headers=headers).headers["ETag"])


def test_only_ones_own_passed_work_and_certificates_can_be_shown(
    world: World, learner: Caller
) -> None:
    foreign = decided(world.foreign, mission("mission-2"), SubmissionState.PASSED)
    draft = drafted(world.learner, mission("mission-3"))
    held = certificate(world.foreign)
    for one in ({"submission": foreign.pk}, {"submission": draft.pk}, {"certificate": held.pk}):
        body = request(*({name: str(value)} for name, value in one.items()))
        assert refusal(learner.call("PUT", "portfolio/", body))[:2] == (409, "unknown_work")
    assert not Portfolio.objects.exists()


def test_work_that_can_be_shown_is_listed_with_its_title(
    world: World, learner: Caller, work: Submission
) -> None:
    decided(world.foreign, mission("mission-2"), SubmissionState.PASSED)
    decided(world.learner, mission("mission-3"), SubmissionState.FAILED)
    _, found = learner.get("portfolio/works/")
    shown = [(one["submission"], one["title"]) for one in found["results"]]
    assert shown == [(str(work.pk), work.mission.title)]


def test_a_thing_is_shown_once_and_is_of_one_kind(learner: Caller, work: Submission) -> None:
    one = {"submission": str(work.pk)}
    wrong: list[list[dict[str, str]]] = [
        [one, one],
        [{}],
        [{**one, "certificate": str(work.pk)}],
        [one] * 51,
    ]
    for items in wrong:
        assert learner.call("PUT", "portfolio/", request(*items))[0] == 400


def test_a_change_of_another_state_than_the_one_read_is_refused(learner: Caller) -> None:
    put(learner)
    stale = {"Content-Type": "application/json", "If-Match": '"1-99"'}
    assert learner.call("PUT", "portfolio/", request(), stale)[0] == 412


def test_nobody_under_age_is_made_public(world: World, learner: Caller) -> None:
    put(learner)
    address = publish(learner)
    Minor.objects.update_or_create(user=world.learner, defaults={"adult_from": date(2999, 1, 1)})
    assert NOBODY.get(f"portfolio/{address}/")[0] == 404
    with pytest.raises(MinorHasNoPage):
        issue_address(user=world.learner)


def test_the_page_of_a_locked_account_is_not_there(world: World, learner: Caller) -> None:
    put(learner)
    address = publish(learner)
    update_user(user_id=world.learner.pk, is_active=False)
    assert NOBODY.get(f"portfolio/{address}/")[0] == 404


def test_a_portfolio_is_read_by_nobody_else_without_its_address(
    world: World, learner: Caller, work: Submission
) -> None:
    put(learner, {"submission": str(work.pk)})
    other = signed_in(person("moses", Role.LEARNER, world.school))
    assert other.get("portfolio/")[1]["items"] == []
    assert NOBODY.get("portfolio/")[0] == 401
    assert NOBODY.get("portfolio/not-an-address/")[0] == 404
