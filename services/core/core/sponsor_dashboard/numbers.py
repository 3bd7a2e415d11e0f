"""The numbers of sponsors' dashboards. Every count of people is suppressed (`suppression.py`)."""

from collections.abc import Mapping
from enum import StrEnum

from core.kit.numbers import define

COUNTED = (
    " Learners who let sponsors see their name count exactly; the others are rounded down to a "
    "multiple of five, and the number is null where these are fewer than five or where it would "
    "tell of a group under five."
)


class Outcome(StrEnum):
    """What became of a taken seat."""

    OFFERED = "offered"
    ACTIVE = "active"
    COMPLETED = "completed"
    CERTIFIED = "certified"


class Seatless(StrEnum):
    """The states of an enrolment that takes no seat."""

    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


DEFINITIONS: Mapping[Outcome, str] = {
    Outcome.OFFERED: "Seats that are offered or wait for a payment.",
    Outcome.ACTIVE: "Seats of learners who study, suspended ones included.",
    Outcome.COMPLETED: "Seats of learners who completed the program and have no valid certificate.",
    Outcome.CERTIFIED: "Seats of learners who completed the program and have a valid certificate.",
}
SIZE = define("sponsor.size", "The seats of the pool, or of all pools together.", "seats")
USED = define("sponsor.used", "Seats that are offered or taken." + COUNTED, "seats")
FREE = define(
    "sponsor.free",
    "`sponsor.size` without `sponsor.used`: at most so many seats are free. Null where that is.",
    "seats",
)
OUTCOMES = {
    outcome: define(f"sponsor.{outcome}", definition + COUNTED, "seats")
    for outcome, definition in DEFINITIONS.items()
}
SEATLESS = {
    state: define(
        f"sponsor.{state}",
        f"Enrolments that are {state}, rounded down to a multiple of five; null for fewer than "
        "five.",
        "enrolments",
    )
    for state in Seatless
}
INVOICED = define(
    "sponsor.amount", "What the invoice asks for, in the currency's smallest unit.", "minor units"
)
