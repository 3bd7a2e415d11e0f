"""The access table as docs/access.md."""

from collections.abc import Iterator
from pathlib import Path

from ongoza_contracts.access import DESCRIPTIONS, REACH, SCOPES, Permission, Reach, ScopeKind
from ongoza_contracts.vocabulary import Role

PAGE = Path(__file__).parents[1] / "docs" / "access.md"

INTRODUCTION = """\
# Access

Generated from `contracts/ongoza_contracts/access.py` by `make schemas`.

A membership gives a user a role in a scope. How far a permission extends is its reach: `own` (the
caller), `assigned` (learners named by memberships), `cohort`, `organization`, `all`; each includes
those before it. An empty cell is forbidden: 403. What is out of reach is 404, as if it did not
exist.

## Who may do what

"""
SCOPES_INTRODUCTION = """
Within an organization or cohort `learner.*`, `progress.record` and `submission.review` reach
learners, the others all members.

## Where a role is held

The last column is the membership that a user's main role and organization stand for.

"""


def render() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from INTRODUCTION.splitlines()
    yield _row("permission", *Role, "it allows to")
    yield _row(*["---"] * (len(Role) + 2))
    for permission in Permission:
        reaches = (_reach(role, permission) for role in Role)
        yield _row(f"`{permission}`", *reaches, DESCRIPTIONS[permission])
    yield from SCOPES_INTRODUCTION.splitlines()
    yield _row("role", "granted in", "follows from the user")
    yield _row(*["---"] * 3)
    for role in Role:
        granted = ", ".join(kind for kind in ScopeKind if kind in SCOPES[role])
        yield _row(role, granted, _main(role))


def _reach(role: Role, permission: Permission) -> str:
    reach: Reach | None = REACH[role].get(permission)
    return reach.name.lower() if reach else ""


def _main(role: Role) -> str:
    """Where a user of this main role holds it without a grant."""
    if role is Role.ADMIN:
        return "platform"
    return "organization" if role is Role.LEARNER else "organization, else platform"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
