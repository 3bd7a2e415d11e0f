"""Published schemas stay readable in both directions; a break names a document and a team."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ongoza_contracts import codec, topics
from ongoza_contracts.codec import Received, decode, encode
from ongoza_contracts.needs import FactNeeds, Schema, TeamNeeds
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.topics import FACT_TYPES, Sunset
from scripts.contracts import sunsets
from scripts.contracts.__main__ import CONTRACTS
from scripts.contracts.compatibility import Break, breaks, compare
from scripts.contracts.history import history, not_remembered, remember
from scripts.contracts.needs import Needs, load, unmet
from scripts.contracts.schemas import schema as schema_of
from scripts.contracts.schemas import schemas
from scripts.contracts.structure import canonical
from scripts.contracts.values import FORMAT_CHECKER, candidates, plain
from tests.facts import NOW, progress

Change = Callable[[dict[str, Any]], object]

PROGRESS = "ongoza.progress.updated.v1"
OLD, NEW = "old facts do not read in new code", "new facts do not read in old code"
TEAM = Needs(
    (
        TeamNeeds(
            team="reports",
            contact="reports@ongoza.example",
            needs={
                PROGRESS: FactNeeds(
                    fields=("status", "completion_percentage", "score"),
                    values={"status": ("completed",)},
                )
            },
        ),
    )
)


def published(folder: Path, schema: dict[str, Any]) -> Path:
    assert len(list(remember(folder, {PROGRESS: schema}))) == 1
    return folder


def changed(change: Change) -> dict[str, Any]:
    schema = copy.deepcopy(schema_of(ProgressUpdated))
    change(schema)
    return schema


def fields(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["properties"]
    return found


def add_required(schema: dict[str, Any]) -> None:
    fields(schema)["cohort"] = {"type": "integer"}
    schema["required"].append("cohort")


def drop_required(schema: dict[str, Any]) -> None:
    del fields(schema)["status"]
    schema["required"].remove("status")


CHANGES: dict[str, tuple[Change, list[tuple[str, str, tuple[str, ...]]]]] = {
    "an optional field more": (
        lambda s: fields(s).update(cohort={"type": "integer"}),
        [],
    ),
    "a required field more": (add_required, [(OLD, "", ("reports",))]),
    "a required field less": (drop_required, [(NEW, "", ("reports",))]),
    "no longer required": (
        lambda s: s["required"].remove("content_type"),
        [(NEW, "content_type", ())],
    ),
    "an enum value more": (
        lambda s: s["$defs"]["ProgressStatus"]["enum"].append("paused"),
        [(NEW, "status", ("reports",))],
    ),
    "an enum value less": (
        lambda s: s["$defs"]["ProgressStatus"]["enum"].remove("failed"),
        [(OLD, "status", ("reports",))],
    ),
    "a lower maximum": (
        lambda s: fields(s)["completion_percentage"].update(maximum=99),
        [(OLD, "completion_percentage", ("reports",))],
    ),
    "a higher maximum": (
        lambda s: fields(s)["completion_percentage"].update(maximum=101),
        [(NEW, "completion_percentage", ("reports",))],
    ),
    "whole numbers only": (
        lambda s: fields(s)["completion_percentage"].update(type="integer"),
        [(OLD, "completion_percentage", ("reports",))],
    ),
    "never null any more": (
        lambda s: fields(s).update(score={"type": "number", "minimum": 0, "maximum": 100}),
        [(OLD, "score", ("reports",))],
    ),
    "a shorter text of the same pattern": (
        lambda s: fields(s)["content_id"].update(maxLength=20),
        [(OLD, "content_id", ())],
    ),
    "a text instead of a time": (
        lambda s: fields(s)["updated_at"].pop("format"),
        [(NEW, "updated_at", ())],
    ),
    "a wider range of versions": (
        lambda s: fields(s)["version"].pop("maximum"),
        [(NEW, "version", ())],
    ),
    "another pattern": (
        lambda s: fields(s)["content_id"].update(pattern="^[a-z]+-[0-9]+$"),
        [(OLD, "content_id", ()), (NEW, "content_id", ())],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_each_break_names_direction_field_document_and_team(
    tmp_path: Path, change: Change, expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    old, new = schema_of(ProgressUpdated), changed(change)
    found = list(breaks(published(tmp_path, old), {PROGRESS: new}, TEAM))
    assert [(one.direction, one.difference.path, one.teams) for one in found] == expected
    for one in found:
        assert_counter_example(one, old, new)


def assert_counter_example(one: Break, old: dict[str, Any], new: dict[str, Any]) -> None:
    """The document is one that one side may write and the other refuses."""
    writer, reader = (old, new) if one.direction == OLD else (new, old)
    assert valid(one.difference.document, writer)
    assert not valid(one.difference.document, reader)


def valid(document: Any, schema: dict[str, Any]) -> bool:
    return jsonschema.Draft202012Validator(schema, format_checker=FORMAT_CHECKER).is_valid(document)


def test_every_earlier_version_counts_not_the_last_alone(tmp_path: Path) -> None:
    """Each step is harmless by itself, both together are not."""
    first = changed(lambda s: fields(s).update(cohort={"type": "integer"}))
    second = schema_of(ProgressUpdated)
    third = changed(lambda s: fields(s).update(cohort={"type": "string"}))
    published(tmp_path, first)
    assert list(breaks(tmp_path, {PROGRESS: second}, TEAM)) == []
    published(tmp_path, second)
    (backward, forward) = breaks(tmp_path, {PROGRESS: third}, TEAM)
    assert (backward.earlier, forward.earlier) == ("0001", "0001")
    assert [version for version, _ in history(tmp_path, PROGRESS)] == ["0001", "0002"]


def test_a_changed_schema_has_to_be_published_as_a_version(tmp_path: Path) -> None:
    published(tmp_path, schema_of(ProgressUpdated))
    new = changed(lambda s: fields(s).update(cohort={"type": "integer"}))
    (problem,) = not_remembered(tmp_path, {PROGRESS: new})
    assert PROGRESS in problem
    published(tmp_path, new)
    assert list(not_remembered(tmp_path, {PROGRESS: new})) == []


def test_a_field_or_value_that_a_team_uses_is_not_taken_away_unseen() -> None:
    without = changed(lambda s: fields(s).pop("score"))
    (problem,) = unmet(TEAM, {PROGRESS: without})
    assert problem == f"reports needs {PROGRESS} score, which was removed (reports@ongoza.example)"
    fewer = changed(lambda s: s["$defs"]["ProgressStatus"]["enum"].remove("completed"))
    (problem,) = unmet(TEAM, {PROGRESS: fewer})
    assert problem == f"reports needs {PROGRESS} status = completed (reports@ongoza.example)"
    (problem,) = unmet(TEAM, {})
    assert "not published" in problem
    assert list(unmet(TEAM, schemas())) == []


def test_a_broken_needs_file_is_a_problem_that_names_it(tmp_path: Path) -> None:
    for team, text in (
        ("one", "team: one\nwants: all"),
        ("two", "team: three\ncontact: x\nneeds: {}"),
    ):
        (tmp_path / "consumers" / team).mkdir(parents=True)
        (tmp_path / "consumers" / team / "needs.yaml").write_text(text)
    _, problems = load(tmp_path)
    assert [problem.split(":")[0] for problem in problems] == [
        "consumers/one/needs.yaml",
        "consumers/two/needs.yaml",
    ]


def test_nothing_goes_without_a_sunset_or_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(tmp_path, schema_of(ProgressUpdated))
    now = {PROGRESS: changed(lambda s: fields(s).pop("score"))}
    (problem,) = sunsets.too_early(tmp_path, now, date(2027, 1, 1))
    assert "removed without a sunset" in problem
    sunset = Sunset(deprecated=date(2026, 6, 1), sunset=date(2027, 1, 1), migration="urn:x")
    monkeypatch.setattr(sunsets, "SUNSETS", {f"{PROGRESS}#score": sunset, PROGRESS: sunset})
    (problem,) = sunsets.too_early(tmp_path, now, date(2026, 12, 31))
    assert "before its sunset on 2027-01-01" in problem
    assert list(sunsets.too_early(tmp_path, now, date(2027, 1, 1))) == []
    assert list(sunsets.too_early(tmp_path, {}, date(2027, 1, 1))) == []


def test_a_field_that_every_record_had_may_go_once_its_day_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(tmp_path, schema_of(ProgressUpdated))
    now = {PROGRESS: changed(drop_required)}
    sunset = Sunset(deprecated=date(2026, 6, 1), sunset=date(2027, 1, 1), migration="urn:x")
    monkeypatch.setattr(sunsets, "SUNSETS", {f"{PROGRESS}#status": sunset})
    (early,) = breaks(tmp_path, now, TEAM, date(2026, 12, 31))
    assert early.teams == ("reports",)
    assert list(breaks(tmp_path, now, TEAM, date(2027, 1, 1))) == []
    assert list(sunsets.too_early(tmp_path, now, date(2027, 1, 1))) == []
    (problem, *_) = unmet(TEAM, now)  # whoever did not move in time is still named
    assert problem == f"reports needs {PROGRESS} status, which was removed (reports@ongoza.example)"


def test_a_field_within_a_field_has_a_sunset_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    completed = "ongoza.profiling.completed.v1"
    old = schemas()[completed]
    list(remember(tmp_path, {completed: old}))
    new = copy.deepcopy(old)
    del new["$defs"]["ProfilingResult"]["properties"]["primary"]
    new["$defs"]["ProfilingResult"]["required"].remove("primary")
    (problem,) = sunsets.too_early(tmp_path, {completed: new})
    assert problem.startswith(f"{completed} result.primary was removed without a sunset")
    (broken,) = breaks(tmp_path, {completed: new}, Needs())
    assert broken.difference.path == "result"
    sunset = Sunset(deprecated=date(2026, 6, 1), sunset=date(2027, 1, 1), migration="urn:x")
    monkeypatch.setattr(sunsets, "SUNSETS", {f"{completed}#result.primary": sunset})
    assert list(breaks(tmp_path, {completed: new}, Needs(), date(2027, 1, 1))) == []


def test_a_field_that_will_go_is_marked_in_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    sunset = Sunset(deprecated=date(2026, 6, 1), sunset=date(2027, 1, 1), migration="urn:x")
    monkeypatch.setattr(sunsets, "SUNSETS", {f"{PROGRESS}#score": sunset})
    marked = [
        name for name, field in fields(schema_of(ProgressUpdated)).items() if "deprecated" in field
    ]
    assert marked == ["score"]
    old = changed(lambda s: fields(s)["score"].pop("deprecated"))
    assert list(compare(PROGRESS, "0001", old, schema_of(ProgressUpdated), Needs())) == []


def test_a_published_version_that_is_missing_is_noticed(tmp_path: Path) -> None:
    published(tmp_path, schema_of(ProgressUpdated))
    new = changed(lambda s: fields(s).update(cohort={"type": "integer"}))
    published(tmp_path, new)
    (tmp_path / "schemas" / "history" / PROGRESS / "0001.json").unlink()
    (problem,) = not_remembered(tmp_path, {PROGRESS: new})
    assert problem == f"{PROGRESS}: a published version is missing among 0002"


def test_a_fact_that_will_go_says_so_in_its_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    sunset = Sunset(deprecated=date(2026, 6, 1), sunset=date(2027, 1, 1), migration="urn:new")
    monkeypatch.setattr(codec, "SUNSETS", {PROGRESS: sunset})
    headers = dict(encode(progress(), time=NOW).headers())
    assert headers["ce_deprecated"] == b"true"
    assert headers["ce_deprecationfrom"] == b"2026-06-01T00:00:00Z"
    assert headers["ce_deprecationsunset"] == b"2027-01-01T00:00:00Z"
    assert headers["ce_deprecationmigration"] == b"urn:new"
    assert all("#" in name for name in topics.SUNSETS)  # no whole fact of ours is on its way out


@pytest.mark.parametrize("fact", FACT_TYPES)
def test_the_code_reads_every_document_at_the_edge_of_its_schema(fact: str) -> None:
    headers = [("ce_specversion", b"1.0"), ("ce_id", b"edge"), ("ce_type", fact.encode())]
    schema = schema_of(FACT_TYPES[fact])
    found = list(at_the_edges(canonical(schema)))
    assert len(found) > 3 or fact.endswith("erased.v1")
    for document in found:
        assert valid(document, schema), document
        body = json.dumps(document).encode()
        assert isinstance(decode(headers, body), Received), document


def at_the_edges(node: Schema) -> Iterator[Any]:
    """Values with each field at each of its bounds in turn, and without each optional one."""
    for option in node.get("anyOf", [node]):
        if "properties" in option:
            whole = plain(option)
            yield whole
            for name, field in option["properties"].items():
                if name not in option.get("required", ()):
                    yield {key: value for key, value in whole.items() if key != name}
                yield from ({**whole, name: value} for value in at_the_edges(field))
            continue
        yield from (value for value in candidates(option) if valid(value, option))
        if "items" in option:
            yield from ([value] for value in at_the_edges(option["items"]))
        if "propertyNames" in option:
            for value in at_the_edges(option["additionalProperties"]):
                yield {**plain(option), plain(option["propertyNames"]): value}


def test_a_keyword_no_fact_uses_yet_is_compared_like_any_other() -> None:
    new = changed(lambda s: fields(s)["version"].update(multipleOf=2))
    (found,) = compare(PROGRESS, "0001", schema_of(ProgressUpdated), new, TEAM)
    assert (found.direction, found.difference.path) == (OLD, "version")
    assert_counter_example(found, schema_of(ProgressUpdated), new)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: fields(s)["content_id"].update(pattern=f"{fields(s)['content_id']['pattern']}$"),
        lambda s: fields(s)["score"].update(default=0),
    ],
    ids=["a pattern for the same texts", "another meaning of a missing field"],
)
def test_a_change_without_a_counter_example_is_a_break_as_well(change: Change) -> None:
    found = list(compare(PROGRESS, "0001", schema_of(ProgressUpdated), changed(change), TEAM))
    assert [one.direction for one in found] == [OLD, NEW]
    assert {one.difference.document for one in found} == {None}
    assert "changed, and has to stay as published" in str(found[0])


def test_values_are_added_only_to_an_enumeration_declared_open() -> None:
    """`enum` is closed: readers rely on it. `x-extensible-enum` says that more values may come."""
    slug = {"type": "string", "maxLength": 64}

    def plan(values: list[str], **closed: Any) -> dict[str, Any]:
        field = {**slug, **closed} if closed else {**slug, "x-extensible-enum": values}
        return changed(lambda s: fields(s).update(plan=field))

    open_before, open_after = plan(["free"]), plan(["free", "paid"])
    assert list(compare(PROGRESS, "0001", open_before, open_after, TEAM)) == []
    (found,) = compare(PROGRESS, "0001", plan([], enum=["free"]), open_after, TEAM)
    assert (found.direction, found.difference.path) == (NEW, "plan")
    needs = FactNeeds(fields=("plan",), values={"plan": ("paid",)})
    team = Needs((TeamNeeds(team="reports", contact="x", needs={PROGRESS: needs}),))
    assert list(unmet(team, {PROGRESS: open_after})) == []
    assert list(unmet(team, {PROGRESS: open_before})) == [
        f"reports needs {PROGRESS} plan = paid (x)"
    ]


def test_the_text_shown_for_a_pattern_fits_it() -> None:
    shown = plain(canonical(fields(schema_of(ProgressUpdated))["content_id"]))
    assert ProgressUpdated.model_validate({**progress().model_dump(), "content_id": shown})


def test_what_is_committed_has_no_break() -> None:
    needs, problems = load(CONTRACTS)
    assert problems == []
    assert list(breaks(CONTRACTS, schemas(), needs)) == []
