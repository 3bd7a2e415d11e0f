"""Advice in a language model's words: over HTTP, checked, stored, and else the rule's words."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from ai.coaching.language_model import open_language_model
from ai.coaching.wordings import FAILURES, Wordings
from ai.kit.settings import Settings, SettingsError, load_settings
from ongoza_contracts.http.coaching import Advice, CoachRule
from tests.ai_double import DatabaseDown
from tests.language_model_double import KEY, VERSION, LanguageModelDouble, language_model

ADVICE = Advice(
    rule=CoachRule.STREAK_AT_RISK,
    text="Do your habit today, and record it.",
    why_now="Its streak is 12, and 2026-06-08 is the last day done.",
    evidence=("habits:1@1",),
)
SAID = {
    "text": "Please do your habit today and then record it.",
    "why_now": "The streak is {1} now, and the last day done is {2}.",
}


@pytest.fixture
def double() -> Iterator[tuple[LanguageModelDouble, str]]:
    with language_model() as found:
        found[0].said = SAID
        yield found


def wordings(
    pool: Any, settings: Settings, url: str, *, seconds: float = 5, calls: int = 100
) -> Wordings:
    given = {
        "llm_base_url": url,
        "llm_model": "tiny-chat",
        "llm_api_key": KEY,
        "llm_seconds": seconds,
    }
    changed = Settings.model_validate({**settings.model_dump(), **given})
    return Wordings(pool, open_language_model(changed), calls)


async def reworded(coach: Wordings, advice: Advice = ADVICE) -> Advice:
    """What a later read gets."""
    coach.reword([advice])
    for task in [*coach.tasks.values()]:
        await task
    return coach.reword([advice])[0]


async def test_advice_gets_the_models_words_after_the_first_read(
    vector_pool: asyncpg.Pool, ai_settings: Settings, double: tuple[LanguageModelDouble, str]
) -> None:
    model, url = double
    coach = wordings(vector_pool, ai_settings, url)
    assert coach.reword([ADVICE]) == (ADVICE,)
    found = await reworded(coach)
    assert (found.text, found.why_now) == (
        SAID["text"],
        "The streak is 12 now, and the last day done is 2026-06-08.",
    )
    assert (found.worded_by, found.model, found.model_version) == ("model", "tiny-chat", VERSION)
    assert (found.id, found.evidence) == (ADVICE.id, ADVICE.evidence)
    ((path, key, body),) = model.requests
    assert (path, key, body["model"]) == ("/v1/chat/completions", f"Bearer {KEY}", "tiny-chat")
    sent = json.loads(body["messages"][1]["content"])
    assert sent == {
        "text": ADVICE.text,
        "why_now": "Its streak is {1}, and {2} is the last day done.",
    }
    await coach.close()


async def test_a_wording_is_stored_for_other_numbers_and_other_processes(
    vector_pool: asyncpg.Pool, ai_settings: Settings, double: tuple[LanguageModelDouble, str]
) -> None:
    model, url = double
    for streak in (12, 13):
        coach = wordings(vector_pool, ai_settings, url)
        why = f"Its streak is {streak}, and 2026-06-08 is the last day done."
        found = await reworded(coach, ADVICE.model_copy(update={"why_now": why}))
        assert found.why_now == f"The streak is {streak} now, and the last day done is 2026-06-08."
        await coach.close()
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"status": 500},
        {"status": 302},
        {"content": "no JSON"},
        {"content": '{"text": "Do it."}'},
        {"content": "x" * 30_000},
        {"hangs": True},
        {"said": {**SAID, "why_now": "The streak is {1} now."}},
        {"said": {**SAID, "why_now": "The streak is 13 now, and the last day done is {2}."}},
        {"said": {**SAID, "text": "Amina, do your habit today."}},
        {"said": {**SAID, "text": "Do your habit today, and you will pass."}},
    ],
)
async def test_every_failure_ends_with_the_rules_words(
    changes: dict[str, Any],
    vector_pool: asyncpg.Pool,
    ai_settings: Settings,
    double: tuple[LanguageModelDouble, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    model, url = double
    for name, value in changes.items():
        setattr(model, name, value)
    coach = wordings(vector_pool, ai_settings, url, seconds=0.2 if model.hangs else 5)
    with caplog.at_level(logging.DEBUG):
        assert await reworded(coach) == ADVICE
    assert len(model.requests) == 1
    assert KEY not in caplog.text
    assert "Amina" not in caplog.text
    await coach.close()


async def test_a_refused_text_is_not_asked_for_again(
    vector_pool: asyncpg.Pool, ai_settings: Settings, double: tuple[LanguageModelDouble, str]
) -> None:
    model, url = double
    model.said = {**SAID, "text": "Look at example.org."}
    coach = wordings(vector_pool, ai_settings, url)
    for _ in range(2):
        assert await reworded(coach) == ADVICE
    assert len(model.requests) == 1
    await coach.close()


async def test_a_model_that_keeps_failing_is_left_alone(
    vector_pool: asyncpg.Pool, ai_settings: Settings, double: tuple[LanguageModelDouble, str]
) -> None:
    model, url = double
    model.status = 503
    coach = wordings(vector_pool, ai_settings, url)
    for _ in range(FAILURES + 2):
        assert await reworded(coach) == ADVICE
    assert len(model.requests) == FAILURES
    await coach.close()


@pytest.mark.parametrize("calls", [0, 2])
async def test_the_budget_of_a_day_is_that_of_all_processes(
    calls: int,
    vector_pool: asyncpg.Pool,
    ai_settings: Settings,
    double: tuple[LanguageModelDouble, str],
) -> None:
    model, url = double
    for number in range(4):
        coach = wordings(vector_pool, ai_settings, url, calls=calls)
        text = f"Do your habit{' again' * number}, and record it."
        await reworded(coach, ADVICE.model_copy(update={"text": text}))
        await coach.close()
    assert len(model.requests) == calls


async def test_nothing_is_asked_while_the_database_is_down_or_the_model_is_off(
    ai_settings: Settings, double: tuple[LanguageModelDouble, str]
) -> None:
    model, url = double
    down: Any = DatabaseDown()
    for coach in (
        wordings(down, ai_settings, url),
        Wordings(down, open_language_model(ai_settings), 100),
    ):
        assert await reworded(coach) == ADVICE
        await coach.close()
    assert model.requests == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"LLM_API_KEY": "x"}, "LLM_API_KEY"),
        ({"LLM_MODEL": "x"}, "LLM_MODEL"),
        ({"LLM_BASE_URL": "http://localhost:1/v1"}, "LLM_MODEL"),
        ({"LLM_BASE_URL": "localhost", "LLM_MODEL": "x"}, "LLM_BASE_URL"),
        ({"LLM_BASE_URL": "http://a:b@localhost/v1", "LLM_MODEL": "x"}, "LLM_BASE_URL"),
    ],
)
def test_half_a_configuration_is_refused(
    given: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"VECTOR_DB_PASSWORD": "x", "JWT_SECRET_KEY": "y" * 40, **given}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=named):
        load_settings()
