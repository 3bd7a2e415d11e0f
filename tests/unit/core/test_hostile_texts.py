"""Texts that people send: no answer gives them back as HTML that runs, whoever reads them."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db.models import Model, QuerySet
from django.test import Client

from core.kit.openapi import PublicDocument
from core.kit.user_texts import user_text_html
from core.lessons.markup import SECTION_MAX
from core.missions.labs import set_hints
from core.missions.models import Hint, Mission
from core.reviews.models import Review
from core.submissions.models import Artifact
from ongoza_contracts.submissions import SubmissionState
from tests.openapi_documents import core_document
from tests.unit.core.offered_missions import offered_mission
from tests.unit.core.review_rows import claimed, graded_mission, handed_in
from tests.unit.core.school import World
from tests.unit.core.submission_rows import decided, mission, submitted
from tests.unit.core.world import NOBODY, Caller, assign, signed_in

pytestmark = pytest.mark.django_db

ATTACKS = {
    "script": "<script>alert(1)</script>",
    "split-script": "<scr<script>ipt>alert(1)</script>",
    "handler": "<img src=x onerror=alert(1)>",
    "svg": "<svg/onload=alert(1)>",
    "frame": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "style": "<style>@import 'https://evil.example/x.css'</style>",
    "form": '<form action="https://evil.example"><button>OK</button></form>',
    "link": "[a](javascript:alert(1))",
    "entity-link": "[a](java&#x73;cript:alert(1))",
    "data-link": "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "autolink": "<javascript:alert(1)>",
    "reference": "[a]\n\n[a]: javascript:alert(1)",
    "image": "![a](https://evil.example/pixel.png)",
    "comment": "<!--><script>alert(1)</script>-->",
    "code": "`</code><script>alert(1)</script>`",
    "table": "| a |\n|---|\n| <script>alert(1)</script> |",
}
EVERY_ATTACK = "\n\n".join(ATTACKS.values())
SAFE = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "code", "pre", "a", "hr"),
    *("br", "ul", "ol", "li", "blockquote", "s"),
}
HTML = {
    *("ArtifactDetail.html", "Review.comments_html", "ReviewForReviewers.comments_html"),
    *("MissionDetail.story_html", "Hint.html"),
    *("Portfolio.about_html", "PublicPortfolio.about_html", "ShownArtifact.html"),
}
"""Every field of an answer that has HTML. Texts of lessons are HTML where `markup=html` asks for
it: `test_body_markup`."""


LONG = {
    "columns": "|a" * 100 + "|\n" + "|-" * 100 + "|\n" + "|\n" * 9000,
    "references": f"[a]: https://evil.example/{'x' * 9000}\n\n" + "[a] " * 2000,
    "images": "![" * SECTION_MAX,
    "brackets": "[" * SECTION_MAX,
    "emphasis": "_*" * SECTION_MAX,
    "entities": '"' * SECTION_MAX,
    "quotes": "> - " * SECTION_MAX,
}
"""Texts whose HTML could be long. Each is cut to the most characters that a text has."""
GROWTH_MAX = 6
"""How much longer than the text its HTML is at most: that of a quotation mark is an entity."""


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def require_harmless(html: str) -> None:
    tags = Tags()
    tags.feed(html)
    for tag, attributes in tags.found:
        assert tag in SAFE, html
        assert not [name for name in attributes if name.startswith("on")], html
        for name in ("href", "src"):
            target = (attributes.get(name) or "").strip().lower()
            assert not target.startswith(("javascript:", "data:", "vbscript:")), html
        assert "evil.example" not in (attributes.get("src") or ""), html


def test_html_is_in_no_field_but_those_that_are_tried_here() -> None:
    schemas = core_document(PublicDocument)["components"]["schemas"]
    found = {
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field in schema.get("properties", {})
        if field == "html" or field.endswith("_html")
    }
    assert found == HTML


@pytest.mark.parametrize("text", LONG)
def test_the_html_of_a_text_is_a_few_times_as_long(text: str) -> None:
    cut = LONG[text][:SECTION_MAX]
    html = user_text_html(cut)
    require_harmless(html)
    assert len(html) <= GROWTH_MAX * len(cut) + len("<p></p>\n")


@pytest.fixture
def readers(world: World) -> list[Caller]:
    """The learner whose text or review it is, and everybody who may read it."""
    assign(world.mentor, world.learner)
    people = (world.learner, world.mentor, world.director, world.admin)
    return [signed_in(one) for one in people]


def each_answer(readers: list[Caller], address: str) -> Iterator[Any]:
    """As JSON that no browser takes for anything else."""
    for reader in readers:
        headers = {"Authorization": f"Bearer {reader.token}"}
        response = Client().get(f"/api/v1/{address}", headers=headers)
        if response.status_code == 200:
            assert response["Content-Type"] == "application/json"
            assert response["X-Content-Type-Options"] == "nosniff"
            yield response.json()


def with_each_attack(model: type[Model], column: str) -> Iterator[str]:
    """The name of each attack, while the column of every row has its name and the attack."""
    for name, attack in ATTACKS.items():
        QuerySet(model).update(**{column: f"*{name}*\n\n{attack}"})
        yield name


def require_harmless_attack(name: str, html: str) -> None:
    assert f"<em>{name}</em>" in html
    require_harmless(html)


def test_a_report_harms_nobody_who_reads_it(world: World, readers: list[Caller]) -> None:
    attempt = submitted(world.learner, graded_mission(), f"# Report\n\n{EVERY_ATTACK}")
    artifact = attempt.artifact_set.get()
    for attack in with_each_attack(Artifact, "text"):
        answers = [*each_answer(readers, f"submissions/{attempt.pk}/artifacts/{artifact.pk}/")]
        assert len(answers) == len(readers), attack
        for answer in answers:
            require_harmless_attack(attack, answer["html"])


@pytest.mark.slow
def test_a_review_harms_nobody_who_reads_it(world: World, readers: list[Caller]) -> None:
    attempt = handed_in(world.learner)
    claimed(attempt, world.mentor)
    texts = {"comments": EVERY_ATTACK, "private_notes": EVERY_ATTACK}
    marks = [{"criterion": 1, "points": 1}, {"criterion": 2, "points": 1}]
    body = {"outcome": "failed", **texts, "marks": marks}
    status, answer = readers[1].post(f"reviews/{attempt.pk}/decide/", body)
    assert status == 201, answer
    require_harmless(answer["comments_html"])
    for attack in with_each_attack(Review, "comments"):
        answers = [*each_answer(readers, f"submissions/{attempt.pk}/reviews/")]
        assert len(answers) == len(readers), attack
        for one in answers:
            require_harmless_attack(attack, one["results"][0]["comments_html"])
        assert "private_notes" not in answers[0]["results"][0]


@pytest.mark.slow
def test_a_portfolio_harms_nobody_who_opens_it(world: World) -> None:
    work = decided(world.learner, mission(), SubmissionState.PASSED)
    owner = signed_in(world.learner)
    items = [{"submission": str(work.pk), "shows_work": True}]
    address = owner.post("portfolio/address/", None)[1]["address"]
    for attack in with_each_attack(Artifact, "text"):
        about = f"*{attack}*\n\n{ATTACKS[attack]}"
        body = {"headline": "", "about": about, "items": items}
        own = owner.call("PUT", "portfolio/", body)[1]
        for shown in (own, NOBODY.get(f"portfolio/{address}/")[1]):
            artifact = shown["items"][0]["work"]["artifacts"][0]
            for html in (shown["about_html"], artifact["html"]):
                require_harmless_attack(attack, html)


@pytest.mark.slow
def test_a_mission_and_its_hints_harm_nobody_who_reads_them(readers: list[Caller]) -> None:
    mission = offered_mission(story=f"# Story\n\n{EVERY_ATTACK}")
    set_hints(mission_id=mission.pk, hints=[{"text": EVERY_ATTACK, "cost": 0}])
    address = f"missions/{mission.pk}/"
    (locked,) = readers[0].get(f"{address}hints/")[1]["hints"]
    assert (locked["text"], locked["html"]) == (None, None)
    assert readers[0].call("POST", f"{address}hints/1/unlock/")[0] == 200
    for attack in with_each_attack(Mission, "story"):
        for story in each_answer(readers, address):
            require_harmless_attack(attack, story["story_html"])
    for attack in with_each_attack(Hint, "text"):
        shown = [answer["hints"][0]["html"] for answer in each_answer(readers, f"{address}hints/")]
        assert [html is None for html in shown] == [False, True, False, False], attack
        for html in filter(None, shown):
            require_harmless_attack(attack, html)
