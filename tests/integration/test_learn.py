"""Learning the weights of recommendations from the database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from ai.catalogue.queries import load_catalogue
from ai.learners.learner import Learner
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.recommendations.command import outcome, report, store
from ai.recommendations.learning import Estimate, Learned
from ai.recommendations.logged import load_logged
from ai.recommendations.scoring import PARTS, Features, score
from ongoza_contracts.list_views import ListViewUpdated
from tests.facts import example, feedback, progress, published, record, user

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def shown(*opened: bool) -> ListViewUpdated:
    items = [
        {"content_id": f"course-{number}", "place": number, "opened": one}
        for number, one in enumerate(opened, start=1)
    ]
    fields = example(ListViewUpdated).model_dump() | {"user_id": 7, "created_at": AT}
    return ListViewUpdated.model_validate({**fields, "items": items})


async def test_a_list_is_scored_as_of_its_time_and_rewarded_by_what_followed(
    applier: Applier,
) -> None:
    facts = [
        user(7),
        *(published(f"course-{number}") for number in (1, 2, 3)),
        progress(7, "course-1", updated_at=AT + timedelta(hours=1)),
        feedback(7, "course-2", verdict="not_for_me"),
        feedback(7, "course-3", verdict="more_like_this"),
        shown(True, True, False, True),  # course-4 exists no more
    ]
    await applier.apply(read_batch(record(one) for one in facts))
    (one,) = await load_logged(applier.pool)
    assert (one.user_id, [*one.content_ids]) == (7, ["course-1", "course-2", "course-3"])
    assert (one.places.tolist(), one.rewards.tolist()) == ([1, 2, 3], [1, 0, 1])
    catalogue = await load_catalogue(applier.pool, revision=0, as_of=AT)
    newcomer = score(Features(catalogue, Learner(7)), np.arange(len(catalogue.items)))
    np.testing.assert_allclose(one.parts[:, PARTS.index("level")], newcomer.level, rtol=1e-5)


async def test_learned_multipliers_are_multiplied_with_the_present_ones(applier: Applier) -> None:
    await applier.apply(read_batch([record(published("course-1"))]))
    by = tuple(2.0 if part == "level" else 0.5 for part in PARTS)
    learned = Learned(by, 0.8, (Estimate("IPS", 1.0, 1.2, 0.1, 0.3),))
    before = await applier.pool.fetchval("SELECT revision FROM catalogue_revision")
    for _ in range(2):
        await store(applier.pool, learned)
    found = await load_catalogue(applier.pool, revision=0, as_of=AT)
    assert found.multipliers == {**dict.fromkeys(PARTS, 0.25), "level": 4.0}
    weighed, plain = (
        score(Features(one, Learner(7)), np.array([0]))
        for one in (found, replace(found, multipliers={}))
    )
    assert weighed.level[0] > plain.level[0]
    assert await applier.pool.fetchval("SELECT revision FROM catalogue_revision") == before + 2


def test_the_report_says_what_was_done() -> None:
    better = Estimate("IPS", 1.0, 1.2, 0.1, 0.3)
    noise = Estimate("DR", 1.0, 1.1, -0.1, 0.3)
    one, both = (Learned((1.0,) * len(PARTS), 0.8, each) for each in ((better,), (better, noise)))
    assert "  IPS     1.0000 now  1.2000 fitted +0.2000 [+0.1000, +0.3000]" in report(9, one)
    assert outcome(one, stored=True).startswith("Better beyond noise: stored")
    assert outcome(one, stored=False).endswith("as asked.")
    assert outcome(both, stored=False).startswith("Not better")
