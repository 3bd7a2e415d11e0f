"""An answer from the first source that is available, within its budget."""

import asyncio

import asyncpg
import pytest

from ai.kit.core_client import CoreUnavailable
from ai.kit.errors import NotFound, ServiceUnavailable
from ai.kit.fallback import (
    SourceUnavailable,
    before,
    deadline_in,
    describe_source,
    first_available,
    source_headers,
)


async def known() -> str:
    return "known"


@pytest.mark.parametrize(
    "failure",
    [
        asyncpg.InterfaceError("closed"),
        ConnectionRefusedError(),
        CoreUnavailable(),
        SourceUnavailable(),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_an_unavailable_source_passes_on_to_the_next(failure: Exception) -> None:
    async def down() -> str:
        raise failure

    assert await first_available(down, known) == "known"


async def test_a_source_without_an_answer_passes_on_to_the_next() -> None:
    async def nothing() -> None:
        return None

    assert await first_available(nothing, known) == "known"


async def test_a_slow_source_is_given_up_at_its_deadline() -> None:
    async def slow() -> str:
        await asyncio.sleep(5)
        return "late"

    assert await first_available(before(deadline_in(0.05), slow), known) == "known"


async def test_later_sources_are_not_asked_after_an_answer() -> None:
    async def refuse() -> str:
        raise AssertionError("asked")

    assert await first_available(known, refuse) == "known"


async def test_no_source_with_an_answer_is_a_503() -> None:
    with pytest.raises(ServiceUnavailable):
        await first_available()


async def test_a_refusal_is_not_passed_over() -> None:
    async def refuse() -> str:
        raise NotFound

    with pytest.raises(NotFound):
        await first_available(refuse, known)


def test_the_older_header_repeats_the_source() -> None:
    assert source_headers("core") == {"X-Source": "core"}
    both = {"X-Source": "memory", "X-Search-Source": "memory"}
    assert source_headers("memory", alias="X-Search-Source") == both


def test_the_source_is_documented_with_its_alias() -> None:
    documented = describe_source({"core": "core's record"}, alias="X-Old")[200]["headers"]
    assert documented == {
        "X-Source": {
            "description": "Where the answer comes from. `core`: core's record.",
            "schema": {"enum": ["core"]},
        },
        "X-Old": {
            "description": "The same as X-Source.",
            "schema": {"enum": ["core"]},
            "deprecated": True,
        },
    }
