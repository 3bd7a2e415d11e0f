"""Webhook subscriptions: who manages them, what is refused, the secret, the log, the admin."""

import re
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.jobs.models import Job
from core.users.models import User
from core.webhooks import services
from core.webhooks.models import Delivery, Subscription
from core.webhooks.signing import keys_of
from ongoza_contracts.access import Permission
from ongoza_contracts.http.tokens import WRITE
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import ABSENT, World
from tests.unit.core.webhook_receiver import Receiver, receiving, send_all, subscribe
from tests.unit.core.world import (
    NOBODY,
    Answer,
    Caller,
    admin_site_client,
    api_token,
    person,
    progress_report,
    refusal,
    signed_in,
)
from tests.unit.core.world import item as add_item

pytestmark = pytest.mark.django_db

PATH = "webhook-subscriptions/"
TYPE = ProgressUpdated.type
URL = "http://127.0.0.1:9/hooks"


def add(caller: Caller, world: World, **changes: Any) -> Answer:
    body = {"organization": world.school.id, "url": URL, "types": [TYPE], **changes}
    return caller.post(PATH, body)


@pytest.mark.parametrize("manager", ["admin", "director"])
def test_a_manager_adds_a_subscription_and_sees_its_secret_once(manager: str, world: World) -> None:
    caller = signed_in(getattr(world, manager))
    status, body = add(caller, world, description="To our LMS")

    row = Subscription.objects.get()
    shown = {
        "id": str(row.id),
        "organization": world.school.id,
        "url": URL,
        "types": [TYPE],
        "description": "To our LMS",
        "active": True,
        "failing_since": None,
        "switched_off_at": None,
        "rotated_at": None,
    }
    assert status == 201
    assert body["subscription"].items() >= shown.items()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", body["secret"])
    assert caller.get(f"{PATH}{row.id}/") == (200, body["subscription"])
    assert caller.get(PATH)[1]["results"] == [body["subscription"]]


def test_a_secret_is_stored_encrypted_for_its_subscription_alone(world: World) -> None:
    (one, secret), (other, _) = (
        services.subscribe(organization=world.school, url=URL, types=[TYPE]) for _ in range(2)
    )
    assert keys_of(one) != keys_of(other)
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM webhooks_subscription AS s")
        stored = "".join(text for (text,) in cursor.fetchall())
    assert secret not in stored
    assert keys_of(one)[0].hex() not in stored
    one.encrypted_secret = other.encrypted_secret
    with pytest.raises(InvalidTag):
        keys_of(one)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"types": []}, "types", "empty"),
        ({"types": ["ongoza.nothing.v1"]}, "types.0", "unknown_value"),
        ({"types": ["ongoza.profiling.answered.v1"]}, "types.0", "unknown_value"),
        ({"types": ["ongoza.signin.started.v1"]}, "types.0", "unknown_value"),
        ({"types": TYPE}, "types", "wrong_type"),
        ({"secret": "whsec_mine"}, "secret", "unknown_field"),
        ({"url": "x" * 501}, "url", "too_long"),
    ],
)
def test_a_bad_subscription_is_refused(
    changes: dict[str, Any], field: str, code: str, world: World, director: Caller
) -> None:
    status, _, errors = refusal(add(director, world, **changes))
    assert (status, errors) == (400, [(field, code)])
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        *("https://169.254.169.254/latest", "https://10.0.0.1/", "https://[::1]/", "https://0/"),
        *("https://[::ffff:10.0.0.1]/", "https://2130706433/", "https://0x7f.1/"),
        *("http://example.org/", "ftp://127.0.0.1/", "https://me:word@127.0.0.1/", "no url"),
    ],
)
def test_an_address_that_is_not_public_is_refused_for_a_new_and_for_a_changed_subscription(
    url: str, world: World, director: Caller, settings: Any
) -> None:
    subscription = services.subscribe(organization=world.school, url=URL, types=[TYPE])[0]
    settings.WEBHOOKS_TO_LOOPBACK = False
    assert refusal(add(director, world, url=url))[:2] == (400, "address_refused")
    changed = director.call("PATCH", f"{PATH}{subscription.id}/", {"url": url})
    assert refusal(changed)[:2] == (400, "address_refused")
    assert [row.url for row in Subscription.objects.all()] == [URL]


