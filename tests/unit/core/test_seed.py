"""`manage.py seed` fills an empty system once, and is not there in production."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.files.models import Blob
from core.lessons.models import Body
from core.outbox.models import OutboxEvent
from core.programs.models import ContentItem, Program
from core.progress.models import Progress
from core.quizzes.models import Quiz, QuizAttempt
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_files import names, root

__all__ = ["root"]

INSTALLED = "from core.config.settings import INSTALLED_APPS; print('core.demo' in INSTALLED_APPS)"


@pytest.mark.slow
@pytest.mark.django_db
def test_a_seed_publishes_all_it_writes_and_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "a-long-passphrase-9")
    out = StringIO()
    call_command("seed", learners=3, stdout=out)
    assert f"{ContentItem.objects.count()} items of content" in out.getvalue()
    assert User.objects.filter(role=Role.LEARNER).count() == 4  # three and the demo learner
    types = set(OutboxEvent.objects.values_list("type", flat=True))
    nouns = {"content.published", "user.created", "progress.updated", "profiling.completed"}
    assert {f"ongoza.{noun}.v1" for noun in nouns} <= types

    for program in Program.objects.all():
        version = program.versions.get()
        courses_and_missions = program.items.exclude(content_type="module")
        assert not courses_and_missions.filter(milestone=None).exists()
        assert version.items.count() == program.items.count()

    assert Body.objects.filter(state="published").count() == Body.objects.count() == 36
    assert Quiz.objects.count() == 12
    assert len(names(root)) == Blob.objects.count() == 6
    attempts = QuizAttempt.objects.all()
    assert attempts
    checked = Progress.objects.filter(completion_source="check")
    assert {*checked.values_list("user", "content", "completed_at", "score")} == {
        *attempts.filter(passed=True).values_list(
            "user", "quiz__item__content_id", "submitted_at", "score"
        )
    }
    assert not Progress.objects.filter(completion_source="self", content__completed_by="check")

    before = OutboxEvent.objects.count()
    call_command("seed", "--if-empty", stdout=out)
    with pytest.raises(CommandError):
        call_command("seed", stdout=out)
    assert OutboxEvent.objects.count() == before


@pytest.mark.parametrize(("value", "installed"), [("", "False"), ("yes", "True")])
def test_the_demo_is_installed_where_a_setting_says_so(value: str, installed: str) -> None:
    environment = {**os.environ, "DEMO_DATA": value, "DEBUG": ""}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", INSTALLED],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == installed
