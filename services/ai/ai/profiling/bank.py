"""The banks of questions: one TOML file or folder of files per version."""

import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ai.profiling.matrix import Matrix
from ongoza_contracts.vocabulary import Slug, Track

CURRENT = "v2"
VERSIONS = frozenset({"v1", "v2"})


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

    def place(self, option: Option) -> int:
        """The option's position in the question, from 0."""
        return self.options.index(option)

    @cached_property
    def words(self) -> int:
        """The number of words of the question and its options."""
        return len(" ".join([self.text, *(option.text for option in self.options)]).split())


class Category(_Part):
    key: str
    name: str
    description: str
    weight: float = Field(gt=0)


class Bank(_Part):
    version: Slug
    required: int = Field(ge=12)
    """The number of answers needed for a result."""
    most: int | None = None
    """The most questions that are asked, selected by the answers; None asks all of them in
    order."""
    categories: tuple[Category, ...]
    questions: tuple[Question, ...]
    """In the order in which they are asked, unless the answers decide."""

    @property
    def limit(self) -> int:
        return self.most or len(self.questions)

    @cached_property
    def matrix(self) -> Matrix:
        return Matrix.of(
            [[option.loads for option in question.options] for question in self.questions],
            [self.weight(question) for question in self.questions],
        )

    def question(self, question_id: str) -> Question | None:
        return next((asked for asked in self.questions if asked.id == question_id), None)

    def weight(self, question: Question) -> float:
        return next(one.weight for one in self.categories if one.key == question.category)

    def known(self, answers: Mapping[str, str]) -> dict[str, Option]:
        """The chosen options by question id, without answers that this bank does not have."""
        chosen = {}
        for question in self.questions:
            option = question.option(answers.get(question.id, ""))
            if option:
                chosen[question.id] = option
        return chosen


@cache
def bank(version: str = CURRENT) -> Bank:
    """Raises KeyError for an unknown version."""
    if version not in VERSIONS:
        raise KeyError(version)
    folder = files("ai.profiling")
    file = folder.joinpath(f"bank_{version}.toml")
    document = _read(file) if file.is_file() else _joined(folder.joinpath(f"bank_{version}"))
    return Bank.model_validate(document)


def _read(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _joined(folder: Traversable) -> dict[str, Any]:
    """One bank from a folder with a file for each category; the opening comes first."""
    head = _read(folder.joinpath("bank.toml"))
    parts = [_read(folder.joinpath(f"{key}.toml")) for key in head.pop("categories")]
    questions = {
        question["id"]: {**question, "category": part["category"]["key"]}
        for part in parts
        for question in part["questions"]
    }
    opening = [questions.pop(question_id) for question_id in head.pop("opening")]
    return {
        **head,
        "categories": [part["category"] for part in parts],
        "questions": [*opening, *questions.values()],
    }
