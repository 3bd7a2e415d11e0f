"""The projection of profiling sessions, on a real database."""

from datetime import timedelta
from uuid import UUID, uuid4

from ai.profiling.queries import projected_results, projected_session
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import AnswerFlag, Track
from tests.facts import NOW, SESSION, answered, completed, deleted, record

FIRST = UUID("018f0000-0000-7000-8000-000000000000")


async def apply(applier: Applier, *facts: Fact) -> None:
    await applier.apply(read_batch(record(fact) for fact in facts))


def earlier(user_id: int = 7) -> Fact:
    """A session that was completed before the one of `tests.facts` was started."""
    hour = timedelta(hours=1)
    times = {"started_at": NOW - 2 * hour, "completed_at": NOW - hour}
    return completed(user_id).model_copy(update={"session_id": FIRST, **times})


async def test_a_session_of_another_learner_is_not_found(applier: Applier) -> None:
    await apply(applier, answered())
    found = await projected_session(applier.pool, SESSION, 7)
    assert found is not None
    assert (found.status, found.version, found.result, found.previous) == ("open", 1, None, None)
    assert await projected_session(applier.pool, SESSION, 8) is None


async def test_a_retake_knows_the_result_before_it(applier: Applier) -> None:
    await apply(applier, earlier(), answered())
    found = await projected_session(applier.pool, SESSION, 7)
    assert found is not None
    assert found.previous == FIRST
    first = await projected_session(applier.pool, FIRST, 7)
    assert first is not None
    assert first.previous is None


async def test_deleted_and_foreign_results_are_never_the_previous_one(
    applier: Applier,
) -> None:
    await apply(applier, earlier(), answered())
    await apply(applier, deleted().model_copy(update={"session_id": FIRST}))
    found = await projected_session(applier.pool, SESSION, 7)
    assert found is not None
    assert found.previous is None
    await apply(applier, earlier(8).model_copy(update={"session_id": uuid4()}))
    found = await projected_session(applier.pool, SESSION, 7)
    assert found is not None
    assert found.previous is None


async def test_the_confidence_figures_come_with_the_fact_and_are_null_for_older_ones(
    applier: Applier,
) -> None:
    await apply(applier, completed())
    found = await projected_session(applier.pool, SESSION, 7)
    assert found is not None
    assert found.result is not None
    assert (found.result.z, found.result.tied, found.result.flags) == (None, None, None)
    figures = {"z": 1.5, "sem": 9.0, "tied": (), "flags": (AnswerFlag.TOO_FAST,)}
    sure = completed().result.model_copy(
        update={**figures, "standard_errors": dict.fromkeys(Track, 8.5)}
    )
    await apply(applier, completed(version=3).model_copy(update={"result": sure}))
    found = await projected_session(applier.pool, SESSION, 7)
    assert found is not None
    assert found.result is not None
    assert (found.result.z, found.result.flags) == (1.5, (AnswerFlag.TOO_FAST,))
    assert found.result.standard_errors == dict.fromkeys(Track, 8.5)


async def test_a_learner_lists_the_own_results_that_were_not_deleted(applier: Applier) -> None:
    await apply(
        applier, earlier(), answered(), earlier(8).model_copy(update={"session_id": uuid4()})
    )
    (first,) = await projected_results(applier.pool, 7)
    assert (first.session_id, first.completed_at) == (FIRST, NOW - timedelta(hours=1))
    await apply(applier, completed())
    assert [one.session_id for one in await projected_results(applier.pool, 7)] == [SESSION, FIRST]
    await apply(applier, deleted().model_copy(update={"session_id": FIRST}))
    assert [one.session_id for one in await projected_results(applier.pool, 7)] == [SESSION]
