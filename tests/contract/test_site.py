"""The pages other teams read, and the AsyncAPI document as its official parser sees it."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree
from typing import Literal

import pytest

from ongoza_contracts.topics import FACT_TYPES, TOPICS, partition_for, topic_of
from scripts.contracts.__main__ import CONTRACTS
from scripts.contracts.fields import fields
from scripts.contracts.needs import load
from scripts.contracts.schemas import schemas
from scripts.contracts.site import in_words, pages
from scripts.web.browsing import browser
from scripts.web.node import NODE, Failed, npm, run
from tests.web.page_checks import TAGS, violations, wide

ASYNCAPI = Path(__file__).parent / "asyncapi"
PROGRESS = "ongoza.progress.updated.v1"
LONGEST = "ongoza.recommendations.refreshed.v1.html"
"""Its name is the longest, and does not break by itself."""


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    return pages(CONTRACTS, schemas(), load(CONTRACTS)[0])


def read(page: str) -> Links:
    parser = Links()
    parser.feed(page)
    return parser


def test_every_link_leads_to_a_page_and_none_outside(site: dict[str, str]) -> None:
    for name, page in site.items():
        if name.endswith(".html"):
            links = read(page).found
            assert links
            assert {link for link in links if link not in site} == set(), name


def test_every_topic_and_fact_has_its_page_with_all_it_answers(site: dict[str, str]) -> None:
    for topic in TOPICS:
        text = read(site[f"{topic.name}.html"]).text
        for answer in (topic.what, topic.why, topic.key, topic.producer, *topic.consumers):
            assert answer in text
    for fact, schema in schemas().items():
        text = read(site[f"{fact}.html"]).text
        for field in schema["properties"]:
            assert field in text
        assert "first published" in text
    index = read(site["index.html"]).found
    assert {f"{topic.name}.html" for topic in TOPICS} <= {*index}


FACTS = pytest.mark.parametrize("fact", FACT_TYPES)
ORDINALS = {
    *("version", "rule_version", "quiz_version", "rubric_version", "late_policy_version"),
    *("attempt", "number", "milestone", "place", "sequence", "token_generation", "weekdays"),
    *("level", "difficulty", "rank"),
}
"""Numbers that order or name something. They have no unit, like ids."""


@FACTS
def test_every_field_has_a_meaning(fact: str) -> None:
    found = list(fields(schemas()[fact]))
    assert found
    assert [field.path for field in found if not field.meaning.endswith(".")] == []


@FACTS
def test_every_number_but_ids_and_ordinals_has_a_unit(fact: str) -> None:
    ids = {"confirmed_by", "granted_by", *FACT_TYPES[fact].subjects}
    for field in fields(schemas()[fact]):
        name = field.path.split(".")[-1]
        is_measured = field.is_number and not name.endswith("_id") and name not in ORDINALS | ids
        assert bool(field.unit) == is_measured, field.path


def test_a_field_without_a_meaning_or_a_unit_is_noticed_in_parts_lists_and_alternatives() -> None:
    part = {"type": "object", "properties": {"minutes": {"type": "integer"}}}
    schema = {
        "$defs": {"Part": part},
        "properties": {
            "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}, "description": "All."},
            "part": {"anyOf": [{"$ref": "#/$defs/Part"}, {"type": "null"}], "description": "One."},
        },
    }
    found = [(field.path, field.meaning, field.is_number) for field in fields(schema)]
    assert found == [
        ("parts", "All.", False),
        ("parts.minutes", "", True),
        ("part", "One.", False),
        ("part.minutes", "", True),
    ]


def test_the_pages_explain_each_header_that_a_record_carries(site: dict[str, str]) -> None:
    index = site["index.html"]
    for name in FACT_TYPES:
        page = site[f"{name}.html"]
        carried = re.findall(r"header <code>([a-z_-]+)</code>", page)
        assert {"ce_id", "ce_type", "ce_partitionkey", "traceparent", "content-type"} <= {*carried}
        assert [header for header in carried if f"<code>{header}</code>" not in index] == []


def test_a_record_shows_the_key_and_partition_it_would_have(site: dict[str, str]) -> None:
    example = json.loads((CONTRACTS / "examples" / PROGRESS / "full.json").read_text())
    text = read(site[f"{PROGRESS}.html"]).text
    user_id = str(example["user_id"])
    assert f"{user_id}:{example['content_id']}" in text
    partition = partition_for(user_id, topic_of(FACT_TYPES[PROGRESS]).partitions)
    assert f"{partition}, by the partition key {user_id}" in text


def test_a_page_leads_to_its_schema_and_the_asyncapi_document(site: dict[str, str]) -> None:
    for name, schema in schemas().items():
        assert {f"schemas/{name}.json", "asyncapi.yaml"} <= {*read(site[f"{name}.html"]).found}
        assert json.loads(site[f"schemas/{name}.json"]) == schema
    for topic in TOPICS:
        assert "asyncapi.yaml" in read(site[f"{topic.name}.html"]).found


def test_the_versions_of_a_schema_name_new_fields_of_parts_too(site: dict[str, str]) -> None:
    text = read(site["ongoza.profiling.completed.v1.html"]).text
    assert "new: result.flags" in text


def test_durations_are_in_words(site: dict[str, str]) -> None:
    text = read(site["ongoza.progress.html"]).text
    assert "every fact for 30 days" in text
    assert "min.compaction.lag.ms=2592000000 (30 days)" in text
    assert "max.compaction.lag.ms=3196800000 (37 days)" in text
    assert [in_words(timedelta(hours=hours)) for hours in (1, 36, 24)] == [
        *("1 hour", "36 hours", "1 day")
    ]


def test_the_index_says_how_to_become_a_consumer(site: dict[str, str]) -> None:
    text = read(site["index.html"]).text
    for step in ("needs.yaml", "topics.py", "ongoza_contracts.consume", "make check"):
        assert step in text


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 800, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_phone_and_axe_finds_nothing(
    site: dict[str, str], tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    for name, text in site.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with browser() as chromium:
        page = chromium.new_page(
            viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
        )
        for name in ("index.html", "ongoza.users.html", "ongoza.user.updated.v1.html", LONGEST):
            page.goto((tmp_path / name).as_uri())
            assert violations(page, TAGS) == [], name
            assert wide(page) == [], name


def test_a_field_shows_which_team_uses_it(site: dict[str, str]) -> None:
    page = site["ongoza.progress.updated.v1.html"]
    (row,) = [r for r in page.split("<tr>") if '"row"><code>completion_percentage</code>' in r]
    assert "engagement_stats, learner_reminders" in row


@pytest.mark.slow
def test_the_asyncapi_document_passes_the_official_parser(tmp_path: Path) -> None:
    npm(ASYNCAPI, "ci", "--no-audit", "--no-fund")
    command = [NODE, "check.mjs"]
    said = json.loads(run([*command, str(CONTRACTS / "asyncapi.yaml")], ASYNCAPI))
    assert said["version"] == "3.0.0"
    assert said["channels"] == sorted(topic.name for topic in TOPICS)
    assert said["messages"] == sorted(FACT_TYPES)
    copytree(CONTRACTS / "schemas", tmp_path / "schemas")  # which the document refers to
    broken = tmp_path / "asyncapi.yaml"
    broken.write_text(
        (CONTRACTS / "asyncapi.yaml").read_text().replace("action: send", "action: x")
    )
    with pytest.raises(Failed, match="action"):
        run([*command, str(broken)], ASYNCAPI)
