"""By which channels a user gets which kinds of notification."""

from typing import Any

import pytest

from core.notifications import kinds
from core.notifications.models import NotificationPreferences
from core.notifications.registry import notification_kinds
from core.users.models import User
from tests.unit.core.notified import QUIET_KIND, URGENT_KIND, notify_of, reader
from tests.unit.core.world import Caller, person, refusal, signed_in

pytestmark = pytest.mark.django_db

ROUTE, LIST = "notifications/preferences/", "notifications/"
URGENT = {
    *(kinds.NEW_DEVICE, kinds.PASSWORD_CHANGED),
    *(kinds.SECOND_FACTOR_ADDED, kinds.SECOND_FACTOR_REMOVED),
}


@pytest.fixture
def user() -> User:
    return reader()


@pytest.fixture
def amina(user: User) -> Caller:
    return signed_in(user)


def chosen(caller: Caller) -> dict[str, list[str]]:
    status, body = caller.get(ROUTE)
    assert status == 200
    return {one["kind"]: one["channels"] for one in body["kinds"]}


def replace(caller: Caller, *kinds: tuple[str, list[str]], digest: bool = True) -> tuple[int, Any]:
    rows = [{"kind": kind, "channels": channels} for kind, channels in kinds]
    return caller.call("PUT", ROUTE, {"weekly_digest": digest, "kinds": rows})


def test_every_kind_has_defaults_and_reading_writes_nothing(amina: Caller) -> None:
    _, body = amina.get(ROUTE)
    assert body["weekly_digest"] is True
    assert [one["kind"] for one in body["kinds"]] == sorted(notification_kinds())
    assert {one["kind"] for one in body["kinds"] if one["urgent"]} == URGENT
    assert chosen(amina)[QUIET_KIND] == ["in_app", "mail", "push"]
    assert not NotificationPreferences.objects.exists()


def test_a_choice_replaces_the_one_before(amina: Caller) -> None:
    defaults = chosen(amina)
    status, body = replace(amina, (QUIET_KIND, ["sms", "mail"]), digest=False)
    assert (status, body) == (200, amina.get(ROUTE)[1])
    assert body["weekly_digest"] is False
    assert chosen(amina) == {**defaults, QUIET_KIND: ["mail", "sms"]}
    assert replace(amina, (kinds.MEMBERSHIP_ENDED, []))[0] == 200
    assert chosen(amina) == {**defaults, kinds.MEMBERSHIP_ENDED: []}
    assert chosen(signed_in(person("baraka"))) == defaults


def test_what_the_user_hides_is_not_listed_and_is_listed_again(user: User, amina: Caller) -> None:
    notify_of(user)
    replace(amina, (QUIET_KIND, ["mail"]))
    assert amina.get(LIST)[1]["results"] == []
    assert amina.get("notifications/unread/") == (200, {"unread": 0})
    replace(amina)
    assert len(amina.get(LIST)[1]["results"]) == 1


def test_channels_of_urgent_kinds_are_added_and_not_switched_off(amina: Caller) -> None:
    status, _, errors = refusal(replace(amina, (URGENT_KIND, ["in_app", "push"])))
    assert (status, [field for field, _ in errors]) == (400, ["kinds.0.channels"])
    everywhere = ["in_app", "mail", "push", "sms"]
    assert replace(amina, (URGENT_KIND, everywhere))[0] == 200
    assert chosen(amina)[URGENT_KIND] == everywhere


def test_a_kind_that_has_become_urgent_has_its_channels(user: User, amina: Caller) -> None:
    NotificationPreferences.objects.create(user=user, channels={URGENT_KIND: ["sms"]})
    assert chosen(amina)[URGENT_KIND] == ["in_app", "mail", "push", "sms"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"weekly_digest": True},
        {"weekly_digest": "yes", "kinds": []},
        {"weekly_digest": True, "kinds": [{"kind": "users.promoted", "channels": []}]},
        {"weekly_digest": True, "kinds": [{"kind": QUIET_KIND, "channels": ["pigeon"]}]},
        {"weekly_digest": True, "kinds": [{"kind": QUIET_KIND, "channels": []}] * 2},
        {"weekly_digest": True, "kinds": [{"kind": QUIET_KIND}]},
        {"weekly_digest": True, "kinds": [], "quiet_from": "22:00"},
    ],
)
def test_a_malformed_choice_changes_nothing(amina: Caller, body: dict[str, Any]) -> None:
    assert refusal(amina.call("PUT", ROUTE, body))[0] == 400
    assert not NotificationPreferences.objects.exists()
