"""The HTML of the catalogue's pages. No script, no network, readable on a phone."""

import re
from collections.abc import Sequence
from html import escape

STYLE = """
:root { --page: #fff; --text: #1b1b1b; --line: #8888; --removed: #a00; --link: #0645ad; }
@media (prefers-color-scheme: dark) {
  :root { --page: #16181d; --text: #e8e8e8; --removed: #ff9c9c; --link: #9ecbff; }
}
:root { color-scheme: light dark; background: var(--page); color: var(--text); }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3 { line-height: 1.2; overflow-wrap: anywhere; }
code, pre { font: 14px/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
a { color: var(--link); }
pre { padding: .8rem; border: 1px solid var(--line); border-radius: .4rem; }
pre { white-space: pre-wrap; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .35rem .6rem; }
td code, th code { overflow-wrap: break-word; }
td, th { border-bottom: 1px solid var(--line); }
nav a { display: inline-block; padding: .6rem 0; }
.removed { color: var(--removed); }
@media (max-width: 60rem) {
  td, th, td code, th code { overflow-wrap: anywhere; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tr { display: block; border-bottom: 1px solid var(--line); padding: .5rem 0; }
  td, th[scope=row] { display: block; border: 0; padding: .1rem 0; }
  td[data-head]:not([data-head=""])::before { content: attr(data-head) ": "; opacity: .85; }
  td:empty { display: none; }
}
"""


def link(target: str, label: str = "") -> str:
    return f'<a href="{escape(target)}"><code>{escape(label or target)}</code></a>'


def page_link(name: str) -> str:
    """To the page of a topic or a fact."""
    return link(f"{name}.html", name)


def code(words: str) -> str:
    return f"<code>{escape(words)}</code>"


def text(words: str) -> str:
    """A sentence; what is between backquotes is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(words))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column names the row. Cells are HTML. On a phone a cell stands below its
    neighbour, with its column's name."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(_row(heads, row) for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _row(heads: Sequence[str], row: Sequence[str]) -> str:
    first, *others = row
    cells = "".join(
        f'<td data-head="{escape(head)}">{cell}</td>'
        for head, cell in zip(heads[1:], others, strict=True)
    )
    return f'<tr><th scope="row">{first}</th>{cells}</tr>'


def page(title: str, *parts: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
        '<link rel="stylesheet" href="style.css"></head><body>'
        '<header><nav aria-label="Catalogue">'
        '<a href="index.html">Topics and facts</a></nav></header>'
        f"<main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>\n"
    )