def test_an_organization_has_a_limited_number_of_subscriptions(
    world: World, director: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_SUBSCRIPTIONS", 1)
    assert add(director, world)[0] == 201
    assert refusal(add(director, world))[:2] == (409, "too_many_subscriptions")


def calls(subscription: Subscription) -> list[tuple[str, str, Any]]:
    one = f"{PATH}{subscription.id}/"
    begin = {"from": "2020-01-01T00:00:00Z"}
    return [
        *(("GET", one, None), ("PATCH", one, {"description": "x"}), ("DELETE", one, None)),
        *(("GET", f"{one}deliveries/", None), ("POST", f"{one}secret/", None)),
        ("POST", f"{one}ping/", None),
        ("POST", f"{one}replay/", begin),
    ]


def test_a_subscription_of_another_organization_does_not_exist(world: World) -> None:
    subscription = services.subscribe(organization=world.school, url=URL, types=[TYPE])[0]
    before = Subscription.objects.values().get()
    stranger = signed_in(person("sally", Role.DIRECTOR, world.other))
    for method, path, body in calls(subscription):
        assert refusal(stranger.call(method, path, body)) == ABSENT, (method, path)
    assert stranger.get(PATH)[1]["count"] == 0
    assert refusal(add(stranger, world)) == ABSENT
    assert Subscription.objects.values().get() == before


@pytest.mark.parametrize("name", ["learner", "mentor"])
def test_members_who_do_not_manage_the_organization_are_refused(name: str, world: World) -> None:
    subscription = services.subscribe(organization=world.school, url=URL, types=[TYPE])[0]
    caller = signed_in(getattr(world, name))
    for method, path, body in calls(subscription):
        assert refusal(caller.call(method, path, body))[:2] == (403, "forbidden")
    assert refusal(add(caller, world))[:2] == (403, "forbidden")


@pytest.mark.parametrize("scope", [Permission.WEBHOOK_MANAGE, WRITE])
def test_an_api_token_reads_subscriptions_and_changes_nothing(scope: str, world: World) -> None:
    subscription = services.subscribe(organization=world.school, url=URL, types=[TYPE])[0]
    before = Subscription.objects.values().get()
    token = NOBODY.post("auth/token/exchange/", {"token": api_token(world.director, scope)})
    program = Caller(token[1]["access_token"])
    for method, path, body in calls(subscription):
        answer = program.call(method, path, body)
        if method == "GET":
            assert answer[0] == 200, path
        else:
            assert refusal(answer) == (403, "sign_in_required", []), (method, path)
    assert refusal(add(program, world)) == (403, "sign_in_required", [])
    assert Subscription.objects.values().get() == before
    assert not Job.objects.filter(kind=services.REPLAY).exists()
    assert not Delivery.objects.exists()


def test_a_subscription_is_changed_and_deleted_with_its_deliveries(
    world: World, director: Caller
) -> None:
    with receiving() as receiver:
        subscription, _ = subscribe(world.school, receiver)
        report(world.learner)
        send_all()
    path = f"{PATH}{subscription.id}/"
    status, body = director.call("PATCH", path, {"active": False, "types": [TYPE, TYPE]})
    assert (status, body["active"], body["types"]) == (200, False, [TYPE])
    assert refusal(director.call("PATCH", path, {"organization": 1}))[0] == 400
    assert Delivery.objects.count() == 1
    assert director.call("DELETE", path) == (204, None)
    assert not Delivery.objects.exists()
    assert refusal(director.get(path)) == ABSENT


def report(learner: User, content_id: str = "course-1") -> None:
    add_item(content_id)
    assert signed_in(learner).post("progress/", progress_report(content_id))[0] == 201


def test_the_log_shows_what_was_sent_and_what_waits(world: World, director: Caller) -> None:
    with receiving() as receiver:
        subscription, _ = subscribe(world.school, receiver, TYPE)
        receiver.statuses[f"{world.learner.id}:course-2"] = 500
        report(world.learner)
        report(world.learner, "course-2")
        send_all()
    path = f"{PATH}{subscription.id}/deliveries/"
    page = director.get(path)[1]
    shown = {row["key"].partition(":")[2]: row for row in page["results"]}
    sent, waits = shown["course-1"], shown["course-2"]
    assert (sent["state"], sent["attempts"], sent["response_status"]) == ("sent", 1, 200)
    assert (waits["state"], waits["response_status"]) == ("waiting", 500)
    assert (waits["last_error"], waits["sent_at"], sent["type"]) == ("Refused", None, TYPE)
    assert sent["event_id"] == receiver.calls[0].headers["webhook-id"]
    assert director.get(f"{path}?state=sent")[1]["results"] == [sent]
    assert refusal(director.get(f"{path}?state=gone"))[:2] == (400, "bad_parameter")


def test_a_replay_is_refused_for_a_bad_range_and_for_a_subscription_that_is_off(
    world: World, director: Caller
) -> None:
    subscription, _ = services.subscribe(organization=world.school, url=URL, types=[TYPE])
    path = f"{PATH}{subscription.id}/replay/"
    early, late = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    assert refusal(director.post(path, {"to": late}))[2] == [("from", "required")]
    assert refusal(director.post(path, {"from": late, "to": early}))[2] == [
        ("from", "out_of_range")
    ]
    assert refusal(director.post(path, {"from": "2026-01-01T00:00:00"}))[2] == [("from", "invalid")]
    assert director.post(path, {"from": early, "to": late}) == (204, None)
    assert refusal(director.post(path, {"from": early}))[:2] == (409, "replay_running")
    services.change(subscription_id=subscription.id, active=False)
    assert refusal(director.post(path, {"from": early}))[:2] == (409, "switched_off")


@pytest.fixture
def staff_browser(world: World) -> Client:
    return admin_site_client(world.admin)


def test_the_admin_hides_secrets_and_sends_failed_deliveries_again(
    world: World, staff_browser: Client, receiver: Receiver
) -> None:
    subscription, secret = subscribe(world.school, receiver, TYPE)
    report(world.learner)
    receiver.status = 500
    send_all()
    Delivery.objects.update(state="failed", attempts=36)
    page = staff_browser.get(f"/admin/webhooks/subscription/{subscription.pk}/change/")
    assert page.status_code == 200
    text = page.content.decode()
    assert receiver.url in text
    assert "secret" not in text.lower()
    assert secret not in text
    receiver.status = 200
    form = {"action": "retry", "_selected_action": [str(Delivery.objects.get().pk)]}
    answer = staff_browser.post("/admin/webhooks/delivery/", form, follow=True)
    assert answer.status_code == 200
    send_all()
    assert Delivery.objects.get().state == "sent"
    assert (
        b"has not failed"
        in staff_browser.post("/admin/webhooks/delivery/", form, follow=True).content
    )


def test_the_admin_filters_deliveries_by_type_without_reading_all(
    world: World, staff_browser: Client, receiver: Receiver
) -> None:
    subscribe(world.school, receiver, TYPE)
    report(world.learner)
    send_all()
    path = "/admin/webhooks/delivery/"
    with CaptureQueriesContext(connection) as queries:
        shown = staff_browser.get(path, {"type": TYPE})
    assert not [one["sql"] for one in queries if "DISTINCT" in one["sql"]]
    assert shown.context["cl"].result_count == 1
    other = staff_browser.get(path, {"type": "ongoza.goal.updated.v1"})
    assert other.context["cl"].result_count == 0
