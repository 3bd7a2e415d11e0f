from itertools import islice

from django.conf import settings
from django.db import migrations
from django.db.models import Q

from core.outbox.append import append_all
from ongoza_contracts.event import uuid7
from ongoza_contracts.memberships import MembershipUpdated

BATCH = 1000


def add_memberships(apps, editor):
    """Give every user the membership that their main role and organization stand for, at version 1,
    and publish it. Mentors reach learners only once these are assigned to them."""
    users = apps.get_model(settings.AUTH_USER_MODEL).objects
    membership = apps.get_model("access", "Membership")
    concerned = users.exclude(role="learner", organization=None).exclude(
        Q(pk__in=membership.objects.values("user_id"))
    )
    found = concerned.order_by("pk").values_list("pk", "role", "organization_id")
    users_found = found.iterator(BATCH)
    while rows := [membership(**_columns(*user)) for user in islice(users_found, BATCH)]:
        membership.objects.bulk_create(rows)
        append_all((_fact(row), row.updated_at) for row in rows)


def _columns(user_id, role, organization_id):
    on_platform = role == "admin" or organization_id is None
    return {
        "id": uuid7(),
        "version": 1,
        "user_id": user_id,
        "role": role,
        "scope": "platform" if on_platform else "organization",
        "organization_id": None if on_platform else organization_id,
    }


def _fact(row):
    return MembershipUpdated(
        membership_id=row.id,
        version=row.version,
        user_id=row.user_id,
        role=row.role,
        scope=row.scope,
        organization_id=row.organization_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("access", "0001_initial"),
        ("outbox", "0005_history_of_existing_entities"),
        ("users", "0002_user_tokens_valid_from"),
    ]

    operations = [migrations.RunPython(add_memberships, migrations.RunPython.noop)]
