"""The documents: examples run as they are printed, samples equal the code, links resolve."""

import re
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from scripts.contracts.__main__ import CONTRACTS
from tests.facts import RawRecord, erased, progress, record

ROOT = CONTRACTS.parent
PAGE = (ROOT / "docs" / "consume-facts.md").read_text()
COMMITTED = (
    "contracts/ongoza_contracts/coaching.py",
    "services/core/core/coaching/publications.py",
    "services/ai/ai/projections/registry.py",
)
"""The files that the blocks of docs/add-an-entity.md are parts of, in order."""
LINK = r"\]\((?!https?:)([^)#]+)"


def is_ours(page: Path) -> bool:
    """Not of an environment, of installed packages or of a running stack."""
    folders = page.relative_to(ROOT).parts[:-1]
    return not any(name.startswith(".") or name == "node_modules" for name in folders)


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


def test_the_worked_example_of_an_entity_is_the_committed_code() -> None:
    page = (ROOT / "docs" / "add-an-entity.md").read_text()
    blocks = re.findall(r"^( *)```py\n(.*?)^\1```$", page, re.DOTALL | re.MULTILINE)
    for (_, sample), path in zip(blocks, COMMITTED, strict=True):
        code = [line.strip(" ,") for line in (ROOT / path).read_text().splitlines()]
        lines = [line.strip(" ,") for line in sample.splitlines()]
        assert any(code[n : n + len(lines)] == lines for n in range(len(code))), path


def test_links_between_the_documents_lead_somewhere() -> None:
    pages = [page for page in ROOT.rglob("*.md") if is_ours(page)]
    links = [(page, link) for page in pages for link in re.findall(LINK, page.read_text())]
    assert len(links) > 50
    assert [(str(page), link) for page, link in links if not (page.parent / link).exists()] == []


def test_every_target_of_make_that_the_first_pages_name_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md", "docs/consume-facts.md", "contracts/README.md"):
        named = set(re.findall(r"\bmake ([a-z-]+)\b", (ROOT / name).read_text()))
        assert named
        assert named - targets == set(), name
