"""Secrets outlive a change of DJANGO_SECRET_KEY, each of their columns."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import BinaryField, Model

from core.missions.labs import issue_flag
from core.missions.models import FlagSecret
from core.notifications.models import PushSubscription
from core.organizations.services import add_organization
from core.users.encryption import EncryptedColumn, decrypt, encrypt, encrypted_columns
from core.users.models import TotpSecret, UserKey
from core.webhooks.models import Subscription
from core.webhooks.signing import keys_of, new_secret
from ongoza_contracts.vocabulary import Role
from tests.unit.core.offered_missions import lab, offered_mission
from tests.unit.core.world import person

pytestmark = pytest.mark.django_db

NOT_OF_THE_SITE = {
    **dict.fromkeys(
        (
            "coaching.Reflection.encrypted",
            "conduct.Report.encrypted",
            "mentorship.Flag.encrypted",
            "mentorship.Message.encrypted",
            "mentorship.Note.encrypted",
        ),
        "encrypted with a key of a user's",
    ),
    "missions.IssuedFlag.flag_hash": "a hash",
    "outbox.OutboxEvent.payload": "a fact",
    "quizzes.QuizAttempt.seed": "of an order of questions",
}


def subscription() -> Subscription:
    school = add_organization(name="Makini", kind="school")
    return Subscription(organization=school, url="https://school.example/", types=[])


MAKERS: dict[type[Model], Callable[[], Model]] = {
    PushSubscription: lambda: PushSubscription(user=person("amina"), endpoint_hash="a" * 64),
    FlagSecret: lambda: FlagSecret(mission=offered_mission()),
    Subscription: subscription,
    TotpSecret: lambda: TotpSecret(user=person("amina")),
    UserKey: lambda: UserKey(user=person("amina")),
}


def label(column: EncryptedColumn) -> str:
    return f"{column.model._meta.label}.{column.name}"


def change_secret_key(settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-of-32-characters-or-more"


def test_every_column_of_bytes_is_encrypted_again_or_not_encrypted_with_the_sites_key() -> None:
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, BinaryField)
    }
    registered = {label(column) for column in encrypted_columns()}
    assert columns == registered | NOT_OF_THE_SITE.keys()
    assert len(encrypted_columns()) == len(registered)
    assert not registered & NOT_OF_THE_SITE.keys()


@pytest.mark.parametrize("column", encrypted_columns(), ids=label)
def test_a_secret_is_read_without_the_earlier_key(column: EncryptedColumn, settings: Any) -> None:
    row = MAKERS[column.model]()
    for one in encrypted_columns():
        if one.model is column.model:
            setattr(row, one.name, encrypt(b"secret", context=one.context(row)))
    row.save()
    change_secret_key(settings)
    call_command("reencrypt_secrets")
    settings.SECRET_KEY_FALLBACKS = []
    row.refresh_from_db()
    assert decrypt(bytes(getattr(row, column.name)), context=column.context(row)) == b"secret"


def test_flags_and_signatures_stay_the_same(settings: Any) -> None:
    admin, learner, mission, webhook = (
        person("ada", Role.ADMIN),
        person("amina"),
        lab(),
        subscription(),
    )
    webhook.encrypted_secret = new_secret(webhook.pk)[1]
    webhook.save()

    def secrets() -> tuple[str, list[bytes]]:
        flag = issue_flag(caller=admin, mission_id=mission.pk, user_id=learner.pk)
        return flag, keys_of(Subscription.objects.get())

    before = secrets()
    change_secret_key(settings)
    call_command("reencrypt_secrets")
    settings.SECRET_KEY_FALLBACKS = []
    assert secrets() == before


def test_what_cannot_be_decrypted_stays_and_is_counted(settings: Any) -> None:
    webhook = subscription()
    webhook.encrypted_secret, webhook.encrypted_previous_secret = b"short", None
    webhook.save()
    with pytest.raises(CommandError, match="1 secrets are unreadable"):
        call_command("reencrypt_secrets")
    assert bytes(Subscription.objects.get().encrypted_secret) == b"short"
