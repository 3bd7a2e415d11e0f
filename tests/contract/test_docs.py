"""The examples other teams copy are run as they are printed."""

import re
import sqlite3
from types import SimpleNamespace
from typing import Any

from scripts.contracts.__main__ import CONTRACTS
from tests.facts import RawRecord, erased, progress, record

PAGE = (CONTRACTS.parent / "docs" / "consume-facts.md").read_text()


def block(language: str) -> str:
    (text,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(text)


def as_confluent_gives_it(one: RawRecord) -> Any:
    return SimpleNamespace(headers=lambda: list(one.headers), value=lambda: one.value)


def test_the_guard_with_a_dict_keeps_the_newest_and_forgets_the_erased() -> None:
    names: dict[str, Any] = {}
    exec(block("python"), names)  # noqa: S102 - our own page
    take, kept = names["take"], names["kept"]
    for version in (2, 1, 3, 3):
        take(record(progress(version=version)))
    assert [fact.version for fact in kept.values()] == [3]
    take(as_confluent_gives_it(record(progress(content_id="course-2"))))
    take(RawRecord("ongoza.progress", 0, 9, b"7:course-1", None, []))
    assert len(kept) == 2
    take(record(erased()))
    take(record(progress(version=9)))
    assert kept == {}


def test_the_guard_in_sql_keeps_the_newest() -> None:
    db = sqlite3.connect(":memory:")
    columns = "user_id, content_id, version, status, UNIQUE (user_id, content_id)"
    db.execute(f"CREATE TABLE progress ({columns})")
    for version, status in ((2, "in_progress"), (1, "not_started"), (3, "completed"), (2, "x")):
        row = {"user_id": 7, "content_id": "course-1", "version": version, "status": status}
        db.execute(block("sql"), row)
    assert db.execute("SELECT version, status FROM progress").fetchall() == [(3, "completed")]
