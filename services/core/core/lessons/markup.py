"""Markdown as it is stored: its sections, the files it refers to, and its HTML."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from urllib.parse import unquote
from uuid import UUID

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.kit.errors import DomainError
from core.kit.user_texts import CLEANER, LINK_SCHEMES, file_match

SECTIONS_MAX = 50
SECTION_MAX = 20_000
"""Characters: there are texts whose rendering takes the square of their length."""
TITLE_MAX = 200
WORDS_PER_MINUTE = 200
RENDERING = 1
"""Raise it when the HTML of the same Markdown changes: clients hold it by its ETag."""

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_BLOCKS = MarkdownIt("commonmark", {"html": False}).disable("inline")
"""Finds headings in a text of any length."""
_LINE_BREAK = re.compile(r"\r\n?|\n")


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
        """The files that it shows or links to."""
        return {UUID(match[1]) for _, url in _targets(self.markdown) if (match := file_match(url))}


@lru_cache(maxsize=32)
def sections(markdown: str) -> tuple[Section, ...]:
    """A section for each heading of the first or second level, and for text before them. Each is
    a text of its own: what it refers to is defined in it."""
    lines = _LINE_BREAK.split(markdown)
    headings = [*_headings(markdown)]
    starts = [(0, ""), *((after, title) for _, after, title in headings)]
    ends = [*(first for first, *_ in headings), len(lines)]
    found = (
        Section(title, "\n".join(lines[start:end]).strip("\n"))
        for (start, title), end in zip(starts, ends, strict=True)
    )
    return tuple(one for one in found if one.title or one.markdown.strip())


def _headings(markdown: str) -> Iterator[tuple[int, int, str]]:
    """The first line of each heading that begins a section, the line after it, and its text."""
    for token, inline in pairwise(_BLOCKS.parse(markdown)):
        is_top = token.type == "heading_open" and token.level == 0
        if is_top and token.map and token.tag in ("h1", "h2"):
            yield *token.map, inline.content  # type: ignore[misc]


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
        _refuse_foreign_targets(one)
    return {reference for one in found for reference in one.references}


def local_files(section: Section) -> set[str]:
    """The relative paths of files that a text refers to where it does not stand in core yet."""
    urls = {unquote(url) for _, url in _targets(section.markdown)}
    return {url for url in urls if not file_match(url) and re.fullmatch(r"[\w.-]+(/[\w.-]+)*", url)}


def _refuse_foreign_targets(section: Section) -> None:
    for kind, url in _targets(section.markdown):
        if file_match(url):
            continue
        if kind == "image":
            raise InvalidMarkdown(
                f"The image {url[:100]} is not of the form files/<id of an upload>."
            )
        if not url.lower().startswith(tuple(f"{one}:" for one in LINK_SCHEMES)):
            raise InvalidMarkdown(
                f"The link {url[:100]} is neither one of http, https or mailto nor of the form "
                "files/<id of an upload>."
            )


@lru_cache(maxsize=512)
def _targets(markdown: str) -> tuple[tuple[str, str], ...]:
    """The types of the tokens of images and links, with their URLs."""
    return tuple(
        (token.type, str(token.attrGet("src") or token.attrGet("href") or ""))
        for token in _inline(_PARSER.parse(markdown))
        if token.type in ("image", "link_open")
    )


def _inline(tokens: Iterable[Token]) -> Iterator[Token]:
    """A link may hold an image."""
    for token in tokens:
        yield token
        yield from _inline(token.children or ())


@lru_cache(maxsize=128)
def _html(markdown: str) -> str:
    return CLEANER.clean(_PARSER.render(markdown))
