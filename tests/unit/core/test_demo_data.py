"""The demo world: its catalogue holds together, and its learners behave like learners."""

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from core.demo import loader
from core.demo.history import PASS_MARK
from core.demo.items import Catalogue, Item
from core.demo.learners import AS_OF, SPAN, DemoLearner, demo_learner, invent_learners
from core.demo.loader import CatalogueError, load_catalogue
from core.demo.people import MENTORS, further_mentors, organizations, staff
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Role, Track

GOLDEN = "e4288afd1beaa085"
"""Changes with every change of the catalogue or of the way learners are invented: look at the new
histories, then write the new sum here."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def learners(catalogue: Catalogue) -> list[DemoLearner]:
    return invent_learners(catalogue)


# --- the catalogue -------------------------------------------------------------------------------


def test_there_is_enough_to_choose_from(catalogue: Catalogue) -> None:
    counts = Counter(item.content_type for item in catalogue.items)

    assert counts == {ContentType.COURSE: 61, ContentType.MODULE: 70, ContentType.MISSION: 40}
    assert len(catalogue.programs) == 6
    assert len(catalogue.skills) == 71


def test_every_track_is_covered_at_every_level(catalogue: Catalogue) -> None:
    found = {(item.track, item.level) for item in catalogue.items}

    assert found == set(itertools.product(Track, range(1, 6)))
    assert min(Counter(item.track for item in catalogue.items).values()) >= 30


def test_every_track_has_a_program_and_an_open_door(catalogue: Catalogue) -> None:
    foundation, *tracks = sorted(catalogue.programs, key=lambda program: program.track or "")

    assert {program.track for program in tracks} == set(Track)
    assert foundation.track is None
    doors = [catalogue.by_id[course_id] for course_id in foundation.course_ids]
    assert {door.track for door in doors} == set(Track)
    assert all(door.level == 1 and not door.prerequisites for door in doors)


def test_every_skill_is_taught_somewhere(catalogue: Catalogue) -> None:
    taught = {skill for item in catalogue.items for skill in item.skills}

    assert taught == {skill.slug for skill in catalogue.skills}


def test_an_item_comes_after_all_it_needs(catalogue: Catalogue) -> None:
    seen: set[str] = set()
    for item in catalogue.items:
        assert seen.issuperset(item.prerequisites)
        assert item.course_id is None or item.course_id in seen
        seen.add(item.content_id)


def test_modules_of_a_course_build_on_one_another(catalogue: Catalogue) -> None:
    modules = catalogue.modules_of("course-106")

    assert [module.content_id for module in modules] == [
        "module-106-1",
        "module-106-2",
        "module-106-3",
    ]
    assert modules[0].prerequisites == catalogue.by_id["course-106"].prerequisites
    assert modules[1].prerequisites == ("module-106-1",)
    assert catalogue.modules_of("course-102") == ()


def test_no_two_texts_are_alike(catalogue: Catalogue) -> None:
    titles = {item.title for item in catalogue.items}
    words = [set(item.description.lower().split()) for item in catalogue.items]

    assert len(titles) == len(catalogue.items)
    for one, other in itertools.combinations(words, 2):
        assert len(one & other) / len(one | other) < 0.35


def test_every_description_is_a_few_sentences_on_one_line(catalogue: Catalogue) -> None:
    for item in catalogue.items:
        assert 80 <= len(item.description) <= 400
        assert "\n" not in item.description
        assert "  " not in item.description


def test_the_demo_package_knows_no_framework() -> None:
    folder = Path(loader.__file__).parent
    for path in folder.glob("*.py"):
        assert "django" not in path.read_text(encoding="utf-8").lower(), path.name


# --- a catalogue that does not hold together is refused ------------------------------------------

SKILLS = '[defence]\nlogs = "Log analysis"\n'
PROGRAM = '[program]\nslug = "p"\ntitle = "P"\ndescription = "D"\ntrack = "builders"\n'


def course(content_id: str, *, level: int = 1, needs: str = "", more: str = "") -> str:
    return f"""
