"""The acronyms and translations of `glossary.toml`, by their folded forms."""

import tomllib
from importlib.resources import files

from ai.search.folding import folded

_FILE = tomllib.loads(files("ai.search").joinpath("glossary.toml").read_text(encoding="utf-8"))
ACRONYMS: dict[str, str] = {folded(short): long for short, (long, _) in _FILE["acronyms"].items()}
TRANSLATIONS: dict[str, dict[str, str]] = {
    language: {folded(term): english for term, english in terms.items()}
    for language, terms in _FILE["translations"].items()
}
EXPANSIONS = {
    **{term: english for terms in TRANSLATIONS.values() for term, english in terms.items()},
    **ACRONYMS,
}
LONGEST_TERM = max(len(term.split()) for term in EXPANSIONS)
