"""Other teams' use of our facts, by their own files contracts/consumers/<team>/needs.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ongoza_contracts.topics import TOPICS
from scripts.contracts.structure import Schema, resolve


class FactNeeds(BaseModel):
    model_config = ConfigDict(extra="forbid")

    fields: tuple[str, ...]
    """Paths: `status`, `result.primary`."""
    values: Mapping[str, tuple[str, ...]] = {}
    """By field, the enumeration's values the team acts on."""


class TeamNeeds(BaseModel):
    model_config = ConfigDict(extra="forbid")

    team: str
    contact: str
    needs: Mapping[str, FactNeeds]


@dataclass(frozen=True, slots=True)
class Needs:
    teams: tuple[TeamNeeds, ...] = ()

    def of_field(self, fact: str, path: str) -> tuple[str, ...]:
        """The teams that use a field, or anything within it; all users of the fact for no field."""
        return tuple(
            team.team
            for team in self.teams
            if (needs := team.needs.get(fact))
            and any(_within(path, one) or _within(one, path) for one in needs.fields)
        )


def load(contracts: Path) -> tuple[Needs, list[str]]:
    """The teams' needs, and what is wrong with their files."""
    teams, problems = [], []
    for path in sorted((contracts / "consumers").glob("*/needs.yaml")):
        try:
            team = TeamNeeds.model_validate(yaml.safe_load(path.read_text()))
        except (ValidationError, yaml.YAMLError) as error:
            problems.append(f"{path.relative_to(contracts)}: {str(error).splitlines()[0]}")
            continue
        if team.team != path.parent.name:
            problems.append(f"{path.relative_to(contracts)}: names team {team.team}")
        teams.append(team)
    return Needs(tuple(teams)), problems


def unmet(needs: Needs, now: Mapping[str, Schema]) -> Iterator[str]:
    """The needs that are not published, with the team's name."""
    for team in needs.teams:
        for fact, wanted in team.needs.items():
            if fact not in now:
                yield f"{team.team} needs {fact}, which is not published ({team.contact})"
                continue
            for path in wanted.fields:
                found = _field(now[fact], path)
                if found is None:
                    yield f"{team.team} needs {fact} {path}, which was removed ({team.contact})"
                    continue
                allowed = _values(found)
                for value in wanted.values.get(path, ()):
                    if value not in allowed:
                        yield f"{team.team} needs {fact} {path} = {value} ({team.contact})"


def unlisted(needs: Needs) -> Iterator[str]:
    """Teams that use a topic and do not stand in its catalogue row."""
    for topic in TOPICS:
        types = {fact.type for fact in topic.facts}
        for team in needs.teams:
            if types & team.needs.keys() and team.team not in topic.consumers:
                yield f"{topic.name}: {team.team} uses it and is not among its consumers"


def _field(schema: Schema, path: str) -> Schema | None:
    node: Any = schema
    for name in path.split("."):
        node = _item(resolve(node, schema), schema)
        node = node.get("properties", {}).get(name)
        if node is None:
            return None
    return _item(resolve(node, schema), schema)


def _item(node: Schema, root: Schema) -> Schema:
    """The schema of a list's items, and of a nullable field's other value."""
    if node.get("type") == "array":
        return _item(resolve(node["items"], root), root)
    for option in node.get("anyOf", ()):
        if option.get("type") != "null":
            return _item(resolve(option, root), root)
    return node


def _values(node: Schema) -> tuple[Any, ...]:
    """Those of a closed enumeration, or those an open one is known to have."""
    const = [node["const"]] if "const" in node else []
    return (*node.get("enum", const), *node.get("x-extensible-enum", ()))


def _within(inner: str, outer: str) -> bool:
    return not outer or inner == outer or inner.startswith(f"{outer}.")
