"""The checks behind a suggestion: what each finds, and which passages it shows."""

from typing import Any
from uuid import UUID

import numpy as np
import pytest

from ai.kit.vectors import Matrix
from ai.suggestions.checks import (
    PASSAGES_MAX,
    WORDS_MIN,
    Aim,
    Task,
    check_kinds,
    check_length,
    check_secrets,
    check_sections,
    check_similarity,
    embedded_passages,
)
from ongoza_contracts.http.suggestions import EXEMPLARS_MIN, ArtifactItem, CheckSuggestion
from scripts.suggestion_report import GOLDEN, report

TASK = Task(
    (Aim(1, "Firewall rules explained"), Aim(2, "Evidence preserved")),
    ("Write a report", "Link the repository"),
)


def artifact(text: str = "", kind: str = "text", number: int = 1) -> ArtifactItem:
    return ArtifactItem(id=UUID(int=number), kind=kind, text=text)


def passages_of(found: CheckSuggestion, *artifacts: ArtifactItem) -> list[str]:
    texts = {one.id: one.text for one in artifacts}
    return [texts[one.artifact_id][one.start : one.end] for one in found.evidence]


@pytest.mark.parametrize(
    ("kinds", "further", "verdict", "value"),
    [
        (("text", "link"), TASK.further, "ok", 0),
        (("text",), TASK.further, "attention", 1),
        ((), TASK.further, "attention", 2),
        (("text",), ("Attach a screenshot",), "attention", 1),
        (("text",), ("Find the intruder",), "not_enough_data", None),
    ],
)
def test_kinds_that_the_task_names_are_looked_for(
    kinds: tuple[str, ...], further: tuple[str, ...], verdict: str, value: int | None
) -> None:
    work = [artifact(kind=kind, number=place) for place, kind in enumerate(kinds, start=1)]
    found = check_kinds(work, Task((), further))
    assert (found.verdict, found.value) == (verdict, value)


@pytest.mark.parametrize(
    ("words", "exemplar_words", "verdict"),
    [
        (WORDS_MIN, None, "ok"),
        (WORDS_MIN - 1, None, "attention"),
        (100, 200, "ok"),
        (99, 200, "attention"),
        (5, 10, "ok"),
    ],
)
def test_a_text_is_short_beside_the_exemplars_or_else_by_a_fixed_number(
    words: int, exemplar_words: int | None, verdict: str
) -> None:
    exemplars = ["word " * exemplar_words] * EXEMPLARS_MIN if exemplar_words else ["word"]
    found = check_length([artifact("word " * words)], exemplars)
    assert (found.verdict, found.value) == (verdict, words)


def test_the_length_of_a_work_without_text_is_not_known() -> None:
    assert check_length([artifact(kind="link")], ()).verdict == "not_enough_data"


def test_each_criterion_is_looked_for_in_the_passages() -> None:
    work = artifact("## Firewall\n\nI explain each rule of the firewall.\n\nThe end.")
    found = check_sections([work], TASK)
    assert (found.verdict, found.value) == ("attention", 1)
    assert "2. Evidence preserved" in found.text
    assert passages_of(found, work) == ["I explain each rule of the firewall."]
    assert [one.criterion for one in found.evidence] == [1]
    both = artifact(f"{work.text}\n\nEvidence was preserved first.")
    assert check_sections([both], TASK).verdict == "ok"
    assert check_sections([artifact(kind="link")], TASK).verdict == "not_enough_data"
    assert check_sections([work], Task(())).verdict == "not_enough_data"


@pytest.mark.parametrize(
    ("secret", "found"),
    [
        ("AKIA" + "ABCDEFGHIJKLMNOP", True),
        ("ghp_" + "a1" * 18, True),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", True),
        ("eyJhbGciOiJIUzI1" + "NiJ9.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4", True),
        ("password = " + "hunter2hunter2", True),
        ("password: <your password>", False),
        ("The password was weak.", False),
        ("api_key=${API_KEY_OF_LAB}", False),
    ],
)
def test_secrets_are_found_and_not_repeated(secret: str, found: bool) -> None:
    work = artifact(f"I used {secret} in the lab.")
    suggestion = check_secrets([work])
    assert (suggestion.verdict == "attention") is found
    assert all(secret.startswith(one) for one in passages_of(suggestion, work))
    assert secret not in suggestion.text


def test_a_long_text_of_half_tokens_is_read_in_linear_time() -> None:
    work = artifact("-eyJ" * 50_000 + "token" * 20_000 + "\n \n" * 20_000)
    assert check_secrets([work]).value == 0
    assert [*embedded_passages([work])]


def unit(*rows: tuple[float, float]) -> Matrix:
    return np.array(rows, np.float32)


@pytest.mark.parametrize(
    ("exemplar", "count", "verdict", "value"),
    [
        ((1, 0), EXEMPLARS_MIN, "ok", 1.0),
        ((-1, 0), EXEMPLARS_MIN, "attention", 0.0),
        ((1, 0), EXEMPLARS_MIN - 1, "not_enough_data", None),
    ],
)
def test_work_is_compared_with_enough_exemplars_alone(
    exemplar: tuple[float, float], count: int, verdict: str, value: float | None
) -> None:
    work = embedded_passages([artifact("one passage is long enough to be embedded")])
    found = check_similarity(work, unit((1, 0)), unit(*[exemplar] * count))
    assert (found.verdict, found.value) == (verdict, value)


def test_the_longest_passages_are_embedded_in_their_order() -> None:
    text = "\n\n".join(["short", *("x" * (50 + n) for n in range(PASSAGES_MAX + 2))])
    found: list[Any] = [*embedded_passages([artifact(text)])]
    assert [len(one.text) for one in found] == [52 + n for n in range(PASSAGES_MAX)]


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("The key is kept in the cupboard, and nobody lends it to a visitor.", True),
        ("Ufunguo uko kabatini, na hakuna anayemwazimia mgeni yeyote funguo hizo.", False),
        ("La clé reste dans l'armoire, et personne ne la prête à un visiteur.", False),
    ],
)
def test_checks_of_meaning_say_when_they_cannot_read_the_language(text: str, reads: bool) -> None:
    work = artifact(text)
    sections = check_sections([work], TASK).verdict
    similarity = check_similarity(
        embedded_passages([work]), unit((1, 0)), unit(*[(1, 0)] * EXEMPLARS_MIN)
    ).verdict
    assert {sections != "not_enough_data", similarity != "not_enough_data"} == {reads}


@pytest.mark.slow
def test_the_report_is_the_one_that_is_kept() -> None:
    assert report() == GOLDEN.read_text(encoding="utf-8")
