"""The caller's own list of sign-ins: which devices it shows, and ending them."""

from typing import Any

import pytest
from django.test import Client

from core.users.devices import device_label
from core.users.services import add_user, sign_in
from tests.unit.core.world import (
    Caller,
    Refusal,
    appended,
    forget_appended,
    log_in,
    person,
    refusal,
)

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "amina@ongoza.example", "a-long-passphrase-9"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
SESSIONS = "auth/sessions/"
HIDDEN: Refusal = (404, "not_found", [])


@pytest.fixture(autouse=True)
def amina() -> None:
    add_user(email=EMAIL, password=PASSWORD)


def logged_in(user_agent: str = "") -> Caller:
    return Caller(log_in(EMAIL, PASSWORD, user_agent)["access_token"])


def sessions(caller: Caller) -> list[dict[str, Any]]:
    status, body = caller.get(SESSIONS)
    assert status == 200
    return list(body["results"])


def test_the_list_names_each_device_and_marks_the_one_that_asks() -> None:
    logged_in(CHROME)
    laptop = logged_in(FIREFOX)
    found = {one["device"]: one for one in sessions(laptop)}
    assert {name: one["current"] for name, one in found.items()} == {
        "Chrome on Android": False,
        "Firefox on Linux": True,
    }
    assert set(found["Firefox on Linux"]) == {
        "id",
        "created_at",
        "last_used_at",
        "device",
        "current",
    }


def test_nobody_sees_or_ends_the_sign_ins_of_somebody_else() -> None:
    other = Caller(sign_in(person("baraka")).tokens.access)
    mine = sessions(logged_in())[0]["id"]
    assert [one["id"] for one in sessions(other)] != [mine]
    foreign = other.call("DELETE", f"{SESSIONS}{mine}/")
    absent = other.call("DELETE", f"{SESSIONS}018f0000-0000-7000-8000-00000000dead/")
    assert refusal(foreign) == refusal(absent) == HIDDEN
    assert foreign[1]["detail"] == absent[1]["detail"]


def test_a_sign_in_that_is_ended_is_refused_and_published() -> None:
    phone, laptop = logged_in(CHROME), logged_in(FIREFOX)
    forget_appended()
    (of_phone,) = (one["id"] for one in sessions(laptop) if not one["current"])
    assert laptop.call("DELETE", f"{SESSIONS}{of_phone}/") == (204, None)
    assert [kind for kind, _, _ in appended()] == ["signin.ended"]
    assert (phone.get(SESSIONS)[0], laptop.get(SESSIONS)[0]) == (401, 200)
    assert refusal(laptop.call("DELETE", f"{SESSIONS}{of_phone}/")) == HIDDEN


def test_all_other_sign_ins_end_at_once() -> None:
    others, laptop = [logged_in(), logged_in()], logged_in()
    assert laptop.call("DELETE", SESSIONS) == (204, None)
    assert [one.get(SESSIONS)[0] for one in others] == [401, 401]
    assert [one["current"] for one in sessions(laptop)] == [True]


def test_the_first_sign_in_has_a_device_as_well() -> None:
    body = {"email": "new@ongoza.example", "password": PASSWORD}
    answer = Client(headers={"User-Agent": FIREFOX}).post(
        "/api/v1/auth/signup/", body, content_type="application/json"
    )
    caller = Caller(answer.json()["access_token"])
    assert [one["device"] for one in sessions(caller)] == ["Firefox on Linux"]


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Safari/605.1", "Safari on macOS"),
        ("curl/8.5.0", "Unknown device"),
        ("", "Unknown device"),
        ("x" * 10_000, "Unknown device"),
    ],
)
def test_a_device_is_named_by_its_browser_and_system(user_agent: str, label: str) -> None:
    assert device_label(user_agent) == label
