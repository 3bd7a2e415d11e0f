"""Quizzes of the demo catalogue: a file for each, as POST /api/v1/quizzes/ takes it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.demo.attempts import DemoQuiz
from core.demo.loader import CATALOGUE, CatalogueError
from core.quizzes.authoring import publish_quiz
from core.quizzes.selectors import questions_of
from core.quizzes.serializers import PublishQuizRequest

QUIZZES = CATALOGUE / "quizzes"
LESSONS = CATALOGUE / "lessons"
"""Texts, as `import_bodies` takes them."""


def load_quizzes(folder: Path = QUIZZES) -> Iterator[dict[str, Any]]:
    """What `publish_quiz` takes, for each file `<content id>.toml`. Raises CatalogueError."""
    for path in sorted(folder.glob("*.toml")):
        try:
            fields = tomllib.loads(path.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise CatalogueError(f"{path.name}: {error}") from error
        request = PublishQuizRequest(data={"content_id": path.stem, **fields})
        if not request.is_valid():
            raise CatalogueError(f"{path.name}: {request.errors}")
        yield request.validated_data


def plant_quizzes() -> dict[str, DemoQuiz]:
    """By the id of their item."""
    quizzes = [publish_quiz(**fields) for fields in load_quizzes()]
    return {
        one.item.content_id: DemoQuiz(one, questions_of(one.pk, one.version)) for one in quizzes
    }
