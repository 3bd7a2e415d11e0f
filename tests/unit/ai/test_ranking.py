"""The ranking: by hand-computed cases, and what holds for every catalogue and learner."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai.catalogue.catalogue import Catalogue, Item, MissionTerms
from ai.catalogue.item_neighbours import ItemNeighbours, Settings
from ai.learners.learner import Feedback, Interaction, Learner, Profile, Program
from ai.recommendations.candidates import GENERATORS, find, may_be_offered
from ai.recommendations.diversity import diversify, intra_list_similarity
from ai.recommendations.fit import openings
from ai.recommendations.lists import (
    Entry,
    Note,
    compute,
    list_items,
    pack,
    respond,
    stored,
    text_in,
    unpack,
)
from ai.recommendations.ranking import rank
from ai.recommendations.reasons import Kind, Reason, reason
from ai.recommendations.scoring import Features, Parts, learner_vector, level_of, score
from ai.recommendations.tuning import fit
from ongoza_contracts.http.recommendations import (
    LIMIT_DEFAULT,
    LIMIT_MAX,
    EmptyKind,
    EmptyReason,
    RecommendationResponse,
    ShortList,
)
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Track, Verdict

DONE, RUNNING, FAILED = (
    ProgressStatus.COMPLETED,
    ProgressStatus.IN_PROGRESS,
    ProgressStatus.FAILED,
)
NOW = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)


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


def catalogue(
    *items: Item, vectors: object = None, together: ItemNeighbours | None = None
) -> Catalogue:
    table = np.eye(len(items), 8) if vectors is None else vectors
    known = np.asarray(table, np.float32)
    return Catalogue(items, known, revision=3, as_of=NOW, item_neighbours=together)


def learner(profile: Profile | None = None, **steps: ProgressStatus) -> Learner:
    """`course_1=DONE` is course-1, completed."""
    by_id = {name.replace("_", "-"): Interaction(status, 1) for name, status in steps.items()}
    return Learner(7, version=2, profile=profile, interactions=by_id)


def leaning(**scores: float) -> Profile:
    by_track = {Track(name): value for name, value in scores.items()}
    return Profile(by_track, max(by_track, key=lambda t: by_track[t]), "profiling:s@1")


def ids(known: Catalogue, who: Learner, limit: int = 50) -> list[str]:
    return [one.item.content_id for one in rank(known, who, limit=limit).items]


def scored(known: Catalogue, who: Learner) -> Parts:
    """Of every item."""
    return score(Features(known, who), np.arange(len(known.items)))


def test_a_newcomer_is_offered_what_is_popular_and_at_their_level() -> None:
    known = catalogue(item(1, level=3), item(2, learners=3), item(3), item(4, level=5))
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


def test_what_is_not_for_the_learner_pushes_the_vector_away_and_is_not_offered() -> None:
    known = catalogue(item(1), item(2), item(3), vectors=[[1, 0], [0, 1], [0, 1]])
    said = {"course-2": Feedback(Verdict.NOT_FOR_ME, 1)}
    who = replace(learner(course_1=DONE), feedback=said)
    vector = learner_vector(known, who)
    assert vector is not None
    np.testing.assert_allclose(vector, np.array([1, -0.5]) / np.hypot(1, 0.5), rtol=1e-6)
    assert ids(known, who) == ["course-3"]


def test_more_like_this_counts_as_much_as_what_was_completed() -> None:
    known = catalogue(item(1), item(2), vectors=[[1, 0], [0, 1]])
    said = {"course-2": Feedback(Verdict.MORE_LIKE_THIS, 1)}
    vector = learner_vector(known, replace(learner(course_1=DONE), feedback=said))
    assert vector is not None
    np.testing.assert_allclose(vector, np.array([1, 1]) / np.hypot(1, 1), rtol=1e-6)


def test_the_score_is_the_weighted_mean_of_its_known_parts() -> None:
    known = catalogue(
        item(1, track=Track.LEADERS),
        item(2, track=Track.LEADERS, level=3, learners=1, prerequisites=("course-1",)),
        vectors=[[1, 0], [0.6, 0.8]],
    )
    parts = scored(known, learner(leaning(leaders=80.0), course_1=DONE))
    # The learner's vector: 1 * (1, 0) + .5 * centre of leaders (.8, .4) = (1.4, .2).
    nearness = (1.4 * 0.6 + 0.2 * 0.8) / np.hypot(1.4, 0.2)
    worth = 0.45 * nearness + 0.20 * 0.8 + 0.10 * (1 - 2 / 4) + 0.15 * 1 + 0.10 * (np.log(2) / 1)
    whole = 0.45 + 0.20 + 0.10 + 0.15 + 0.10 + 0.05
    assert float(parts.total[1]) == pytest.approx(worth / whole, abs=1e-6)


def test_what_others_finished_counts_more_the_more_of_it_is_known() -> None:
    # Both finished course-1, and course-2 or course-3 as well: .6 and .3 close to it.
    together = ItemNeighbours.of_pairs([(0, 1, 0.6, 4), (0, 2, 0.3, 2)], 3, Settings())
    known = catalogue(item(1), item(2), item(3), vectors=np.zeros((3, 8)), together=together)
    parts = scored(known, learner(course_1=DONE))
    trust = 1 / (1 + 5)  # one finished item of which others are known
    whole = 0.55 * trust + 0.10 + 0.15 + 0.10 * (1 - trust) ** 2 + 0.05
    np.testing.assert_allclose(parts.co_completion, np.array([0, 1, 0.5]) * 0.55 * trust / whole)
    assert ids(known, learner(course_1=DONE)) == ["course-2", "course-3"]


def test_what_others_finished_too_long_ago_is_worth_nothing() -> None:
    together = ItemNeighbours.of_pairs([(0, 301, 0.5, 3)], 302, Settings(recency=0.7))
    known = catalogue(*map(item, range(302)), vectors=np.zeros((302, 8)), together=together)
    who = learner(None, **{f"course_{number}": DONE for number in range(300)})
    assert list(scored(known, who).co_completion) == [0] * 302


def test_a_newcomers_score_is_of_level_popularity_and_age_alone() -> None:
    parts = scored(catalogue(item(1, level=3, learners=9), item(2, published_at=NOW)), learner())
    assert float(parts.total[0]) == pytest.approx((0.10 * 0.5 + 0.10 * 1) / 0.25)
    assert float(parts.total[1]) == pytest.approx((0.10 * 1 + 0.05 * 1) / 0.25)


def test_new_content_is_half_as_new_after_two_weeks() -> None:
    known = catalogue(*(item(n, published_at=NOW - timedelta(days=14 * n)) for n in range(3)))
    np.testing.assert_allclose(known.freshness, [1, 0.5, 0.25])


def test_each_candidate_knows_which_generators_named_it() -> None:
    known = catalogue(
        item(1),
        item(2, prerequisites=("course-1",)),
        item(3, published_at=NOW - timedelta(days=3)),
        item(4),
        vectors=[[1, 0], [0, 0], [0, 0], [1, 0]],
        together=ItemNeighbours.of_pairs([(0, 3, 0.5, 3)], 4, Settings()),
    )
    who = replace(learner(course_1=DONE), program=Program("e", "v", frozenset({"course-3"})))
    found = find(Features(known, who), may_be_offered(Features(known, who)))
    assert found == {
        1: ("path", "popular", "overall"),
        2: ("fresh", "popular", "needed", "overall"),
        3: ("near", "also_finished", "popular", "overall"),
    }
    assert {name for names in found.values() for name in names} == {*GENERATORS}


def required(ends_on: date | None) -> Program:
    return Program(
        "enrolments:e@1", "program-versions:v@1", frozenset({"course-2"}), "c@1", ends_on
    )


@pytest.mark.parametrize(
    ("ends_on", "sentence", "facts"),
    [
        (None, "Your program requires it", 2),
        (NOW.date() - timedelta(days=1), "Your program requires it", 2),
        (
            NOW.date() + timedelta(days=7),
            "Your program requires it, and your cohort ends on 10 November 2026",
            3,
        ),
    ],
)
def test_what_the_enrolment_requires_comes_first_with_its_reason(
    ends_on: date | None, sentence: str, facts: int
) -> None:
    known = catalogue(*(item(number) for number in range(1, 5)))
    who = replace(learner(), program=required(ends_on))
    assert ids(known, who)[0] == "course-2"
    told = why(known, who, "course-2")
    assert (told.kind, told.sentence, len(told.evidence)) == (Kind.REQUIRED, sentence, facts)


def test_what_is_required_counts_more_when_the_cohort_ends_soon() -> None:
    known = catalogue(item(1), item(2))
    ends = (None, NOW.date() + timedelta(days=29), NOW.date() + timedelta(days=14), NOW.date())
    parts = [scored(known, replace(learner(), program=required(one))).required[1] for one in ends]
    assert parts[0] == parts[1] < parts[2] < parts[3]


def test_a_mission_counts_more_the_sooner_it_is_due_and_not_once_it_is_over() -> None:
    days = (-1, 1, 10, 20)
    due_at = [NOW + timedelta(days=away) for away in days]
    terms = [MissionTerms(UUID(int=n), due_at=at, version=4) for n, at in enumerate(due_at)]
    known = catalogue(*(item(n, mission=one) for n, one in enumerate(terms)))
    np.testing.assert_allclose(known.due, [0, 13 / 14, 4 / 14, 0], rtol=1e-6)
    assert ids(known, learner())[:2] == ["course-1", "course-2"]
    told = why(known, learner(), "course-1")
    evidence = (f"missions:{UUID(int=1)}@4",)
    assert told == Reason(Kind.DUE, "Due on 4 November 2026", evidence)


def test_a_dismissed_recommendation_is_not_offered_and_leaves_the_vector_alone() -> None:
    known = catalogue(item(1), item(2), item(3))
    who = replace(learner(course_1=DONE), dismissed=frozenset({"course-2"}))
    assert ids(known, who) == ["course-3"]
    np.testing.assert_array_equal(
        learner_vector(known, who), learner_vector(known, learner(course_1=DONE))
    )


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
    scores = np.array([0.9, 0.89, 0.8], np.float32)
    assert diversify(scores, vectors, 3) == [
        (0, 0.0),
        (2, 0.0),
        (1, 1.0),
    ]
    assert [at for at, _ in diversify(scores, vectors, 3, relevance=1.0)] == [0, 1, 2]


def test_the_similarity_of_a_list_is_the_mean_over_its_pairs() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 1], [0, 0]], np.float32)
    assert intra_list_similarity(vectors) == pytest.approx((0.6 + 0.8 + 0) / 3)
    assert intra_list_similarity(vectors[2:]) is None


def why(known: Catalogue, who: Learner, content_id: str) -> Reason:
    ranked, parts, _ = rank(known, who, limit=50)
    (one,) = (one for one in ranked if one.item.content_id == content_id)
    return reason(one, parts)


def test_an_item_near_to_the_track_alone_is_not_called_close_to_what_was_done() -> None:
    leaders = [item(number, track=Track.LEADERS, level=number) for number in (2, 3)]
    known = catalogue(item(1), *leaders, vectors=[[0, 0], [1, 0], [0, 1]])
    who = replace(learner(course_1=DONE), profile=Profile({}, Track.LEADERS, "user@2"))
    assert why(known, who, "course-2").kind is Kind.OPEN


def test_the_next_step_rests_on_what_was_completed_whatever_was_said_of_it() -> None:
    known = catalogue(item(1), item(2, prerequisites=("course-1",)), vectors=np.zeros((2, 8)))
    who = replace(
        learner(course_1=DONE), feedback={"course-1": Feedback(Verdict.MORE_LIKE_THIS, 9)}
    )
    told = why(known, who, "course-2")
    assert (told.kind, told.evidence) == (Kind.NEXT_STEP, ("progress:course-1@1",))


def test_an_item_without_a_vector_is_still_offered() -> None:
    known = catalogue(item(1), item(2), vectors=np.zeros((2, 8)))
    assert ids(known, learner(course_1=DONE)) == ["course-2"]


def test_an_empty_catalogue_gives_an_empty_list() -> None:
    assert ids(Catalogue((), np.zeros((0, 8), np.float32)), learner(leaning(builders=50.0))) == []


INTEGERS = st.integers(0, 6)
STATUSES = st.sampled_from([*ProgressStatus])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Catalogue, Learner]:
    count = draw(st.integers(1, 12))
    numbers = st.integers(1, count)
    courses = [draw(st.just(number) | numbers) for number in range(1, count + 1)]
    items = [
        item(
            number,
            track=draw(st.sampled_from([*Track])),
            level=draw(st.integers(1, 5)),
            retired=draw(st.booleans()),
            course_id=None if courses[number - 1] == number else f"course-{courses[number - 1]}",
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
    said = draw(st.dictionaries(numbers, st.sampled_from([*Verdict]), max_size=3))
    who = replace(
        learner(profile, **{f"course_{n}": status for n, status in steps.items()}),
        feedback={f"course-{n}": Feedback(verdict, 1) for n, verdict in said.items()},
    )
    taken = [sorted(draw(st.sets(st.integers(0, count - 1)))) for _ in range(draw(INTEGERS))]
    histories = [np.array(one, np.intp) for one in taken]
    together, _ = fit(histories, vectors.astype(np.float32))
    return catalogue(*items, vectors=vectors, together=together), who


def withdrawn_of(known: Catalogue) -> set[str]:
    withdrawn = {one.content_id for one in known.items if one.retired}
    return withdrawn | {one.content_id for one in known.items if one.course_id in withdrawn}


def modules_of(known: Catalogue) -> dict[str, set[str]]:
    withdrawn, modules = withdrawn_of(known), dict[str, set[str]]()
    for one in known.items:
        if one.course_id and one.content_id not in withdrawn:
            modules.setdefault(one.course_id, set()).add(one.content_id)
    return modules


def done_of(known: Catalogue, who: Learner) -> set[str]:
    completed = {key for key, step in who.interactions.items() if step.status is DONE}
    return completed.union(*(modules_of(known).get(course, ()) for course in completed))


def to_finish_of(known: Catalogue, who: Learner) -> set[str]:
    completed = {key for key, step in who.interactions.items() if step.status is DONE}
    return {course for course, parts in modules_of(known).items() if parts <= completed} - completed


def may_be_in_a_list(known: Catalogue, who: Learner, exclude: frozenset[str]) -> set[str]:
    """By the rules alone."""
    running = {key for key, step in who.interactions.items() if step.status is RUNNING}
    withdrawn, done = withdrawn_of(known), done_of(known, who)
    unwanted = exclude.union(who.with_verdict(Verdict.NOT_FOR_ME))
    modules = modules_of(known)
    with_modules = unwanted.union(*(modules.get(one, ()) for one in unwanted - running))
    return {
        one.content_id
        for one in known.items
        if one.content_id not in withdrawn | done | (running - to_finish_of(known, who))
        and (done | withdrawn).issuperset(one.prerequisites)
    } - with_modules


def opened(known: Catalogue, who: Learner, content_id: str) -> set[str]:
    """The items of which it is the last prerequisite, by itself or with its modules."""
    closes = {content_id, *modules_of(known).get(content_id, ())}
    withdrawn, done = withdrawn_of(known), done_of(known, who)
    missing = {
        one.content_id: {*one.prerequisites} - withdrawn - done
        for one in known.items
        if one.content_id not in withdrawn | done
    }
    return {key for key, needs in missing.items() if needs and needs <= closes}


def fits(known: Catalogue, who: Learner) -> set[str]:
    """By the rules of `fit.py`, item by item."""
    by_id = {one.content_id: one for one in known.items}
    completed = {key for key, step in who.interactions.items() if step.status is DONE}
    begun = {
        key for key, step in who.interactions.items() if step.status in (DONE, RUNNING, FAILED)
    }
    tracks = {by_id[one].track for one in begun.union(who.with_verdict(Verdict.MORE_LIKE_THIS))}
    if who.profile:
        tracks |= {Track.BUILDERS, Track.LEADERS}
    level = max((by_id[one].level for one in completed), default=1)
    in_track = {key for key, one in by_id.items() if not tracks or one.track in tracks}
    near = {
        key
        for key, one in by_id.items()
        if one.level >= level - 1 and (one.level <= level + 2 or completed & {*one.prerequisites})
    }
    opening = {one for one in by_id if opened(known, who, one) & in_track & near}
    if who.profile:
        opening = {one for one in opening if by_id[one].track is Track.BUILDERS}
    running = {key for key, step in who.interactions.items() if step.status is RUNNING}
    going_on = {one.content_id for one in known.items if one.course_id in running}
    return (in_track & (near | opening)) | to_finish_of(known, who) | going_on


def without_modules(known: Catalogue, who: Learner, allowed: set[str]) -> set[str]:
    completed, modules = done_of(known, who), modules_of(known)
    last = {
        course: next(iter(parts - completed))
        for course, parts in modules.items()
        if len(parts) > 1 and len(parts - completed) == 1
    }
    leading = {course: module for course, module in last.items() if module in allowed}
    doubles = {
        module
        for course, parts in modules.items()
        if course in allowed
        for module in parts
        if leading.get(course) != module
    }
    return allowed - doubles - {*leading}


def test_a_course_within_a_course_opens_what_needs_it_and_its_module() -> None:
    inner, module = item(2, course_id="course-1"), item(3, course_id="course-2")
    needs_both = item(4, prerequisites=("course-2", "course-3"))
    known = catalogue(item(1), inner, module, needs_both)
    openers, opened = openings(Features(known, learner()))
    assert (openers.tolist(), opened.tolist()) == ([1], [3])


@settings(deadline=None)
@given(worlds(), st.integers(1, 50), st.sets(st.integers(1, 12), max_size=3))
def test_whatever_is_offered_may_be_offered_and_nothing_else_is(
    world: tuple[Catalogue, Learner], limit: int, excluded: set[int]
) -> None:
    known, who = world
    exclude = frozenset(f"course-{number}" for number in excluded)
    ranked = rank(known, who, limit=limit, exclude=exclude).items
    offered = [one.item.content_id for one in ranked]
    may = may_be_in_a_list(known, who, exclude)
    assert may_be_offered(Features(known, who), exclude).sum() == len(may)
    allowed = without_modules(known, who, may & fits(known, who))
    assert len(offered) == len(set(offered)) == min(limit, len(allowed))
    assert set(offered) <= allowed
    assert all(one.opens == len(opened(known, who, one.item.content_id)) for one in ranked)
    assert all(one.found_by for one in ranked)


@settings(deadline=None)
@given(worlds())
def test_a_shorter_list_is_the_beginning_of_a_longer_one(world: tuple[Catalogue, Learner]) -> None:
    known, who = world
    assert ids(known, who, 3) == ids(known, who, 50)[:3]


@settings(deadline=None)
@given(worlds())
def test_scores_are_between_0_and_1_and_the_same_every_time(
    world: tuple[Catalogue, Learner],
) -> None:
    known, who = world
    assert all(0 <= one.score <= 1 for one in rank(known, who, limit=50).items)
    assert stored(known, who, NOW) == stored(known, who, NOW)


def test_the_stored_answer_is_the_contracts_answer() -> None:
    known = catalogue(*(item(number) for number in range(1, 15)), vectors=np.eye(14, 16))
    row = stored(known, learner(course_1=DONE), NOW)
    ids, ratings = list_items(compute(known, learner(course_1=DONE))[0])
    texts = [text_in(known, one) for one in ids]
    for limit in (3, LIMIT_DEFAULT, LIMIT_MAX):
        items, note = unpack(row.lines, limit)
        assert items == (ids[:limit], ratings[:limit])
        body = respond(7, items.ratings, texts[:limit], NOW, limit, note)
        answer = RecommendationResponse.model_validate_json(body)
        assert answer.model_dump_json(exclude_none=True).encode() == body
        assert (answer.user_id, answer.total, answer.as_of) == (7, min(limit, 13), NOW)
    assert '"catalogue":3' in row.made_from
    assert '"course-1":1' in row.made_from
    assert row.content_ids.split(",") == ids[:LIMIT_DEFAULT]


def test_the_evidence_of_each_reason_is_stored() -> None:
    known = catalogue(item(1), item(2, prerequisites=("course-1",)))
    row = stored(known, learner(course_1=DONE), NOW)
    assert row.lines.split(b"\n")[-1] == b"progress:course-1@1"


@settings(deadline=None)
@given(st.lists(st.text(max_size=400), min_size=1, max_size=50), st.integers(1, 50))
def test_any_list_unpacks_to_the_beginning_of_what_was_packed(
    reasons: list[str], limit: int
) -> None:
    entries = [
        Entry(item(n), 0.5, Reason(Kind.OPEN, sentence, (f"content:course-{n}@1", "user@2")), n)
        for n, sentence in enumerate(reasons)
    ]
    (ids, ratings), note = list_items(entries), Note(b"", b"{}")
    assert unpack(pack(entries, note), limit) == ((ids[:limit], ratings[:limit]), note)


def test_an_empty_answer_says_why() -> None:
    many = b'"' + b"x" * 1000 + b'"'
    assert unpack(pack([], Note(many, b"{}")), 1) == (([], []), Note(many, b"{}"))
    empty = EmptyReason(kind=EmptyKind.PREREQUISITES, prerequisites=("course-1",))
    short = ShortList(other_track=0, other_level=2, prerequisites=1)
    note = Note(empty.model_dump_json().encode(), short.model_dump_json().encode())
    assert respond(7, [], [], NOW, 10, note) == (
        b'{"user_id":7,"recommendations":[],"total":0,"as_of":"2026-11-03T08:00:00Z",'
        b'"empty":{"kind":"prerequisites","prerequisites":["course-1"]},'
        b'"short":{"other_track":0,"other_level":2,"prerequisites":1}}'
    )