[[courses]]
id = "{content_id}"
title = "T"
description = "D"
level = {level}
duration_minutes = 10
skills = ["logs"]
prerequisites = [{needs}]
{more}
"""


MODULE = """
[[courses.modules]]
id = "module-{}"
title = "T"
description = "D"
duration_minutes = 10
skills = ["logs"]
"""


@pytest.mark.parametrize(
    ("courses", "complaint"),
    [
        (course("course-1") * 2, "course-1: the id is used twice"),
        (course("course-1", needs='"course-9"'), "course-1: unknown prerequisite course-9"),
        (course("mission-1"), "mission-1: the id should start with course-"),
        (course("course-1", more=MODULE.format("2-1")), "module-2-1: the id should start with"),
        (course("course-one"), "p.toml.*course-one"),
        (course("course-1", level=6), "p.toml.*less than or equal to 5"),
        (course("course-1", more='colour = "red"'), "p.toml.*Extra inputs are not permitted"),
        (course("course-1").replace("logs", "juggling"), "course-1: unknown skills: juggling"),
        (
            course("course-1", needs='"course-2"') + course("course-2", level=2),
            "course-1: prerequisite course-2 is of higher level",
        ),
        (
            course("course-1", needs='"course-2"') + course("course-2", needs='"course-1"'),
            "prerequisites go round: course-. -> course-. -> course-.",
        ),
        ("[[courses", "p.toml: "),
    ],
)
def test_a_broken_catalogue_is_refused_by_name(
    tmp_path: Path, courses: str, complaint: str
) -> None:
    (tmp_path / "skills.toml").write_text(SKILLS)
    (tmp_path / "p.toml").write_text(PROGRAM + courses)

    with pytest.raises(CatalogueError, match=f"(?s){complaint}"):
        load_catalogue(tmp_path)


def test_an_item_without_any_track_is_refused(tmp_path: Path) -> None:
    (tmp_path / "skills.toml").write_text(SKILLS)
    (tmp_path / "p.toml").write_text(PROGRAM.replace('track = "builders"', "") + course("course-1"))

    with pytest.raises(CatalogueError, match="course-1: names no track"):
        load_catalogue(tmp_path)


# --- learners ------------------------------------------------------------------------------------


def checksum(learners: list[DemoLearner]) -> str:
    lines = [
        f"{learner.account.email} {step.content_id} {step.status} {step.completion_percentage} "
        f"{step.score} {step.at.isoformat()}"
        for learner in learners
        for step in learner.steps
    ]
    lines += [f"{track} {score}" for it in learners for track, score in (it.profile or {}).items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def test_the_same_seed_invents_the_same_learners_everywhere(learners: list[DemoLearner]) -> None:
    assert checksum(learners) == GOLDEN


def test_another_seed_invents_others(catalogue: Catalogue, learners: list[DemoLearner]) -> None:
    others = invent_learners(catalogue, count=20, seed=7)

    assert checksum(others) != checksum(learners[:20])


def test_a_learner_does_not_depend_on_how_many_are_invented(
    catalogue: Catalogue, learners: list[DemoLearner]
) -> None:
    assert invent_learners(catalogue, count=15) == learners[:15]


def test_histories_move_with_the_last_moment(catalogue: Catalogue) -> None:
    moved = invent_learners(catalogue, count=30, as_of=AS_OF - timedelta(days=400))

    assert max(learner.steps[-1].at for learner in moved) <= AS_OF - timedelta(days=400)


def test_learners_are_many_and_various(learners: list[DemoLearner]) -> None:
    items = [len({step.content_id for step in learner.steps}) for learner in learners]

    assert len(learners) == 200
    assert min(items) >= 2
    assert max(items) <= 42
    assert min(Counter(learner.main_track for learner in learners).values()) >= 25
    assert len({learner.account.country for learner in learners}) >= 10


def test_nothing_is_begun_before_what_it_needs_is_completed(
    catalogue: Catalogue, learners: list[DemoLearner]
) -> None:
    for learner in [*learners, demo_learner(catalogue)]:
        completed: set[str] = set()
        for step in learner.steps:
            item = catalogue.by_id[step.content_id]
            assert completed.issuperset(item.prerequisites)
            if step.status == ProgressStatus.COMPLETED:
                completed.add(step.content_id)


def test_steps_follow_one_another_in_time(learners: list[DemoLearner]) -> None:
    for learner in learners:
        moments = [step.at for step in learner.steps]
        assert moments == sorted(set(moments))
        assert AS_OF - SPAN <= learner.account.joined_at < moments[0]
        assert moments[-1] <= AS_OF


def test_a_step_says_what_its_status_means(learners: list[DemoLearner]) -> None:
    for step in (step for learner in learners for step in learner.steps):
        match step.status:
            case ProgressStatus.NOT_STARTED:
                assert (step.completion_percentage, step.score) == (0, None)
            case ProgressStatus.IN_PROGRESS:
                assert 0 <= step.completion_percentage < 100
                assert step.score is None
            case ProgressStatus.COMPLETED:
                assert step.completion_percentage == 100
                assert step.score is None or PASS_MARK <= step.score <= 100
            case ProgressStatus.FAILED:
                assert step.score is not None
                assert 0 <= step.score < PASS_MARK


def test_what_is_completed_stays_completed_and_failures_are_tried_again(
    learners: list[DemoLearner],
) -> None:
    statuses = defaultdict[tuple[str, str], list[ProgressStatus]](list)
    for learner in learners:
        for step in learner.steps:
            statuses[learner.account.email, step.content_id].append(step.status)

    retried = [one for one in statuses.values() if ProgressStatus.FAILED in one[:-1]]
    abandoned = [one for one in statuses.values() if one[-1] == ProgressStatus.IN_PROGRESS]
    assert all(ProgressStatus.COMPLETED not in one[:-1] for one in statuses.values())
    assert len(retried) >= 50
    assert len(abandoned) >= 50


def test_most_but_not_all_were_profiled_and_the_profile_is_mostly_right(
    learners: list[DemoLearner],
) -> None:
    profiled = [learner for learner in learners if learner.profile is not None]
    right = [learner for learner in profiled if learner.primary_track == learner.main_track]

    assert 0.78 <= len(profiled) / len(learners) <= 0.92
    assert 0.8 <= len(right) / len(profiled) < 1
    assert all(set(learner.profile or ()) == set(Track) for learner in profiled)
    assert all(abs(sum(learner.track_preference.values()) - 1) < 1e-9 for learner in learners)


def test_nobody_can_be_reached_by_mail(catalogue: Catalogue, learners: list[DemoLearner]) -> None:
    emails = [learner.account.email for learner in [*learners, demo_learner(catalogue)]]
    emails += [account.email for account in (*staff(AS_OF), *further_mentors(AS_OF))]

    assert len(set(emails)) == len(emails)
    assert all(email.isascii() and email.endswith("@ongoza.example") for email in emails)


def test_there_is_an_account_for_every_role(catalogue: Catalogue) -> None:
    accounts = [demo_learner(catalogue).account, *staff(AS_OF)]
    known = {organization.slug for organization in organizations()}

    assert {account.role for account in accounts} == set(Role)
    assert {account.email for account in accounts} == {f"{role}@ongoza.example" for role in Role}
    assert len(known) == 2
    assert {account.organization for account in accounts} == known | {None}


def test_there_are_fourteen_mentors() -> None:
    mentors = [one for one in staff(AS_OF) if one.role == Role.MENTOR] + [*further_mentors(AS_OF)]

    assert len(mentors) == MENTORS == 14
    assert {one.role for one in mentors} == {Role.MENTOR}


def test_the_demo_learner_is_on_the_way(catalogue: Catalogue) -> None:
    learner = demo_learner(catalogue)
    latest = {step.content_id: step.status for step in learner.steps}

    assert learner.primary_track == Track.BUILDERS
    assert list(latest.values()).count(ProgressStatus.COMPLETED) >= 10
    assert ProgressStatus.IN_PROGRESS in latest.values()
    assert AS_OF - learner.steps[-1].at < timedelta(days=7)


# --- there is something to learn from the histories ----------------------------------------------

Ranking = Callable[[Item, set[str]], float]


def share_found(catalogue: Catalogue, learners: list[DemoLearner], appeal: Ranking) -> float:
    """How often the item a learner began last is among the ten of most appeal."""
    found = asked = 0
    for learner in learners:
        *known, last = dict.fromkeys(step.content_id for step in learner.steps)
        if len(known) < 3:
            continue
        unseen = [item for item in catalogue.items if item.content_id not in known]
        unseen.sort(key=lambda item: (-appeal(item, set(known)), item.content_id))
        asked += 1
        found += last in {item.content_id for item in unseen[:10]}
    return found / asked


def test_a_learners_own_past_tells_more_than_popularity(
    catalogue: Catalogue, learners: list[DemoLearner]
) -> None:
    takers = Counter(
        content_id
        for learner in learners
        for content_id in {step.content_id for step in learner.steps}
    )

    def popular(item: Item, known: set[str]) -> float:
        return takers[item.content_id]

    def related(item: Item, known: set[str]) -> float:
        past = [catalogue.by_id[content_id] for content_id in known]
        kin = sum(len(set(item.skills) & set(other.skills)) for other in past)
        same_track = sum(item.track == other.track for other in past)
        return (1 + kin) * (1 + same_track) if known.issuperset(item.prerequisites) else 0

    by_popularity = share_found(catalogue, learners, popular)
    by_past = share_found(catalogue, learners, related)

    assert by_popularity < 0.4
    assert by_past > 2 * by_popularity
