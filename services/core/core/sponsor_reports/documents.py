"""Sponsors' reports as signed documents, and their verification by the history of facts."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from core.certificates.signing import sign, verified_claims
from core.kit.errors import DomainError
from core.kit.numbers import Number
from core.organizations.models import Organization
from core.outbox.models import PublishedOffset
from core.sponsor_dashboard.history import numbers_at
from core.sponsor_dashboard.numbers import FREE, OUTCOMES, SEATLESS, SIZE, USED
from core.sponsor_dashboard.selectors import SeatNumbers
from ongoza_contracts.topics import CERTIFICATES, COHORTS, ENROLMENTS

FORMAT = "ongoza.sponsor-report.v1"
TOKEN_TYPE = "sponsor-report+jwt"  # noqa: S105  (a media type)
TOPICS = (CERTIFICATES.name, COHORTS.name, ENROLMENTS.name)

Line = dict[str, Any]


class NotAReport(DomainError):
    """The file is no report, or no published key verifies its signature."""


def signed_report(organization: Organization, as_of: datetime) -> dict[str, Any]:
    """Raises CredentialsOff."""
    report = {
        "format": FORMAT,
        "organization": {"id": organization.pk, "name": organization.name},
        "as_of": as_of.isoformat(),
        "positions": _positions(),
        "numbers": numbers_of(organization, as_of),
    }
    return {"report": report, "signature": sign({"report": report}, token_type=TOKEN_TYPE)}


def numbers_of(organization: Organization, as_of: datetime) -> list[Line]:
    """Of the whole organization, and of each pool of seats."""
    found = numbers_at(organization, as_of)
    lines = [*_seat_lines(found.seats, {})]
    lines += [_line(SEATLESS[state], count, {}) for state, count in found.seatless.items()]
    for pool in found.pool_rows:
        part = {"cohort": str(pool.cohort_id), "pool": pool.kind}
        lines += _seat_lines(found.pools[pool.pk], part)
    return lines


def _seat_lines(seats: SeatNumbers, part: Mapping[str, str]) -> Iterator[Line]:
    yield _line(SIZE, seats.size, part)
    yield _line(USED, seats.used, part)
    yield _line(FREE, seats.free, part)
    for outcome, count in seats.outcomes.items():
        yield _line(OUTCOMES[outcome], count, part)


def _line(number: Number, value: int | None, part: Mapping[str, str]) -> Line:
    """`value` is None where suppression hides it."""
    return {
        "name": number.name,
        "definition": number.definition,
        "unit": number.unit,
        "part": dict(part),
        "value": value,
    }


def _positions() -> list[dict[str, Any]]:
    """How far the topics that hold what was counted are published, to which others may compare."""
    rows = PublishedOffset.objects.filter(topic__in=TOPICS).order_by("topic", "partition")
    return [dict(row) for row in rows.values("topic", "partition", "next_offset")]


# --- verification --------------------------------------------------------------------------------
def differences(document: Any) -> list[str]:
    """What history says otherwise than the report; empty if all is equal. Raises NotAReport."""
    report = _verified(document)
    organization = Organization.objects.filter(pk=report["organization"]["id"]).first()
    if organization is None:
        raise NotAReport("The organization of the report does not exist here.")
    recounted = numbers_of(organization, datetime.fromisoformat(report["as_of"]))
    said = {_key(line): line["value"] for line in report["numbers"]}
    found = {_key(line): line["value"] for line in recounted}
    return [
        f"{' '.join(key)}: the report says {said.get(key, 'nothing')}, "
        f"history says {found.get(key, 'nothing')}"
        for key in {**said, **found}
        if said.get(key, "nothing") != found.get(key, "nothing")
    ]


def _key(line: Line) -> tuple[str, ...]:
    return (*line["part"].values(), line["name"])


def _verified(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict) or {*document} != {"report", "signature"}:
        raise NotAReport("The file is no report of ours.")
    claims = verified_claims(str(document["signature"]), token_type=TOKEN_TYPE)
    if claims is None:
        raise NotAReport("No published key verifies the signature.")
    if claims["report"] != document["report"]:
        raise NotAReport("The report is not the one that was signed.")
    return dict(claims["report"])
