"""The expected answers of every route by role and relation, for both services, written
independently of the access table."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from ongoza_contracts.vocabulary import Role


class Relation(StrEnum):
    """What connects a caller with the learner whose data is asked for."""

    OWN = "own"
    ASSIGNED = "assigned"
    COHORT = "same cohort"
    ORGANIZATION = "same organization"
    FOREIGN = "foreign"


class Outsider(StrEnum):
    ANONYMOUS = "anonymous"
    SERVICE = "service"


class For(Enum):
    ANYONE = "anyone"
    USERS = "users"
    SERVICES = "services"
    REACHING = "those who reach the learner"


READS_LEARNER: dict[Role, set[Relation]] = {
    Role.LEARNER: {Relation.OWN},
    Role.MENTOR: {Relation.OWN, Relation.ASSIGNED},
    Role.DIRECTOR: {Relation.OWN, Relation.COHORT, Relation.ORGANIZATION},
    Role.SPONSOR: {Relation.OWN},
    Role.ADMIN: set(Relation),
}
CALLERS: list[Any] = [(role, relation) for role in Role for relation in Relation]


@dataclass(frozen=True)
class Route:
    """Paths and bodies may name `{learner}` and what else the test knows."""

    allowed: For | frozenset[Role]
    path: str = ""
    """Where it differs from the description's, with values for its parameters."""
    body: Any = None


def roles(*allowed: Role) -> frozenset[Role]:
    return frozenset(allowed)


def statuses(route: Route, role: Role, relation: Relation) -> str:
    """`200`, `404`, `403`, or `admitted`: neither 401 nor 403."""
    match route.allowed:
        case For.REACHING:
            return "200" if relation in READS_LEARNER[role] else "404"
        case For.SERVICES:
            return "403"
        case frozenset() as allowed if role not in allowed:
            return "403"
    return "admitted"


def outsider_statuses(route: Route, outsider: Outsider) -> str:
    if route.allowed is For.ANYONE:
        return "admitted"
    if outsider is Outsider.ANONYMOUS:
        return "401"
    return "admitted" if route.allowed is For.SERVICES else "403"


def matches(expected: str, status: int) -> bool:
    return status not in (401, 403) if expected == "admitted" else str(status) == expected
