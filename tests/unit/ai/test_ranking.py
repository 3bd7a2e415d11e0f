"""The ranking: by hand-computed cases, and what holds for every catalogue and learner."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.recommendations.catalogue import Catalogue, Item
from ai.recommendations.lists import compute, from_kept, respond, stored
from ai.recommendations.ranking import (
    Learner,
    Profile,
    Step,
    candidates,
    diversify,
    learner_vector,
    level_of,
    rank,
    score,
)
from ongoza_contracts.http.recommendations import LIMIT_DEFAULT, RecommendationResponse
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Track

DONE, RUNNING, FAILED = (
    ProgressStatus.COMPLETED,
    ProgressStatus.IN_PROGRESS,
    ProgressStatus.FAILED,
)


def item(number: int, **changes: object) -> Item:
    fields: dict[str, object] = {
        "content_id": f"course-{number}",
        "content_type": ContentType.COURSE,
        "title": f"Course {number}",
        "description": "What it is about.",
        "track": Track.BUILDERS,
        "level": 1,
        "prerequisites": (),
        "retired": False,
        "learners": 0,
    }
    return Item(**{**fields, **changes})  # type: ignore[arg-type]


def catalogue(*items: Item, vectors: object = None) -> Catalogue:
    table = np.eye(len(items), 8) if vectors is None else vectors
    return Catalogue(items, np.asarray(table, np.float32), revision=3)


def learner(profile: Profile | None = None, **steps: ProgressStatus) -> Learner:
    """`course_1=DONE` is course-1, completed."""
    by_id = {name.replace("_", "-"): Step(status, 1) for name, status in steps.items()}
    return Learner(7, version=2, profile=profile, steps=by_id)


def leaning(**scores: float) -> Profile:
    by_track = {Track(name): value for name, value in scores.items()}
    return Profile(by_track, max(by_track, key=lambda t: by_track[t]), "profiling:s@1")


def ids(known: Catalogue, who: Learner, limit: int = 50) -> list[str]:
    return [one.item.content_id for one in rank(known, who, limit=limit)[0]]


def test_a_newcomer_is_offered_what_is_popular_and_at_their_level() -> None:
    known = catalogue(item(1, level=5), item(2, learners=3), item(3))
    assert ids(known, learner()) == ["course-2", "course-3", "course-1"]


def test_completed_running_and_retired_items_are_never_offered_and_failed_ones_are() -> None:
    known = catalogue(item(1), item(2), item(3, retired=True), item(4), item(5))
    who = learner(course_1=DONE, course_2=RUNNING, course_4=FAILED)
    assert sorted(ids(known, who)) == ["course-4", "course-5"]


def test_an_item_waits_for_its_prerequisites_to_be_completed() -> None:
    known = catalogue(item(1), item(2, prerequisites=("course-1",)))
    assert ids(known, learner()) == ["course-1"]
    assert ids(known, learner(course_1=RUNNING)) == []
    assert ids(known, learner(course_1=DONE)) == ["course-2"]


def test_an_item_with_an_unknown_prerequisite_is_not_offered() -> None:
    assert ids(catalogue(item(1, prerequisites=("course-99",))), learner(course_99=DONE)) == []


def test_the_learners_vector_weighs_what_was_completed_more_than_what_is_running() -> None:
    known = catalogue(item(1), item(2))
    vector = learner_vector(known, learner(course_1=DONE, course_2=RUNNING))
    assert vector is not None
    expected = np.array([1.0, 0.6, 0, 0, 0, 0, 0, 0]) / np.hypot(1, 0.6)
    np.testing.assert_allclose(vector, expected, rtol=1e-6)


def test_without_history_or_profile_there_is_no_vector() -> None:
    assert learner_vector(catalogue(item(1)), learner()) is None


def test_the_score_is_the_weighted_mean_of_its_known_parts() -> None:
    known = catalogue(
        item(1, track=Track.LEADERS),
        item(2, track=Track.LEADERS, level=3, learners=1),
        vectors=[[1, 0], [0.6, 0.8]],
    )
    parts = score(known, learner(leaning(leaders=80.0), course_1=DONE))
    # The learner's vector: 1 * (1, 0) + .5 * centre of leaders (.8, .4) = (1.4, .2).
    nearness = (1.4 * 0.6 + 0.2 * 0.8) / np.hypot(1.4, 0.2)
    expected = 0.40 * nearness + 0.30 * 0.8 + 0.15 * (1 - 2 / 4) + 0.15 * (np.log(2) / 1)
    assert float(parts.total[1]) == pytest.approx(expected, abs=1e-6)


def test_a_newcomers_score_is_of_level_and_popularity_alone() -> None:
    parts = score(catalogue(item(1, level=3, learners=9), item(2)), learner())
    assert float(parts.total[0]) == pytest.approx((0.15 * 0.5 + 0.15 * 1) / 0.30)
    assert float(parts.total[1]) == pytest.approx((0.15 * 1 + 0.15 * 0) / 0.30)


def test_the_level_a_learner_is_at_is_the_highest_completed() -> None:
    known = catalogue(item(1, level=2), item(2, level=4), item(3, level=5))
    assert level_of(known, learner()) == 1
    assert level_of(known, learner(course_1=DONE, course_2=DONE, course_3=RUNNING)) == 4


def test_the_profiles_track_comes_first_for_a_newcomer() -> None:
    known = catalogue(item(1), item(2, track=Track.EDUCATORS))
    assert ids(known, learner(leaning(educators=90.0, builders=10.0)))[0] == "course-2"


def test_variety_goes_before_a_second_item_of_the_same_kind() -> None:
    # Two items alike, and a third, a little worse, that is about something else.
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    assert diversify(np.array([0.9, 0.89, 0.8], np.float32), vectors, 3) == [0, 2, 1]


def test_an_item_without_a_vector_is_still_offered() -> None:
    known = catalogue(item(1), item(2), vectors=np.zeros((2, 8)))
    assert ids(known, learner(course_1=DONE)) == ["course-2"]


def test_an_empty_catalogue_gives_an_empty_list() -> None:
    assert ids(Catalogue((), np.zeros((0, 8), np.float32)), learner(leaning(builders=50.0))) == []


STATUSES = st.sampled_from([*ProgressStatus])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Catalogue, Learner]:
    count = draw(st.integers(1, 12))
    numbers = st.integers(1, count)
    items = [
        item(
            number,
            track=draw(st.sampled_from([*Track])),
            level=draw(st.integers(1, 5)),
            retired=draw(st.booleans()),
            learners=draw(st.integers(0, 50)),
            prerequisites=tuple(
                f"course-{other}"
                for other in sorted(draw(st.sets(numbers, max_size=2)))
                if other < number
            ),
        )
        for number in range(1, count + 1)
    ]
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    vectors = random.normal(size=(count, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    steps: Mapping[int, ProgressStatus] = draw(st.dictionaries(numbers, STATUSES))
    profile = draw(st.none() | st.just(leaning(builders=70.0, leaders=40.0)))
    who = learner(profile, **{f"course_{n}": status for n, status in steps.items()})
    return catalogue(*items, vectors=vectors), who


@given(worlds(), st.integers(1, 50))
def test_whatever_is_offered_may_be_offered_and_nothing_else_is(
    world: tuple[Catalogue, Learner], limit: int
) -> None:
    known, who = world
    offered = ids(known, who, limit)
    completed = {key for key, step in who.steps.items() if step.status is DONE}
    started = {key for key, step in who.steps.items() if step.status in {DONE, RUNNING}}
    allowed = {
        one.content_id
        for one in known.items
        if not one.retired
        and one.content_id not in started
        and completed.issuperset(one.prerequisites)
    }
    assert len(offered) == len(set(offered)) == min(limit, len(allowed))
    assert set(offered) <= allowed
    assert candidates(known, who).sum() == len(allowed)


@given(worlds())
def test_a_shorter_list_is_the_beginning_of_a_longer_one(world: tuple[Catalogue, Learner]) -> None:
    known, who = world
    assert ids(known, who, 3) == ids(known, who, 50)[:3]


@given(worlds())
def test_scores_are_between_0_and_1_and_the_same_every_time(
    world: tuple[Catalogue, Learner],
) -> None:
    known, who = world
    assert all(0 <= one.score <= 1 for one in rank(known, who, limit=50)[0])
    assert stored(known, who) == stored(known, who)


@given(worlds())
def test_every_reason_names_facts_that_were_used(world: tuple[Catalogue, Learner]) -> None:
    known, who = world
    facts = {f"progress:{key}@{step.version}" for key, step in who.steps.items()}
    facts |= {who.profile.fact} if who.profile else set()
    for entry in compute(known, who):
        assert entry.recommendation.reason
        assert facts.issuperset(entry.evidence)


def test_a_reason_says_what_lifted_the_item() -> None:
    next_step = catalogue(item(1), item(2, prerequisites=("course-1",)), item(3))
    entry = next(
        e
        for e in compute(next_step, learner(course_1=DONE))
        if e.recommendation.content_id == "course-3"
    )
    assert entry.evidence == ()
    close = catalogue(item(1), item(2), item(3), vectors=[[1, 0], [0.9, 0.436], [0, 1]])
    (first, *_) = compute(close, learner(course_1=DONE))
    assert first.recommendation.reason == "Close to “Course 1”, which you completed"
    assert first.evidence == ("progress:course-1@1",)
    popular = catalogue(item(1, learners=5), item(2))
    assert compute(popular, learner())[0].recommendation.reason == "Taken by 5 learners so far"


def test_the_stored_answer_is_the_contracts_answer() -> None:
    known = catalogue(*(item(number) for number in range(1, 15)), vectors=np.eye(14, 16))
    row = stored(known, learner(course_1=DONE))
    answer = RecommendationResponse.model_validate_json(row.body)
    assert (answer.user_id, answer.total) == (7, LIMIT_DEFAULT)
    assert from_kept(7, row.items, LIMIT_DEFAULT) == row.body
    assert RecommendationResponse.model_validate_json(from_kept(7, row.items, 3)).total == 3
    assert '"catalogue": 3' in row.made_from
    assert '"course-1": 1' in row.made_from


def test_an_empty_answer_says_so() -> None:
    assert respond(7, []) == b'{"user_id":7,"recommendations":[],"total":0}'
