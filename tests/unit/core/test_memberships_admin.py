"""Memberships in the admin site and by migration, and views that declare no permissions."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from core.access.models import Membership
from core.outbox.models import FactHistory
from tests.unit.core.school import ABSENT, World, active
from tests.unit.core.world import (
    admin_site_client,
    appended,
    forget_appended,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


# --- the admin site ------------------------------------------------------------------------------

ADMIN = "/admin/access/membership/"


def test_the_admin_site_grants_and_revokes(world: World) -> None:
    client = admin_site_client(world.admin)
    form = {"user": world.mentor.id, "role": "mentor", "scope": "learner"}

    assert client.post(f"{ADMIN}add/", form).status_code == 200
    assert appended() == []
    granted = {**form, "learner": world.learner.id, "until_0": "", "until_1": ""}
    assert client.post(f"{ADMIN}add/", granted).status_code == 302
    assert client.post(f"{ADMIN}add/", granted).status_code == 302
    every = [
        str(one)
        for one in Membership.objects.filter(user=world.mentor).values_list("pk", flat=True)
    ]
    revoke = {"action": "revoke", "_selected_action": every}
    assert client.post(ADMIN, revoke).status_code == 302

    assert [(kind, version) for kind, _, version in appended()] == [
        ("membership.updated", 1),
        ("membership.updated", 2),
    ]
    assert active(world.mentor) == {("mentor", "organization", world.school.id)}


@pytest.mark.parametrize(
    ("learner", "until", "shown"),
    [
        ("mentor", "2999-01-01", "Not found."),
        ("learner", "2020-01-01", "This must be in the future."),
    ],
)
def test_the_admin_site_shows_why_it_does_not_grant(
    learner: str, until: str, shown: str, world: World
) -> None:
    client = admin_site_client(world.admin)
    body = {**world.assignment(), "learner": getattr(world, learner).id}

    answer = client.post(
        f"{ADMIN}add/", {**body, "until_0": until, "until_1": "12:00:00"}, follow=True
    )

    assert answer.status_code == 200
    assert shown in answer.content.decode()
    assert appended() == []


# --- what declares nothing -----------------------------------------------------------------------


class Undeclared(APIView):
    """A view that was not derived from ApiView."""

    def get(self, request: Request) -> Response:
        return Response({})


def test_a_view_without_declared_permissions_is_closed() -> None:
    answer = Undeclared.as_view()(APIRequestFactory().get("/"))

    assert answer.status_code == 401


# --- databases older than memberships ------------------------------------------------------------


def test_the_migration_makes_and_publishes_what_users_stand_for(world: World) -> None:
    alone = person("lena2")
    QuerySet(Membership).delete()
    forget_appended()
    FactHistory.objects.all().delete()
    migration = import_module("core.access.migrations.0002_memberships_of_users")
    loader = MigrationLoader(connection)
    apps = loader.project_state(
        [("access", "0001_initial"), ("users", "0002_user_tokens_valid_from")]
    ).apps

    migration.add_memberships(apps, None)
    migration.add_memberships(apps, None)

    assert active(world.admin) == {("admin", "platform", None)}
    for user in (world.director, world.mentor, world.learner):
        assert active(user) == {(user.role, "organization", world.school.id)}
    assert active(alone) == set()
    keys = {str(one) for one in Membership.objects.values_list("id", flat=True)}
    assert {key for _, key, _ in appended()} == keys
    assert {(kind, version) for kind, _, version in appended()} == {("membership.updated", 1)}
    assert FactHistory.objects.count() == len(keys) == 6
    assert refusal(signed_in(world.mentor).get(f"users/{world.learner.id}/")) == ABSENT
