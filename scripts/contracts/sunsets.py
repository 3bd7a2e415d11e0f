"""Nothing is taken away before the day the catalogue named."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from ongoza_contracts.topics import SUNSETS
from scripts.contracts.compatibility import history
from scripts.contracts.samples import Schema


def too_early(
    contracts: Path, now: Mapping[str, Schema], today: date | None = None
) -> Iterator[str]:
    """Facts and fields that were published and are gone without a sunset, or before it."""
    today = today or datetime.now(UTC).date()
    published = (contracts / "schemas" / "history").glob("*")
    for fact in sorted(path.name for path in published):
        if fact not in now:
            yield from _early(fact, fact, today)
            continue
        fields = {name for _, old in history(contracts, fact) for name in old.get("properties", ())}
        for name in sorted(fields - now[fact]["properties"].keys()):
            yield from _early(f"{fact} {name}", f"{fact}#{name}", today)


def _early(what: str, key: str, today: date) -> Iterator[str]:
    sunset = SUNSETS.get(key)
    if sunset is None:
        yield f"{what} is gone without a sunset: name one in SUNSETS and keep it until then"
    elif today < sunset.sunset:
        yield f"{what} is gone before its sunset on {sunset.sunset}"
