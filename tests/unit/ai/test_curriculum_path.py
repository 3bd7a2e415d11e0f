"""The shortest path to goals: compared with every set of items, on small random catalogues."""

from collections.abc import Mapping, Set
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.curriculum import path as module
from ai.curriculum.path import Goals, Path, PathItem, minutes_with_needs, shortest_path

SKILLS = "pqrs"
Case = tuple[dict[str, PathItem], frozenset[str], dict[str, frozenset[str]]]


def step(content_id: str, minutes: int = 10, level: int = 1, *needs: str) -> PathItem:
    return PathItem(content_id, minutes, level, frozenset(needs))


def steps_of(*steps: PathItem) -> dict[str, PathItem]:
    return {one.content_id: one for one in steps}


@st.composite
def cases(draw: st.DrawFn, *, acyclic: bool = True) -> Case:
    """At most seven items, what is done of them, and which of them reach which goal."""
    names = [f"i{number}" for number in range(draw(st.integers(1, 7)))]
    steps = {}
    for number, name in enumerate(names):
        others = names[:number] if acyclic else [*names, "absent"]
        needs = draw(st.sets(st.sampled_from(others), max_size=2)) if others else set()
        minutes, level = draw(st.integers(1, 60)), draw(st.integers(1, 5))
        steps[name] = PathItem(name, minutes, level, frozenset(needs))
    done = draw(st.frozensets(st.sampled_from(names), max_size=2))
    reaching = st.frozensets(st.sampled_from(names), max_size=4)
    return steps, done, draw(st.dictionaries(st.sampled_from(SKILLS), reaching))


def minutes(path: Path, steps: Mapping[str, PathItem]) -> int:
    return sum(steps[one].minutes for one in path.order)


def can_be_completed(chosen: set[str], steps: Mapping[str, PathItem], done: Set[str]) -> bool:
    """One after the other, with nothing else."""
    taken, rest = {*done}, chosen
    while ready := {one for one in rest if steps[one].needs <= taken}:
        taken, rest = taken | ready, rest - ready
    return not rest


def least_minutes(steps: Mapping[str, PathItem], done: Set[str], goals: Goals) -> int | None:
    """By trying every set of items; None where none reaches all goals."""
    open_ = [one for one in steps if one not in done]
    sets = chain.from_iterable(combinations(open_, size) for size in range(len(open_) + 1))
    return min(
        (
            sum(steps[one].minutes for one in chosen)
            for chosen in sets
            if can_be_completed({*chosen}, steps, done)
            and all(items & (done | {*chosen}) for items in goals.values())
        ),
        default=None,
    )


def assert_can_be_taken_in_order(path: Path, steps: Mapping[str, PathItem], done: Set[str]) -> None:
    taken = {*done}
    for one in path.order:
        assert one not in taken
        assert steps[one].needs <= taken
        taken.add(one)


@given(cases())
def test_a_path_respects_prerequisites_and_repeats_nothing(case: Case) -> None:
    steps, done, goals = case
    path = shortest_path(steps, done, goals)
    assert_can_be_taken_in_order(path, steps, done)
    for goal, items in goals.items():
        assert bool(items & {*done, *path.order}) is (goal not in path.unreachable)


@given(cases())
def test_no_other_set_of_items_takes_less_time(case: Case) -> None:
    steps, done, goals = case
    path = shortest_path(steps, done, goals)
    reachable = {goal: items for goal, items in goals.items() if goal not in path.unreachable}
    assert path.is_shortest
    assert minutes(path, steps) == least_minutes(steps, done, reachable)


@given(cases(acyclic=False))
def test_items_in_a_cycle_or_with_an_absent_prerequisite_are_left_out(case: Case) -> None:
    steps, done, goals = case
    path = shortest_path(steps, done, goals)
    assert_can_be_taken_in_order(path, steps, done)
    reachable = {goal: items for goal, items in goals.items() if goal not in path.unreachable}
    assert minutes(path, steps) == least_minutes(steps, done, reachable)
    for goal in path.unreachable:
        assert least_minutes(steps, done, {goal: goals[goal]}) is None


def test_a_detour_is_taken_where_it_costs_less_than_two_items() -> None:
    steps = steps_of(step("a", 50), step("b", 50), step("start", 30), step("both", 40, 2, "start"))
    goals = {"p": {"a", "both"}, "q": {"b", "both"}}
    path = shortest_path(steps, set(), goals)
    assert path == Path(("start", "both"))
    assert shortest_path(steps, {"a"}, goals) == Path(("b",))


def test_what_can_be_begun_at_the_same_time_is_ordered_by_level_and_time() -> None:
    steps = steps_of(step("x", 20, 2), step("y", 30, 1), step("z", 10, 2))
    path = shortest_path(steps, set(), {"p": {"x"}, "q": {"y"}, "r": {"z"}})
    assert path.order == ("y", "z", "x")


def test_a_path_that_was_not_compared_with_all_others_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "VISITS_MAX", 1)
    steps = steps_of(step("a", 10), step("b", 10))
    path = shortest_path(steps, set(), {"p": {"a"}, "q": {"b"}})
    assert path == Path(("a", "b"), is_shortest=False)


def test_the_time_of_an_item_includes_what_it_needs_once() -> None:
    steps = steps_of(
        step("a", 10), step("b", 20, 1, "a"), step("c", 5, 1, "a", "b"), step("d", 1, 1, "absent")
    )
    assert minutes_with_needs(steps, set()) == {"a": 10, "b": 30, "c": 35}
    assert minutes_with_needs(steps, {"a"}) == {"b": 20, "c": 25}
