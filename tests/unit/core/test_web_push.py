"""Web push: subscriptions, and messages that only their browser can read."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from core.jobs.models import Job
from core.notifications import push_encryption, push_subscriptions
from core.notifications.models import Channel, Delivery, PushSubscription
from core.notifications.preferences import replace_preferences
from core.notifications.push_addresses import PushAddress, address_of, new_subscription
from core.notifications.push_encryption import decode, encode, encrypt_with
from core.notifications.push_subscriptions import MAX_SUBSCRIPTIONS
from core.users.models import User
from tests.http_double import HttpDouble
from tests.unit.core.browser import Browser
from tests.unit.core.notified import (
    QUIET_KIND,
    URGENT_KIND,
    VAPID_KEY,
    make_due,
    notify_of,
    reader,
    run_jobs,
)
from tests.unit.core.world import Caller, person, refusal, signed_in

pytestmark = pytest.mark.django_db

ROUTE = "notifications/push-subscriptions/"


@pytest.fixture(autouse=True)
def web_push(settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY, settings.VAPID_CONTACT = VAPID_KEY, "mailto:ops@ongoza.example"
    settings.WEBHOOKS_TO_LOOPBACK = True


@pytest.fixture
def push_service() -> Iterator[HttpDouble]:
    double = HttpDouble()
    yield double
    double.close()


@pytest.fixture
def user() -> User:
    """Wants web push alone."""
    user = reader()
    chosen: Any = [{"kind": QUIET_KIND, "channels": [Channel.PUSH]}]
    replace_preferences(user=user, weekly_digest=True, kinds=chosen)
    return user


@pytest.fixture
def amina(user: User) -> Caller:
    return signed_in(user)


def subscribe(caller: Caller, browser: Browser, endpoint: str) -> str:
    status, body = caller.post(ROUTE, browser.subscription(endpoint))
    assert (status, body["endpoint"]) == (201, endpoint)
    return str(body["id"])


def states() -> list[str]:
    return sorted(Delivery.objects.values_list("state", flat=True))


# --- on the wire -------------------------------------------------------------------------------
def test_encryption_reproduces_the_example_of_rfc_8291() -> None:
    sender = ec.derive_private_key(int.from_bytes(decode(VAPID_KEY)), ec.SECP256R1())
    body = encrypt_with(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        sender=sender,
        salt=decode("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert encode(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_only_the_subscribed_browser_reads_the_message(
    user: User, amina: Caller, push_service: HttpDouble
) -> None:
    browser = Browser()
    subscribe(amina, browser, f"{push_service.url}/send/1")
    notify_of(user)
    run_jobs()
    (received,) = push_service.received
    shown = browser.read(received.body)
    assert UUID(shown.pop("id"))
    assert shown == {"kind": QUIET_KIND}  # no text: a screen may be read by others
    assert QUIET_KIND.encode() not in received.body
    with pytest.raises(InvalidTag):
        Browser().read(received.body)
    assert states() == ["sent"]


def test_the_push_service_can_tell_whose_message_it_is(
    user: User, amina: Caller, push_service: HttpDouble
) -> None:
    subscribe(amina, Browser(), f"{push_service.url}/send/1")
    notify_of(user)
    notify_of(user, kind=URGENT_KIND)
    run_jobs()
    headers = [received.headers for received in push_service.received]
    assert sorted(one["Urgency"] for one in headers) == ["high", "normal"]
    assert {one["Content-Encoding"] for one in headers} == {"aes128gcm"}
    assert {one["TTL"] for one in headers} == {"86400"}
    assert len({one["Topic"] for one in headers}) == 2
    token, _, key = headers[0]["Authorization"].removeprefix("vapid t=").partition(", k=")
    assert key == amina.get("notifications/preferences/")[1]["push_key"]
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(key))
    claims = jwt.decode(token, public, algorithms=["ES256"], audience=push_service.url)
    assert claims["sub"] == "mailto:ops@ongoza.example"


def test_every_browser_gets_the_message_and_a_failure_repeats_no_other(
    user: User, amina: Caller, push_service: HttpDouble
) -> None:
    down = HttpDouble()
    down.statuses = [503, 201]
    subscribe(amina, Browser(), f"{push_service.url}/send/1")
    subscribe(amina, Browser(), f"{down.url}/send/2")
    notify_of(user)
    run_jobs()
    assert states() == ["sent", "waiting"]
    (waiting,) = Job.objects.filter(done_at=None)
    assert waiting.last_error == "NotAccepted"
    make_due()
    run_jobs()
    down.close()
    assert states() == ["sent", "sent"]
    assert (len(push_service.received), len(down.received)) == (1, 2)


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_the_push_service_does_not_know_is_deleted(
    user: User, amina: Caller, push_service: HttpDouble, status: int
) -> None:
    subscribe(amina, Browser(), f"{push_service.url}/send/1")
    push_service.statuses = [status]
    notify_of(user)
    run_jobs()
    assert (states(), PushSubscription.objects.count()) == (["failed"], 0)


def test_a_message_that_the_push_service_refuses_is_not_repeated(
    user: User, amina: Caller, push_service: HttpDouble
) -> None:
    subscribe(amina, Browser(), f"{push_service.url}/send/1")
    push_service.statuses = [400]
    notify_of(user)
    run_jobs()
    make_due()
    run_jobs()
    assert (states(), len(push_service.received)) == (["failed"], 1)
    assert PushSubscription.objects.count() == 1


def test_an_address_that_has_become_private_is_not_called(
    user: User, amina: Caller, push_service: HttpDouble, settings: Any
) -> None:
    subscribe(amina, Browser(), f"{push_service.url}/send/1")
    settings.WEBHOOKS_TO_LOOPBACK = False
    notify_of(user)
    run_jobs()
    assert push_service.received == []
    assert Job.objects.filter(last_error="AddressRefused").count() == 1


def test_a_deleted_subscription_gets_nothing(
    user: User, amina: Caller, push_service: HttpDouble
) -> None:
    subscription = subscribe(amina, Browser(), f"{push_service.url}/send/1")
    notify_of(user)
    assert amina.call("DELETE", f"{ROUTE}{subscription}/")[0] == 204
    run_jobs()
    assert push_service.received == []


def test_to_what_became_unreadable_nothing_is_sent_until_it_is_readable(
    user: User, amina: Caller, push_service: HttpDouble, settings: Any
) -> None:
    subscribe(amina, Browser(), f"{push_service.url}/send/1")
    key, settings.SECRET_KEY = settings.SECRET_KEY, "another-secret-of-32-characters-or-more"
    notify_of(user)
    run_jobs()
    assert (states(), push_service.received) == (["failed"], [])
    settings.SECRET_KEY_FALLBACKS = [key]
    assert address_of(PushSubscription.objects.get()) is not None


# --- subscriptions -----------------------------------------------------------------------------
def test_subscriptions_are_one_s_own(amina: Caller) -> None:
    own = subscribe(amina, Browser(), "http://localhost/1")
    baraka = signed_in(person("baraka"))
    assert baraka.get(ROUTE)[1]["results"] == []
    foreign = baraka.call("DELETE", f"{ROUTE}{own}/")
    absent = baraka.call("DELETE", f"{ROUTE}{UUID(int=7)}/")
    assert refusal(foreign) == refusal(absent) == (404, "not_found", [])
    assert [one["id"] for one in amina.get(ROUTE)[1]["results"]] == [own]
    assert amina.call("DELETE", f"{ROUTE}{own}/") == (204, None)
    assert amina.get(ROUTE)[1]["results"] == []


def test_a_subscription_is_stored_encrypted_for_its_user(amina: Caller, user: User) -> None:
    body = Browser().subscription("http://localhost/1")
    assert amina.post(ROUTE, body)[0] == 201
    row = PushSubscription.objects.get()
    columns = json.dumps([str(value) for value in PushSubscription.objects.values_list().get()])
    for secret in (body["endpoint"], *body["keys"].values()):
        assert secret not in columns
        assert secret.encode() not in bytes(row.encrypted)
    assert address_of(row) == (body["endpoint"], *body["keys"].values())
    row.user = person("baraka")
    assert address_of(row) is None


def test_a_browser_belongs_to_the_user_who_subscribed_it_last(amina: Caller, user: User) -> None:
    browser, endpoint = Browser(), "http://localhost/1"
    subscribe(amina, browser, endpoint)
    subscribe(amina, browser, endpoint)
    baraka = person("baraka")
    subscribe(signed_in(baraka), browser, endpoint)
    assert PushSubscription.objects.get().user == baraka


def test_of_too_many_subscriptions_the_oldest_are_deleted(amina: Caller) -> None:
    for number in range(MAX_SUBSCRIPTIONS + 2):
        subscribe(amina, Browser(), f"http://localhost/{number}")
    left = {
        address.endpoint for row in PushSubscription.objects.all() if (address := address_of(row))
    }
    assert len(left) == MAX_SUBSCRIPTIONS
    assert {"http://localhost/0", "http://localhost/1"}.isdisjoint(left)


@pytest.mark.parametrize(
    "endpoint",
    ["http://example.org/1", "https://10.0.0.1/1", "https://[fc00::1]/", "https://u@localhost/1"],
)
def test_an_endpoint_inside_our_network_is_refused(amina: Caller, endpoint: str) -> None:
    answer = amina.post(ROUTE, Browser().subscription(endpoint))
    assert refusal(answer) == (400, "address_refused", [])
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("fcm.googleapis.com", 201),
        ("updates.push.services.mozilla.com", 201),
        ("web.push.apple.com", 201),
        ("push.example.org", 400),
        ("fcm.googleapis.com.example.org", 400),
    ],
)
def test_only_known_push_services_are_called(
    amina: Caller, host: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_subscriptions, "refuse_private", lambda _: None)  # asks a name server
    answer = amina.post(ROUTE, Browser().subscription(f"https://{host}/1"))
    assert answer[0] == status
    assert answer[1].get("code") == (None if status == 201 else "unknown_push_service")


def test_loopback_is_refused_without_the_setting(amina: Caller, settings: Any) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = False
    answer = amina.post(ROUTE, Browser().subscription("https://localhost/1"))
    assert refusal(answer) == (400, "address_refused", [])


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({"p256dh": "AAAA"}, "keys.p256dh"),
        ({"p256dh": encode(b"\x04" + bytes(64))}, "keys.p256dh"),
        ({"p256dh": "!" * 87}, "keys.p256dh"),
        ({"auth": "AAAA"}, "keys.auth"),
        ({"auth": None}, "keys.auth"),
        ({"more": "x"}, "keys.more"),
    ],
)
def test_keys_that_no_browser_has_are_refused(
    amina: Caller, keys: dict[str, Any], field: str
) -> None:
    body = Browser().subscription("http://localhost/1")
    status, _, errors = refusal(amina.post(ROUTE, {**body, "keys": {**body["keys"], **keys}}))
    assert (status, [name for name, _ in errors]) == (400, [field])


def test_without_a_key_web_push_is_off(amina: Caller, user: User, settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY = ""
    answer = amina.post(ROUTE, Browser().subscription("http://localhost/1"))
    assert refusal(answer) == (409, push_subscriptions.PushOff.code, [])
    assert amina.get("notifications/preferences/")[1]["push_key"] is None
    new_subscription(user.pk, PushAddress("http://localhost/1", "", "")).save()
    notify_of(user)
    run_jobs()
    assert states() == []


def test_the_public_key_is_that_of_the_private_one() -> None:
    assert push_encryption.public_key(VAPID_KEY) == (
        "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
    )
