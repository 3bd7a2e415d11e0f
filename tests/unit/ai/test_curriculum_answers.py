"""Paths, gaps and next steps over a small catalogue."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np

from ai.catalogue.catalogue import Catalogue, Item, MissionTerms
from ai.curriculum.answers import Question, gaps_answer, next_answer, path_answer
from ai.curriculum.steps import curriculum_of
from ai.curriculum.targets import Competency, of_competency, of_program, of_track
from ai.learners.learner import Attempt, Interaction, Learner
from ongoza_contracts.http.curriculum import CurriculumState
from ongoza_contracts.programs import ProgramVersionItem, ProgramVersionPublished
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Track
from tests.facts import example

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MISSION = UUID("018f0000-0000-7000-8000-000000000001")
SUBMISSION = UUID("018f0000-0000-7000-8000-000000000002")


def item(content_id: str, minutes: int, *skills: str, **changes: Any) -> Item:
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
        "skills": skills,
        "duration_minutes": minutes,
    }
    return Item(**{**fields, **changes})


def catalogue(**mission: Any) -> Catalogue:
    """A course with two modules, one that follows, a mission, and a course of another track."""
    terms = MissionTerms(MISSION, **mission)
    items = (
        item("course-1", 100, "linux"),
        item("module-1-1", 40, "linux", course_id="course-1"),
        item("module-1-2", 30, "logs", course_id="course-1"),
        item("course-2", 60, "detection", level=3, prerequisites=("module-1-2",)),
        item("course-3", 90, "detection", level=2, track=Track.LEADERS),
        item(
            "mission-1", 20, "logs", "triage", level=2, prerequisites=("course-1",), mission=terms
        ),
    )
    return Catalogue(items, np.zeros((len(items), 8), np.float32), as_of=NOW)


def learner(*completed: str, **changes: Any) -> Learner:
    done = {one: Interaction(ProgressStatus.COMPLETED, 3) for one in completed}
    return Learner(7, interactions=done, **changes)


def asked(who: Learner, role: Any = Track.BUILDERS, known: Catalogue | None = None) -> Question:
    """The question about a track, a competency or the version of a program."""
    curriculum = curriculum_of(known or catalogue(), who)
    match role:
        case Competency():
            target = of_competency(curriculum, role)
        case ProgramVersionPublished():
            target = of_program(curriculum, role)
        case _:
            target = of_track(curriculum, role)
    return Question(who, curriculum, target, (), NOW)


def program(*content_ids: str) -> ProgramVersionPublished:
    items = [
        ProgramVersionItem(content_id=one, milestone=1, required=one != "mission-1")
        for one in content_ids
    ]
    return example(ProgramVersionPublished).model_copy(update={"items": tuple(items)})


def test_a_path_has_courses_for_their_modules_and_leaves_out_what_is_done() -> None:
    path = path_answer(asked(learner("module-1-1")))
    steps = [(one.content_id, one.minutes, one.requires) for one in path.steps]
    assert steps == [
        ("course-1", 60, ()),
        ("mission-1", 20, ("course-1",)),
        ("course-2", 60, ("course-1",)),
    ]
    assert (path.minutes, path.reached, path.needed, path.is_shortest) == (140, 1, 4, True)
    assert path.steps[0].teaches == ("logs",)
    assert path_answer(asked(learner("course-1", "course-2"))).done == ("course-1", "course-2")


def test_a_skill_that_an_item_of_another_track_showed_is_not_to_be_learned_again() -> None:
    path = path_answer(asked(learner("course-3")))
    assert [one.content_id for one in path.steps] == ["course-1", "mission-1"]


def test_a_role_whose_skills_are_all_shown_has_no_steps() -> None:
    path = path_answer(asked(learner("course-1", "course-2", "mission-1")))
    assert (path.state, path.steps, path.reached, path.needed) == (CurriculumState.KNOWN, (), 4, 4)


def test_a_mission_that_is_closed_leads_nowhere() -> None:
    path = path_answer(asked(learner(), known=catalogue(closes_at=NOW)))
    assert path.unreachable == ()  # a closed mission is none of the items on offer
    role = Competency("ongoza:analyst", "Analyst", ("mission-1",))
    path = path_answer(asked(learner(), role, catalogue(closes_at=NOW)))
    assert (path.steps, path.unreachable) == ((), ("logs", "triage"))


def test_a_role_of_a_framework_needs_the_skills_of_the_items_that_teach_it() -> None:
    role = Competency("ongoza:analyst", "Analyst", ("course-2", "course-99"))
    path = path_answer(asked(learner(), role))
    assert [one.content_id for one in path.steps] == ["course-1", "course-2"]
    assert (path.role and path.role.name, path.needed) == ("Analyst", 1)


def test_a_role_without_items_has_not_enough_data() -> None:
    path = path_answer(asked(learner(), Competency("ongoza:analyst", "Analyst", ())))
    assert (path.state, path.steps, path.needed) == (CurriculumState.NOT_ENOUGH_DATA, (), 0)


def test_a_program_needs_its_required_items_even_if_their_skills_are_shown() -> None:
    version = program("course-3", "course-2", "mission-1", "course-404")
    path = path_answer(asked(learner("course-3"), version))
    assert [one.content_id for one in path.steps] == ["course-1", "course-2"]
    assert (path.reached, path.needed, path.unreachable) == (1, 3, ("course-404",))


def test_what_comes_next_requires_nothing_that_is_open() -> None:
    found = next_answer(asked(learner()))
    assert ([one.content_id for one in found.items], found.remaining) == (["course-1"], 3)
    found = next_answer(asked(learner("course-1")))
    assert [one.content_id for one in found.items] == ["mission-1", "course-2"]


def test_a_gap_says_what_closes_it_and_how_long_that_takes() -> None:
    gaps = gaps_answer(asked(learner("module-1-2")))
    assert [one.skill for one in gaps.skills if not one.held] == ["detection", "linux", "triage"]
    closing = [(one.content_id, one.minutes) for one in gaps.skills[0].closed_by]
    assert closing == [("course-2", 60), ("course-3", 90)]
    assert [(one.content_id, one.minutes) for one in gaps.skills[2].closed_by] == [
        ("mission-1", 90)
    ]


def test_a_skill_is_shown_by_progress_on_the_item_or_its_course_and_by_passed_work() -> None:
    attempt = Attempt(MISSION, 1, SubmissionState.PASSED, makes_changes=False, version=5)
    gaps = gaps_answer(asked(learner("course-1", "mission-1", attempts={SUBMISSION: attempt})))
    (logs,) = (one for one in gaps.skills if one.skill == "logs")
    assert (logs.level, logs.closed_by, gaps.held) == (2, (), 3)
    assert [(one.content_id, one.facts) for one in logs.shown_by] == [
        ("mission-1", ("progress:mission-1@3", f"submission:{SUBMISSION}@5")),
        ("module-1-2", ("progress:course-1@3",)),
    ]
