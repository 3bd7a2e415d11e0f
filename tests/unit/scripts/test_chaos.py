"""What `make chaos` calls lost, doubled and inverted."""

from scripts.chaos.faults import database_was_down
from scripts.chaos.load import Attempt
from scripts.chaos.verdict import Published, Verdict, judge

KEY = (7, "course-1")


def made(*acknowledged: bool) -> list[Attempt]:
    """Attempts with the values 1, 2, 3..."""
    return [Attempt(float(number), one) for number, one in enumerate(acknowledged, start=1)]


def published(*versions: int, value: float | None = None) -> list[Published]:
    """Facts whose value is their version."""
    return [Published(n, f"id{n}", float(n) if value is None else value) for n in versions]


def verdict(
    attempts: list[Attempt], facts: list[Published], core: int, ai: int | None = None
) -> Verdict:
    known = core if ai is None else ai
    return judge(
        {KEY: attempts},
        {KEY: facts},
        {KEY: (core, float(core))},
        {KEY: (known, float(known))},
    )


def wrong(one: Verdict) -> tuple[int, int, int]:
    return len(one.lost), len(one.doubled), len(one.inverted)


def test_all_is_well_also_with_records_sent_twice_and_writes_without_an_answer() -> None:
    found = verdict(made(True, True, False), published(1, 2, 1, 2, 3), core=3)
    assert (found.acknowledged, wrong(found)) == (2, (0, 0, 0))
    assert wrong(verdict(made(True, True, False), published(1, 2), core=2)) == (0, 0, 0)


def test_an_acknowledged_write_without_a_fact_is_lost() -> None:
    assert wrong(verdict(made(True, True, True), published(1, 3), core=3)) == (1, 0, 0)


def test_an_entity_that_stands_before_its_last_acknowledged_write_is_lost() -> None:
    assert wrong(verdict(made(True, True), published(1, 2), core=1)) == (2, 0, 0)


def test_a_projection_that_differs_from_core_is_lost() -> None:
    assert wrong(verdict(made(True, True), published(1, 2), core=2, ai=1)) == (2, 0, 0)


def test_two_facts_of_one_write_or_of_one_version_are_doubled() -> None:
    twice = [*published(1), Published(2, "id2", 1.0), *published(3)]
    assert wrong(verdict(made(True, False, True), twice, core=3)) == (0, 1, 0)
    same_version = [*published(1), Published(1, "other", 1.0)]
    assert wrong(verdict(made(True), same_version, core=1)) == (0, 1, 0)


def test_an_older_record_behind_a_newer_one_is_inverted() -> None:
    assert wrong(verdict(made(True, True), published(1, 2, 1), core=2)) == (0, 0, 1)


def test_a_503_is_excused_only_while_the_services_own_database_was_down() -> None:
    downtimes = {"postgres-relational": [(10.0, 20.0)], "kafka": [(40.0, 50.0)]}
    assert database_was_down(12, "core", downtimes)
    assert database_was_down(22, "core", downtimes)
    assert not database_was_down(24, "core", downtimes)
    assert not database_was_down(12, "ai", downtimes)
    assert not database_was_down(45, "core", downtimes)
