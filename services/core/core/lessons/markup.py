"""Markdown as it is stored: its sections, the files it refers to, and its HTML."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.kit.errors import DomainError

SECTIONS_MAX = 50
SECTION_MAX = 20_000
"""Characters: there are texts whose rendering takes the square of their length."""
TITLE_MAX = 200
WORDS_PER_MINUTE = 200
FILE = re.compile(r"files/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/?")
RENDERING = 1
"""Raise it when the HTML of the same Markdown changes: clients hold it by its ETag."""

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "code": {"class"},
}


class InvalidMarkdown(DomainError):
    code = "invalid_markdown"


@dataclass(frozen=True)
class Section:
    title: str
    """Empty for what stands before the first heading."""
    markdown: str

    @property
    def bytes(self) -> int:
        return len(self.markdown.encode())

    @property
    def minutes(self) -> int:
        """How long it takes to read."""
        return -(-len(self.markdown.split()) // WORDS_PER_MINUTE) or 1

    @property
    def html(self) -> str:
        return _html(self.markdown)

    @property
    def references(self) -> set[UUID]:
        return {reference for reference, _ in _targets(_PARSER.parse(self.markdown)) if reference}


@lru_cache(maxsize=128)
def sections(markdown: str) -> tuple[Section, ...]:
    """A section for each heading of the first or second level, and for text before them."""
    lines = markdown.split("\n")
    headings = [
        (token.map[0], token.map[1], inline.content)
        for token, inline in _pairs(_PARSER.parse(markdown))
        if token.type == "heading_open"
        and token.tag in ("h1", "h2")
        and not token.level
        and token.map
    ]
    starts = [(0, 0, ""), *headings]
    ends = [*(start for start, *_ in headings), len(lines)]
    found = (
        Section(title, "\n".join(lines[first:end]).strip("\n"))
        for (_, first, title), end in zip(starts, ends, strict=True)
    )
    return tuple(one for one in found if one.title or one.markdown.strip())


def check(markdown: str) -> set[UUID]:
    """The files that a text refers to. Raises InvalidMarkdown for one that cannot be a body."""
    found = sections(markdown)
    if not 1 <= len(found) <= SECTIONS_MAX:
        raise InvalidMarkdown(f"A body has 1 to {SECTIONS_MAX} sections, each with a heading `##`.")
    for one in found:
        if len(one.title) > TITLE_MAX:
            raise InvalidMarkdown(f"A heading has at most {TITLE_MAX} characters.")
        if len(one.markdown) > SECTION_MAX:
            raise InvalidMarkdown(
                f"The section '{one.title}' is longer than {SECTION_MAX} characters: divide it by "
                "headings `##`."
            )
    return _references(found)


def _references(found: Iterable[Section]) -> set[UUID]:
    """Raises InvalidMarkdown for an image from elsewhere."""
    references = set()
    for one in found:
        for reference, token in _targets(_PARSER.parse(one.markdown)):
            if reference:
                references.add(reference)
            elif token.type == "image":
                raise InvalidMarkdown(
                    f"The image {token.attrGet('src')} is not of the form files/<id of an upload>."
                )
    return references


def _targets(tokens: Iterable[Token]) -> Iterator[tuple[UUID | None, Token]]:
    """The images and links, with the file that they refer to."""
    for token in tokens:
        if token.type in ("image", "link_open"):
            target = str(token.attrGet("src") or token.attrGet("href") or "")
            match = FILE.fullmatch(target)
            yield UUID(match[1]) if match else None, token
        yield from _targets(token.children or ())


def _pairs(tokens: list[Token]) -> Iterator[tuple[Token, Token]]:
    return zip(tokens, tokens[1:], strict=False)


@lru_cache(maxsize=128)
def _html(markdown: str) -> str:
    return _CLEANER.clean(_PARSER.render(markdown))


def _own_file(url: str) -> str | None:
    return url if FILE.fullmatch(url) else None


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Images come from core alone; classes are those of the language of a code block."""
    if (tag, name) == ("img", "src"):
        return _own_file(value)
    if name == "class":
        return value if re.fullmatch(r"language-[A-Za-z0-9+#.-]{1,32}", value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags={
        *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
        *("em", "strong", "s", "ul", "ol", "li", "a", "img"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    },
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"https", "http", "mailto"},
    url_relative=_own_file,
)
