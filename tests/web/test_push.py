"""Web push: from core over a push service to a notification of the browser."""

import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.http_double import HttpDouble
from tests.integration.story import ANSWER_SECONDS, eventually
from tests.unit.core.browser import Browser as PushBrowser
from tests.web.people import Person, call_core, log_in, signed_up

WHOLE_BROWSER = True  # the headless shell has no notifications

KIND = "users.new_device"
SUBSCRIBE = """(made) => {
  let own = null;
  PushManager.prototype.getSubscription = async () => own;
  PushManager.prototype.subscribe = async () => own = {
    endpoint: made.endpoint,
    toJSON: () => made,
    unsubscribe: async () => { own = null; return true; },
  };
}"""
"""A headless browser has no push service: this is what it would get of one."""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map(({title, data}) => ({title, data}));
}"""


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def push_service() -> Iterator[HttpDouble]:
    double = HttpDouble()
    yield double
    double.close()


def log_in_elsewhere(web: Stack, person: Person) -> None:
    body = {"email": person.email, "password": person.password}
    url = f"{web.core_url}/api/v1/auth/login/"
    headers = {"User-Agent": FIREFOX}
    httpx.post(url, json=body, headers=headers, timeout=ANSWER_SECONDS).raise_for_status()


def deliver(page: Page, data: str) -> None:
    """Hands a message to the service worker, as the browser does for its push service."""
    session = page.context.new_cdp_session(page)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    origin = page.evaluate("location.origin")
    message = {"origin": origin, "registrationId": registrations[-1], "data": data}
    session.send("ServiceWorker.deliverPushMessage", message)
    session.detach()


def test_a_pushed_notification_says_its_kind_in_the_users_language(
    page: Page, web: Stack, push_service: HttpDouble
) -> None:
    person, browser = signed_up(web), PushBrowser()
    made = browser.subscription(f"{push_service.url}/send/1")
    page.context.grant_permissions(["notifications"])
    page.add_init_script(f"({SUBSCRIBE})({json.dumps(made)})")
    log_in(page, person)
    page.goto("/settings/notifications")
    page.get_by_role("button", name="Allow notifications here").click()
    expect(page.get_by_text("This browser shows notifications.")).to_be_visible()
    rows = call_core(web, person, "GET", "notifications/push-subscriptions/").json()["results"]
    assert [row["endpoint"] for row in rows] == [made["endpoint"]]

    preferences = call_core(web, person, "GET", "notifications/preferences/").json()
    kinds = [
        {"kind": one["kind"], "channels": sorted({*one["channels"], "push"})}
        for one in preferences["kinds"]
    ]
    body = {"weekly_digest": False, "kinds": kinds}
    assert call_core(web, person, "PUT", "notifications/preferences/", body).status_code == 200
    page.goto("/bff/language?to=fr&next=/settings")
    log_in_elsewhere(web, person)
    received = eventually(lambda: push_service.received[:1])[0]
    data = browser.read(received.body)
    assert data["kind"] == KIND
    deliver(page, json.dumps(data))
    (shown,) = eventually(lambda: page.evaluate(SHOWN))
    assert shown["title"] == "Une connexion sur un nouvel appareil"
    assert shown["data"]["address"] == "/settings"


def test_stopping_deletes_the_subscription(
    page: Page, web: Stack, push_service: HttpDouble
) -> None:
    person = signed_up(web)
    made = PushBrowser().subscription(f"{push_service.url}/send/1")
    page.context.grant_permissions(["notifications"])
    page.add_init_script(f"({SUBSCRIBE})({json.dumps(made)})")
    log_in(page, person)
    page.goto("/settings/notifications")
    page.get_by_role("button", name="Allow notifications here").click()
    page.get_by_role("button", name="Stop notifications here").click()
    expect(page.get_by_text("This browser shows no notifications.")).to_be_visible()
    answer = call_core(web, person, "GET", "notifications/push-subscriptions/").json()
    assert answer["results"] == []
