"""How passwords are hashed, compared and replaced."""

import threading
import unicodedata
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher, make_password
from django.db import connection

from core.config import settings as own_settings
from core.outbox.models import OutboxEvent
from core.users.hashers import Argon2idHasher
from core.users.models import User
from tests.unit.core.world import NOBODY, person, refusal

pytestmark = pytest.mark.django_db

PASSWORD = "Nénuphar-été-2024"
NFC, NFD = unicodedata.normalize("NFC", PASSWORD), unicodedata.normalize("NFD", PASSWORD)
EMAIL = "amina@ongoza.example"


@pytest.fixture(autouse=True)
def product_hashers(settings: Any) -> None:
    """The hashers of the product; other tests use a fast one."""
    settings.PASSWORD_HASHERS = own_settings.PASSWORD_HASHERS


def log_in(password: str) -> int:
    return NOBODY.post("auth/login/", {"email": EMAIL, "password": password})[0]


def amina(stored: str) -> User:
    """Amina, whose row has this hash."""
    user = person("amina")
    User.objects.filter(pk=user.pk).update(password=stored)
    return User.objects.get(pk=user.pk)


def pbkdf2(password: str) -> str:
    return PBKDF2PasswordHasher().encode(password, "some-salt-of-22-letters", iterations=1000)


def stored_hash() -> str:
    return User.objects.get(email=EMAIL).password


def test_a_hash_is_argon2id_with_the_chosen_costs() -> None:
    assert make_password("x").startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(("at_sign_up", "at_log_in"), [(NFC, NFD), (NFD, NFC)])
def test_a_password_is_the_same_however_its_letters_are_composed(
    at_sign_up: str, at_log_in: str
) -> None:
    assert at_sign_up != at_log_in
    status, _ = NOBODY.post("auth/signup/", {"email": EMAIL, "password": at_sign_up})

    assert (status, log_in(at_log_in), log_in("Nenuphar-ete-2024")) == (201, 200, 401)


def test_a_common_password_in_full_width_letters_is_refused() -> None:
    answer = NOBODY.post("auth/signup/", {"email": EMAIL, "password": "ｐａｓｓｗｏｒｄ１２３"})  # noqa: RUF001
    assert refusal(answer) == (400, "invalid", [("password", "password_too_common")])


@pytest.mark.parametrize("hashed", [NFC, NFD])
def test_an_old_hash_is_replaced_at_log_in_and_nothing_is_published(hashed: str) -> None:
    user = amina(pbkdf2(hashed))
    published = OutboxEvent.objects.filter(topic="ongoza.users").count()

    assert log_in(hashed) == 200

    assert identify_hasher(stored_hash()).algorithm == "argon2"
    assert (log_in(NFC), log_in(NFD)) == (200, 200)
    assert User.objects.get().version == user.version
    assert OutboxEvent.objects.filter(topic="ongoza.users").count() == published


def test_a_hash_with_earlier_costs_is_replaced_at_log_in() -> None:
    cheaper = Argon2idHasher()
    cheaper.time_cost = 1
    amina(cheaper.encode("a-long-passphrase-9", "some-salt-of-22-letters"))

    assert log_in("a-long-passphrase-9") == 200

    assert "t=2" in stored_hash()


def test_a_wrong_password_replaces_no_hash() -> None:
    old = pbkdf2(PASSWORD)
    amina(old)

    assert (log_in("another-passphrase-9"), stored_hash()) == (401, old)


def test_a_password_changed_during_the_check_stays_changed() -> None:
    user = amina(pbkdf2("the-old-passphrase-9"))
    User.objects.filter(pk=user.pk).update(password=make_password("the-new-passphrase-9"))

    assert not user.check_password("the-old-passphrase-9")

    assert (log_in("the-new-passphrase-9"), log_in("the-old-passphrase-9")) == (200, 401)


def test_a_user_erased_during_the_check_is_nobody() -> None:
    user = amina(pbkdf2("the-old-passphrase-9"))
    user.pk += 1

    assert not user.check_password("the-old-passphrase-9")


@pytest.mark.django_db(transaction=True)
def test_two_log_ins_that_replace_the_same_hash_both_succeed() -> None:
    amina(pbkdf2("a-long-passphrase-9"))
    both_checked = threading.Barrier(2)
    statuses: list[int] = []

    def race() -> None:
        user = User.objects.get(email=EMAIL)
        both_checked.wait()
        statuses.append(user.check_password("a-long-passphrase-9"))
        connection.close()

    racers = [threading.Thread(target=race) for _ in range(2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert statuses == [True, True]
    assert log_in("a-long-passphrase-9") == 200


def test_the_admins_log_in_reads_and_replaces_an_old_hash_as_the_api_does() -> None:
    amina(pbkdf2(NFC))

    assert authenticate(username=EMAIL, password=NFD) == User.objects.get()

    assert identify_hasher(stored_hash()).algorithm == "argon2"


def test_a_password_over_128_characters_is_never_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    user = amina(make_password("a-long-passphrase-9"))
    hashed: list[str] = []
    monkeypatch.setattr("core.users.models.verify", lambda raw, _: hashed.append(raw))

    assert not user.check_password("x" * 129)

    assert hashed == []
