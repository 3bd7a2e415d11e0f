"""Courses and their modules in lists, and prerequisites that are retired."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from ai.catalogue.catalogue import Catalogue, Item
from ai.learners.learner import Feedback, Interaction, Learner
from ai.recommendations.ranking import rank
from ai.recommendations.reasons import Kind, Reason, reason
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Track, Verdict

DONE, RUNNING = ProgressStatus.COMPLETED, ProgressStatus.IN_PROGRESS


def item(content_id: str, **changes: Any) -> Item:
    fields: dict[str, Any] = {
        "content_id": content_id,
        "content_type": ContentType(content_id.split("-")[0]),
        "title": f"Title of {content_id}",
        "description": "What it is about.",
        "track": Track.BUILDERS,
        "level": 1,
        "prerequisites": (),
        "retired": False,
        "learners": 0,
    }
    return Item(**{**fields, **changes})


def course(*modules: Item, **changes: Any) -> Catalogue:
    """A course with two modules, unless `modules` are given, and a mission."""
    parts = modules or (module(1), module(2))
    items = (item("course-1", **changes), item("mission-1"), *parts)
    return Catalogue(items, np.zeros((len(items), 8), np.float32), as_of=datetime.now(UTC))


def module(number: int, **changes: Any) -> Item:
    return item(f"module-1-{number}", **{"course_id": "course-1", **changes})


def learner(**steps: ProgressStatus) -> Learner:
    by_id = {name.replace("_", "-"): Interaction(status, 3) for name, status in steps.items()}
    return Learner(7, version=2, interactions=by_id)


def offered(known: Catalogue, who: Learner) -> dict[str, Reason]:
    ranked, parts, _ = rank(known, who, limit=50)
    return {one.item.content_id: reason(one, parts) for one in ranked}


def test_a_retired_prerequisite_blocks_nothing() -> None:
    before = item("course-2", retired=True)
    known = course(before, item("course-3", prerequisites=("course-2", "course-1")))
    assert "course-3" not in offered(known, learner())
    why = offered(known, learner(course_1=DONE))["course-3"]
    assert (why.kind, why.about) == (Kind.NEXT_STEP, ("course-1",))
    assert why.evidence == ("progress:course-1@3",)


def test_a_prerequisite_that_is_named_twice_opens_its_item_all_the_same() -> None:
    known = course(item("course-3", prerequisites=("course-1", "course-1")))
    opens = {one.item.content_id: one.opens for one in rank(known, learner(), limit=50).items}
    assert opens == {"course-1": 1, "mission-1": 0}


def test_an_item_with_only_retired_prerequisites_is_open_to_a_newcomer() -> None:
    before = item("course-2", retired=True)
    known = course(before, item("course-3", prerequisites=("course-2",)))
    assert "course-3" in offered(known, learner())


def test_a_completed_course_takes_its_modules_with_it() -> None:
    assert {*offered(course(), learner())} == {"course-1", "mission-1"}  # which has the modules
    running = offered(course(), learner(course_1=RUNNING))
    assert {*running} == {"module-1-1", "module-1-2", "mission-1"}
    assert {*offered(course(), learner(course_1=DONE))} == {"mission-1"}


def test_a_completed_course_completes_its_modules_for_what_needs_them() -> None:
    known = course(module(1), item("mission-2", prerequisites=("module-1-1",)))
    assert "mission-2" not in offered(known, learner())
    assert "mission-2" in offered(known, learner(course_1=DONE))


def test_the_modules_of_a_retired_course_are_never_offered_and_block_nothing() -> None:
    known = course(module(1), item("mission-2", prerequisites=("module-1-1",)), retired=True)
    assert {*offered(known, learner())} == {"mission-1", "mission-2"}


@pytest.mark.parametrize("steps", [{}, {"course_1": RUNNING}])
def test_a_course_of_which_all_modules_are_completed_is_to_be_finished(
    steps: dict[str, ProgressStatus],
) -> None:
    known = course(module(1), module(2), module(3, retired=True))
    who = learner(module_1_1=DONE, module_1_2=DONE, **steps)
    found = offered(known, who)
    assert [*found] == ["course-1", "mission-1"]  # what is to be finished comes first
    assert found["course-1"] == Reason(
        Kind.FINISH,
        "Finish this course: you completed all its modules",
        ("progress:module-1-1@3", "progress:module-1-2@3"),
    )


def test_a_course_with_an_open_module_is_not_to_be_finished() -> None:
    three = course(module(1), module(2), module(3))
    found = offered(three, learner(module_1_1=DONE))
    assert {*found} == {"course-1", "mission-1"}
    assert found["course-1"].kind is not Kind.FINISH
    assert "course-1" not in offered(course(), learner(module_1_1=DONE, course_1=RUNNING))


def test_of_a_course_that_is_completed_but_for_one_module_that_module_is_offered() -> None:
    assert {*offered(course(), learner(module_1_1=DONE))} == {"module-1-2", "mission-1"}
    assert {*offered(course(module(1)), learner())} == {"course-1", "mission-1"}


def test_the_modules_of_an_unwanted_course_are_unwanted_unless_it_is_in_progress() -> None:
    unwanted = {"course-1": Feedback(Verdict.NOT_FOR_ME, 1)}
    assert {*offered(course(), replace(learner(), feedback=unwanted))} == {"mission-1"}
    running = replace(learner(course_1=RUNNING), feedback=unwanted)
    assert {*offered(course(), running)} == {"module-1-1", "module-1-2", "mission-1"}
