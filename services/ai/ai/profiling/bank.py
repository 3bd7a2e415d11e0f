"""The questions learners are asked, one TOML file per version."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from ongoza_contracts.vocabulary import Slug, Track

CURRENT = "v1"
VERSIONS = frozenset({"v1"})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(_Part):
    id: Slug
    text: str
    shows: str
    """Completes the sentence "you ..."."""
    loads: dict[Track, int]

    def load(self, track: Track) -> int:
        return self.loads.get(track, 0)


class Question(_Part):
    id: Slug
    category: str
    text: str
    options: tuple[Option, ...] = Field(min_length=4, max_length=5)

    def option(self, option_id: str) -> Option | None:
        return next((option for option in self.options if option.id == option_id), None)


class Category(_Part):
    key: str
    name: str
    description: str
    weight: float = Field(gt=0)


class Bank(_Part):
    version: Slug
    required: int = Field(ge=12)
    """How many questions have to be answered for a result."""
    categories: tuple[Category, ...]
    questions: tuple[Question, ...]

    def question(self, question_id: str) -> Question | None:
        return next((asked for asked in self.questions if asked.id == question_id), None)

    def weight(self, question: Question) -> float:
        return next(one.weight for one in self.categories if one.key == question.category)

    def known(self, answers: Mapping[str, str]) -> dict[str, Option]:
        """The chosen options by question id, without answers that are not of this bank."""
        chosen = {}
        for question in self.questions:
            option = question.option(answers.get(question.id, ""))
            if option:
                chosen[question.id] = option
        return chosen


@cache
def bank(version: str = CURRENT) -> Bank:
    """Raises KeyError for a version there never was."""
    if version not in VERSIONS:
        raise KeyError(version)
    text = files("ai.profiling").joinpath(f"bank_{version}.toml").read_text(encoding="utf-8")
    return Bank.model_validate(tomllib.loads(text))
