"""Suggestions of ai beside attempts, and the accepted works that ai compares with."""

from typing import Any

import pytest

from core.submissions.models import Suggestion
from ongoza_contracts.http.suggestions import EXEMPLAR_CHARACTERS
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import ABSENT, World
from tests.unit.core.submission_rows import decided, drafted, mission, submitted
from tests.unit.core.world import appended, forget_appended, person, refusal, service, signed_in

pytestmark = pytest.mark.django_db

CHECK = {"check": "secrets", "verdict": "attention", "value": 2.0}
FOUND: dict[str, Any] = {
    "on_draft": True,
    "model": "all-MiniLM-L6-v2@1",
    "rule_version": 1,
    "checks": [CHECK],
}


def path(submission_id: object, name: str = "suggestion") -> str:
    return f"internal/submissions/{submission_id}/{name}/"


def test_a_suggestion_is_stored_beside_the_attempt_and_published_once(world: World) -> None:
    draft = drafted(world.learner, mission())
    forget_appended()
    status, body = service().call("PUT", path(draft.pk), FOUND)
    assert (status, body["submission"], body["checks"]) == (200, str(draft.pk), [CHECK])
    stored = Suggestion.objects.get()
    assert (stored.user, stored.version) == (world.learner, 1)
    assert service().call("PUT", path(draft.pk), FOUND)[0] == 200
    assert appended() == [("suggestion.updated", str(stored.pk), 1)]


def test_another_suggestion_takes_its_place(world: World) -> None:
    draft = drafted(world.learner, mission())
    for on_draft in (True, False):
        service().call("PUT", path(draft.pk), {**FOUND, "on_draft": on_draft})
    stored = Suggestion.objects.get()
    assert (stored.on_draft, stored.version) == (False, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"checks": [CHECK, CHECK]},
        {"checks": [{**CHECK, "text": "My password is hunter2."}]},
        {"checks": [{**CHECK, "verdict": "grade"}]},
        {"model": "a model"},
        {"rule_version": 0},
    ],
)
def test_what_is_no_verdict_is_refused(world: World, changes: dict[str, Any]) -> None:
    draft = drafted(world.learner, mission())
    forget_appended()
    assert service().call("PUT", path(draft.pk), {**FOUND, **changes})[0] == 400
    assert (Suggestion.objects.count(), appended()) == (0, [])


def test_nobody_stores_a_suggestion_on_the_own_work(world: World) -> None:
    draft = drafted(world.learner, mission())
    answer = signed_in(world.learner).call("PUT", path(draft.pk), FOUND)
    assert refusal(answer) == (403, "forbidden", [])
    assert service().call("PUT", path(ABSENT), FOUND)[0] == 404


def test_exemplars_are_accepted_works_of_others_one_for_each(world: World) -> None:
    row = mission()
    own = submitted(world.learner, row)
    mates = [person(f"mate-{n}", Role.LEARNER, world.school) for n in range(3)]
    decided(mates[0], row, SubmissionState.PASSED)
    decided(mates[1], row, SubmissionState.FAILED)
    submitted(mates[2], row)
    status, body = service().get(path(own.pk, "exemplars"))
    assert (status, len(body["texts"])) == (200, 1)
    assert len(body["texts"][0]) <= EXEMPLAR_CHARACTERS
    assert signed_in(world.director).get(path(own.pk, "exemplars"))[0] == 403
    assert service().get(path(ABSENT, "exemplars"))[0] == 404
