"""Texts that people write in Markdown, and the HTML that is shown of them."""

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

LINK_SCHEMES = ("https", "http", "mailto")
FILE = re.compile(r"files/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/?")
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
_PARSER.disable(["image", "reference"])
"""Its HTML grows with the length of the text alone: a table has cells that the text does not have,
and a reference repeats a URL wherever it is used."""
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "code": {"class"},
}


@lru_cache(maxsize=128)
def user_text_html(markdown: str) -> str:
    """The sanitized HTML of a text, without tables and images: a few times as long as the text."""
    return CLEANER.clean(_PARSER.render(markdown))


def file_match(url: str) -> re.Match[str] | None:
    """The URL of a file in core, whose first group is the file's id."""
    return FILE.fullmatch(url)


def _own_file(url: str) -> str | None:
    return url if file_match(url) else None


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Images come from core alone; classes are those of the language of a code block."""
    if (tag, name) == ("img", "src"):
        return _own_file(value)
    if name == "class":
        return value if re.fullmatch(r"language-[A-Za-z0-9+#.-]{1,32}", value) else None
    return value


CLEANER = nh3.Cleaner(
    tags={
        *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
        *("em", "strong", "s", "ul", "ol", "li", "a", "img"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    },
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={*LINK_SCHEMES},
    url_relative=_own_file,
)
