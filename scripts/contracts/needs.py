"""Other teams' use of our facts, by their own files contracts/consumers/<team>/needs.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from ongoza_contracts.needs import Schema, TeamNeeds
from ongoza_contracts.topics import TOPICS


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
        yield from team.unmet(now)


def unlisted(needs: Needs) -> Iterator[str]:
    """Teams that use a topic and do not stand in its catalogue row."""
    for topic in TOPICS:
        types = {fact.type for fact in topic.facts}
        for team in needs.teams:
            if types & team.needs.keys() and team.team not in topic.consumers:
                yield (
                    f"{topic.name}: {team.team} uses it and is not among its consumers: "
                    "add it in contracts/ongoza_contracts/topics.py"
                )


def _within(inner: str, outer: str) -> bool:
    return not outer or inner == outer or inner.startswith(f"{outer}.")
