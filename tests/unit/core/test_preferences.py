"""Preferences and consents of the caller."""

from typing import Any

import pytest

from core.erasure.services import erase_user
from core.users.models import Consent, Preferences, User
from core.users.preference_serializers import time_zones
from tests.unit.core.world import Caller, person, refusal, signed_in

pytestmark = pytest.mark.django_db

PREFERENCES, CONSENTS = "users/me/preferences/", "users/me/consents/"
DEFAULTS = {
    "locale": "en",
    "time_zone": "UTC",
    "data_saver": False,
    "nudges": True,
    "quiet_from": None,
    "quiet_until": None,
    "day_start_hour": 0,
}


@pytest.fixture
def user() -> User:
    return person("amina")


@pytest.fixture
def amina(user: User) -> Caller:
    return signed_in(user)


def test_preferences_have_defaults_and_reading_writes_nothing(amina: Caller) -> None:
    assert amina.get(PREFERENCES) == (200, DEFAULTS)
    assert not Preferences.objects.exists()


def test_the_database_of_time_zones_is_read_once(amina: Caller) -> None:
    time_zones.cache_clear()
    for name in ("Africa/Nairobi", "Africa/Cairo"):
        assert amina.call("PATCH", PREFERENCES, {"time_zone": name})[0] == 200
    assert (time_zones.cache_info().misses, time_zones.cache_info().hits) == (1, 1)


def test_a_change_names_what_it_changes(amina: Caller) -> None:
    changes = {"locale": "sw", "time_zone": "Africa/Nairobi", "data_saver": True, "nudges": False}
    quiet = {"quiet_from": "22:30", "quiet_until": "06:00"}
    assert amina.call("PATCH", PREFERENCES, changes) == (200, {**DEFAULTS, **changes})
    changed = {**DEFAULTS, **changes, **quiet}
    assert amina.call("PATCH", PREFERENCES, quiet) == (200, changed)
    assert amina.get(PREFERENCES) == (200, changed)
    none = {"quiet_from": None, "quiet_until": None}
    assert amina.call("PATCH", PREFERENCES, none) == (200, {**changed, **none})
    other = signed_in(person("baraka"))
    assert other.get(PREFERENCES) == (200, DEFAULTS)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"locale": "tlh"}, {"locale"}),
        ({"time_zone": "Africa/Atlantis"}, {"time_zone"}),
        ({"time_zone": "../etc/passwd"}, {"time_zone"}),
        ({"time_zone": "localtime"}, {"time_zone"}),
        ({"time_zone": "Factory"}, {"time_zone"}),
        ({"data_saver": "yes"}, {"data_saver"}),
        ({"nudges": "no"}, {"nudges"}),
        ({"quiet_from": "22:00"}, {"quiet_from"}),
        ({"quiet_from": "22:00", "quiet_until": None}, {"quiet_from", "quiet_until"}),
        ({"quiet_from": "24:00", "quiet_until": "06:00"}, {"quiet_from"}),
        ({"quiet_from": "7:00", "quiet_until": "08:00"}, {"quiet_from"}),
        ({"user": 1}, {"user"}),
    ],
)
def test_a_malformed_preference_changes_nothing(
    amina: Caller, change: dict[str, Any], fields: set[str]
) -> None:
    status, _, errors = refusal(amina.call("PATCH", PREFERENCES, change))
    assert (status, {field for field, _ in errors}) == (400, fields)
    assert amina.get(PREFERENCES) == (200, DEFAULTS)


def give(caller: Caller, version: str, kind: str = "sponsor_sees_name") -> dict[str, Any]:
    body = {"kind": kind, "given": True, "version": version}
    status, consent = caller.post(CONSENTS, body)
    assert status == 200
    return dict(consent)


def withdraw(caller: Caller, kind: str = "sponsor_sees_name") -> tuple[int, Any]:
    return caller.post(CONSENTS, {"kind": kind, "given": False})


def history(caller: Caller) -> list[tuple[str, str, bool]]:
    """Kind, version and whether it is still given, the newest first."""
    _, page = caller.get(CONSENTS)
    return [(one["kind"], one["version"], not one["withdrawn_at"]) for one in page["results"]]


def test_consents_have_a_history(amina: Caller) -> None:
    first = give(amina, "1")
    assert give(amina, "1") == first
    give(amina, "2")
    give(amina, "1", "product_mail")
    status, withdrawn = withdraw(amina)
    assert (status, withdrawn["version"]) == (200, "2")
    assert withdraw(amina) == (200, withdrawn)
    assert history(amina) == [
        ("product_mail", "1", True),
        ("sponsor_sees_name", "2", False),
        ("sponsor_sees_name", "1", False),
    ]
    give(amina, "2")
    assert history(amina)[0] == ("sponsor_sees_name", "2", True)


def test_what_was_never_given_cannot_be_withdrawn(amina: Caller) -> None:
    give(signed_in(person("baraka")), "1")
    assert refusal(withdraw(amina)) == (409, "not_given", [])
    assert history(amina) == []


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "product_mail", "given": True},
        {"kind": "product_mail", "given": False, "version": "1"},
        {"kind": "other", "given": True, "version": "1"},
        {"kind": "product_mail", "version": "1"},
    ],
)
def test_a_malformed_consent_is_refused(amina: Caller, body: dict[str, Any]) -> None:
    assert amina.post(CONSENTS, body)[0] == 400
    assert not Consent.objects.exists()


def test_an_erasure_removes_preferences_and_consents(amina: Caller, user: User) -> None:
    amina.call("PATCH", PREFERENCES, {"locale": "sw"})
    give(amina, "1")
    erase_user(user_id=user.id)
    assert not Preferences.objects.exists()
    assert not Consent.objects.exists()
