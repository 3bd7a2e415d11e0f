"""What Markdown becomes: sections, sizes, files, and HTML that does nothing."""

from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest

from core.lessons import markup
from core.lessons.markup import InvalidMarkdown, Section, check, sections

FILE = "0191a7b2-c3d4-7e5f-8071-8293a4b5c6d7"


def titles(markdown: str) -> list[str]:
    return [one.title for one in sections(markdown)]


def html(markdown: str) -> str:
    return Section("", markdown).html


def test_headings_of_the_first_and_second_level_begin_sections() -> None:
    text = "Before\n\n# One\n\nFirst\n\n### Inside\n\nText\n\nTwo\n---\n\n## Three\n"
    assert titles(text) == ["", "One", "Two", "Three"]
    assert [one.markdown for one in sections(text)] == [
        *("Before", "First\n\n### Inside\n\nText", "", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "## A\n\n```\n## no heading\n```\n",
        "## A\n\n    ## no heading\n",
        "## A\n\n> ## no section\n",
        "## A\n\n- ## no section\n",
        "## A\n\n\\## no heading\n",
    ],
)
def test_headings_elsewhere_begin_none(text: str) -> None:
    assert titles(text) == ["A"]


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\n"])
def test_line_breaks_of_all_systems_divide_alike(line_break: str) -> None:
    found = sections(line_break.join(["## A", "one", "## B", "two"]))
    assert [(one.title, one.markdown) for one in found] == [("A", "one"), ("B", "two")]


def test_a_section_has_its_bytes_and_minutes() -> None:
    (one,) = sections("## Réseau\n\n" + "mot " * 401)
    assert (one.minutes, one.bytes) == (3, len(("mot " * 401).encode()))
    assert sections("## A\n\né")[0].bytes == 2
    assert sections("## A")[0].minutes == 1


def test_files_are_found_in_images_and_links_but_not_in_code() -> None:
    other = FILE.replace("0191", "0192")
    text = f"## A\n\n[![x](files/{FILE})](files/{other}) `![](files/{UUID(int=1)})`"
    assert check(text) == {UUID(FILE), UUID(other)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "\n".join(f"## {n}" for n in range(51)),
        "## " + "x" * 201,
        "## A\n\n" + "x" * 20_001,
        "## A\n\n![x](https://tracker.example/x.png)",
        "## A\n\n![x](//tracker.example/x.png)",
        "## A\n\n![x](data:image/png;base64,AAAA)",
        "## A\n\n![x](files/1)",
        "## A\n\n![x][ref]\n\n[ref]: https://tracker.example/x.png",
    ],
    ids=lambda text: f"{len(text)}-{text[-20:]!r}",
)
def test_a_text_that_cannot_be_a_body_is_refused(text: str) -> None:
    with pytest.raises(InvalidMarkdown):
        check(text)


HARMFUL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><style>*{}</style></svg>",
    "<iframe src='https://x.example'></iframe>",
    "[x](javascript:alert(1))",
    "[x](java&#x73;cript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html,x)",
    "[x](//evil.example/)",
    "[x](/admin/)",
    "![x](https://tracker.example/x.png)",
    "![x](//tracker.example/x.png)",
    "<a href='javascript:x'>x</a>",
    "```x onload=alert(1)\ncode\n```",
    '[x](https://x.example "\\" onmouseover=alert(1)")',
    "<https://x.example/\"onclick='x'>",
]


class Tags(HTMLParser):
    """The tags of a text, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Any]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", HARMFUL)
def test_html_has_nothing_that_runs_or_comes_from_elsewhere(text: str) -> None:
    for tag, attributes in Tags(html(text)).found:
        assert tag in {"p", "a", "img", "pre", "code"}
        assert attributes.keys() <= {"href", "title", "rel", "alt", "class"}
        assert attributes.get("href", "https://").startswith("https://")
        assert attributes.get("class", "language-x") == "language-x"


def test_html_keeps_what_lessons_need() -> None:
    text = (
        "A **strong** ~~old~~ [link](https://x.example/a?b=c), `code` and\n\n"
        f"![Packet](files/{FILE})\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx < 1\n```\n"
    )
    found = html(text)
    assert "<strong>strong</strong>" in found
    assert 'href="https://x.example/a?b=c" rel="noopener noreferrer"' in found
    assert f'<img src="files/{FILE}" alt="Packet">' in found
    assert "<td>1</td>" in found
    assert '<code class="language-python">x &lt; 1' in found


def test_a_long_text_is_divided_without_reading_all_of_it_closely() -> None:
    """Rendering this as a whole would take the square of its length."""
    with patch.object(markup._PARSER, "parse") as parse, pytest.raises(InvalidMarkdown):
        check("## A\n\n" + "[" * 200_000)
    parse.assert_not_called()
