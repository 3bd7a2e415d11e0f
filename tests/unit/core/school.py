"""An organization with people of each role, for tests of memberships."""

import re
from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.test.utils import CaptureQueriesContext

from core.access.models import Membership
from core.organizations.models import Organization
from core.organizations.services import add_organization
from core.outbox.models import FactHistory, OutboxEvent
from core.users.models import User
from ongoza_contracts.memberships import MembershipUpdated
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import (
    Refusal,
    forget_appended,
    person,
)

ABSENT: Refusal = (404, "not_found", [])
COHORT = "018f0000-0000-7000-8000-000000000020"


class World:
    """An organization with a director, a mentor and a learner; and a learner of another one."""

    def __init__(self) -> None:
        self.school = add_organization(name="Makini School", kind="school")
        self.other = add_organization(name="Other", kind="employer")
        self.admin = person("ada", Role.ADMIN)
        self.director = person("dora", Role.DIRECTOR, self.school)
        self.mentor = person("mara", Role.MENTOR, self.school)
        self.learner = person("lena", Role.LEARNER, self.school)
        self.foreign = person("fred", Role.LEARNER, self.other)
        self.foreign_mentor = person("milo", Role.MENTOR, self.other)
        forget_appended()

    def assignment(self, learner: User | None = None) -> dict[str, Any]:
        """The body that makes the mentor reach a learner."""
        learner_id = (learner or self.learner).id
        return {
            "user": self.mentor.id,
            "role": "mentor",
            "scope": "learner",
            "learner": learner_id,
        }


@cache
def _world_with_rows() -> tuple[World, Sequence[Sequence[Model]]]:
    """A world and all rows of it, which are not in the database any more."""
    # `QuerySet(model)` inserts past the guard of VersionedQuerySet.
    models: list[type[Model]] = [Organization, User, Membership, FactHistory]
    tables: list[QuerySet[Any]] = [QuerySet(model) for model in models]
    with transaction.atomic():
        before = [[*rows.values_list("pk", flat=True)] for rows in tables]
        with CaptureQueriesContext(connection) as queries:
            world = World()
        made = [[*rows.exclude(pk__in=old)] for rows, old in zip(tables, before, strict=True)]
        transaction.set_rollback(True)
    statements = "\n".join(one["sql"] for one in queries)
    written = {*re.findall(r'INSERT INTO "?(\w+)', statements)}
    assert written == {*(model._meta.db_table for model in models), "outbox_event"}
    return world, made


def insert_world() -> World:
    """As `World()`, but its eighty statements run once in a process, and five from then on."""
    world, rows_of_world = deepcopy(_world_with_rows())
    for rows in rows_of_world:
        table: QuerySet[Any] = QuerySet(type(rows[0]))
        table.bulk_create(rows)
    forget_appended()
    return world


def active(user: User) -> set[tuple[str, str, int | None]]:
    rows = Membership.objects.filter(user=user, revoked_at=None)
    return {(row.role, row.scope, row.organization_id) for row in rows}


def last_fact() -> MembershipUpdated:
    row = OutboxEvent.objects.filter(type=MembershipUpdated.type).order_by("-id")[0]
    return MembershipUpdated.model_validate_json(bytes(row.payload or b""))
