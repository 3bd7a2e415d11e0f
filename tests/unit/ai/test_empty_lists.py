"""What a list without items says about itself."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from ai.catalogue.catalogue import Catalogue, Item
from ai.learners.learner import Feedback, Learner
from ai.recommendations.empty import why_empty
from ai.recommendations.fit import fit
from ai.recommendations.lists import stored, unpack
from ai.recommendations.scoring import Features
from ongoza_contracts.http.recommendations import MISSING_MAX, EmptyKind, EmptyReason
from ongoza_contracts.vocabulary import Verdict
from tests.unit.ai.test_courses_in_lists import DONE, RUNNING, item, learner

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def catalogue(*items: Item) -> Catalogue:
    return Catalogue(items, np.zeros((len(items), 8), np.float32), as_of=NOW)


def empty(known: Catalogue, who: Learner) -> EmptyReason:
    features = Features(known, who)
    return why_empty(features, fit(features))


FIRST, SECOND = item("course-1"), item("course-2", prerequisites=("course-1",))
RETIRED = replace(FIRST, retired=True)
UNWANTED = {"course-2": Feedback(Verdict.NOT_FOR_ME, 1)}


@pytest.mark.parametrize(
    ("known", "who", "expected"),
    [
        (catalogue(), learner(), (EmptyKind.NOTHING_PUBLISHED, ())),
        (catalogue(RETIRED), learner(), (EmptyKind.NOTHING_PUBLISHED, ())),
        (catalogue(FIRST), learner(), (EmptyKind.NOTHING_FITS, ())),
        (catalogue(FIRST), learner(course_1=DONE), (EmptyKind.ALL_DONE, ())),
        (catalogue(FIRST), learner(course_1=RUNNING), (EmptyKind.ALL_DONE, ())),
        (
            catalogue(FIRST, SECOND),
            learner(course_1=RUNNING),
            (EmptyKind.PREREQUISITES, ("course-1",)),
        ),
        (
            catalogue(FIRST, SECOND),
            replace(learner(course_1=RUNNING), feedback=UNWANTED),
            (EmptyKind.ALL_DONE, ()),
        ),
    ],
)
def test_a_list_without_items_says_why(
    known: Catalogue, who: Learner, expected: tuple[EmptyKind, tuple[str, ...]]
) -> None:
    kind, prerequisites = expected
    assert empty(known, who) == EmptyReason(kind=kind, prerequisites=prerequisites)


def test_of_many_missing_prerequisites_the_first_are_named() -> None:
    needed = tuple(f"course-{number}" for number in range(1, MISSING_MAX + 6))
    known = catalogue(*map(item, needed), item("mission-1", prerequisites=needed))
    running = learner(**{content_id.replace("-", "_"): RUNNING for content_id in needed})
    assert len(empty(known, running).prerequisites) == MISSING_MAX


def test_only_an_empty_stored_list_says_so() -> None:
    def reason(who: Learner) -> bytes:
        return unpack(stored(catalogue(FIRST), who, NOW).lines)[1].empty

    assert reason(learner(course_1=DONE)) == b'{"kind":"all_done","prerequisites":[]}'
    assert reason(learner()) == b""
