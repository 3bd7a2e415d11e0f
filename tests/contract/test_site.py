"""The pages other teams read, and the AsyncAPI document as its official parser sees it."""

import json
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree

import pytest

from ongoza_contracts.topics import FACT_TYPES, TOPICS
from scripts.contracts.__main__ import CONTRACTS
from scripts.contracts.needs import load
from scripts.contracts.schemas import schemas
from scripts.contracts.site import pages
from scripts.web.node import NODE, Failed, npm, run

ASYNCAPI = Path(__file__).parent / "asyncapi"


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


def test_a_field_shows_which_team_uses_it(site: dict[str, str]) -> None:
    page = site["ongoza.progress.updated.v1.html"]
    (row,) = [r for r in page.split("<tr>") if "<code>completion_percentage</code>" in r]
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
