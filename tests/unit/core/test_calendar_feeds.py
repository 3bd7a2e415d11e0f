"""Feeds of calendars: what a program reads by the secret address, and for how long."""

import io
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from core.calendars.models import CalendarEvent, FeedToken
from core.calendars.services import cancel_event, update_event
from core.erasure.services import erase_user
from core.export.contents import tables
from core.kit.logs import RouteForPath
from ongoza_ops.logs import JsonFormatter
from tests.unit.core.school import ABSENT, World
from tests.unit.core.world import calendar_event, refusal, signed_in

pytestmark = pytest.mark.django_db

TOKEN = "calendar/token/"
DAY = timedelta(days=1)


def read(token: str, **headers: str) -> Any:
    return Client().get(f"/api/v1/calendar/{token}.ics", headers=headers)


def events_in(token: str) -> dict[str, Any]:
    """By uid."""
    response = read(token)
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return {str(one["uid"]): one for one in Calendar.from_ical(response.content).walk("VEVENT")}


@pytest.fixture
def token(world: World) -> str:
    status, issued = signed_in(world.learner).post(TOKEN, {})
    assert status == 201
    assert issued["url"] == f"{settings.API_URL}/api/v1/calendar/{issued['token']}.ics"
    return str(issued["token"])


def test_a_feed_has_the_events_of_the_users_organizations(world: World, token: str) -> None:
    starts_at = datetime(2027, 3, 1, 7, tzinfo=UTC)
    event = calendar_event(world.school, starts_at=starts_at, description="Bring; a, laptop\n\\o/")
    calendar_event(world.other)
    (found,) = events_in(token).values()
    assert (found["uid"], found["sequence"], found["status"]) == (str(event.pk), 0, "CONFIRMED")
    assert found["summary"] == "Kick-off"
    assert found["description"] == "Bring; a, laptop\n\\o/"
    assert found["dtstart"].dt == starts_at
    assert found["dtstart"].params["TZID"] == "Africa/Nairobi"
    assert "BEGIN:VTIMEZONE" in read(token, Accept="text/calendar").content.decode()


def test_zones_are_told_in_the_order_of_their_names_for_the_years_of_the_events(
    world: World, token: str
) -> None:
    zones = ("Europe/Paris", "Africa/Cairo", "Africa/Nairobi")
    for zone in zones:
        starts_at = datetime(2060, 7, 1, 7, tzinfo=UTC)
        calendar_event(world.school, starts_at=starts_at, time_zone=zone)
    calendar = Calendar.from_ical(read(token).content)
    assert isinstance(calendar, Calendar)
    assert [one.tz_name for one in calendar.timezones] == sorted(zones)
    summer = datetime(2060, 7, 1, tzinfo=calendar.timezones[-1].to_tz())
    assert summer.utcoffset() == timedelta(hours=2)


def test_a_cancelled_event_stays_for_thirty_days_with_a_higher_sequence(
    world: World, token: str
) -> None:
    event = calendar_event(world.school)
    update_event(changed_by=world.director, event_id=event.pk, location="Room 2")
    cancel_event(cancelled_by=world.director, event_id=event.pk)
    (found,) = events_in(token).values()
    assert (found["uid"], found["sequence"], found["status"]) == (str(event.pk), 2, "CANCELLED")
    cancelled(event, 30 * DAY - timedelta(minutes=1))
    assert len(events_in(token)) == 1
    cancelled(event, 30 * DAY)
    assert events_in(token) == {}


def cancelled(event: CalendarEvent, ago: timedelta) -> None:
    """Move the time of the cancellation."""
    rows: QuerySet[CalendarEvent] = QuerySet(CalendarEvent)
    rows.filter(pk=event.pk).update(updated_at=timezone.now() - ago)


def test_past_events_leave_the_feed_after_ninety_days(world: World, token: str) -> None:
    recent = calendar_event(world.school, starts_at=timezone.now() - 89 * DAY)
    calendar_event(world.school, starts_at=timezone.now() - 91 * DAY)
    assert [*events_in(token)] == [str(recent.pk)]


def test_an_unchanged_feed_is_a_304_and_has_the_same_bytes(world: World, token: str) -> None:
    event = calendar_event(world.school)
    first, second = read(token), read(token)
    assert first.content == second.content
    assert first["ETag"] == second["ETag"]
    unchanged = read(token, **{"If-None-Match": f"W/{first['ETag']}"})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    update_event(changed_by=world.director, event_id=event.pk, title="Start")
    changed = read(token, **{"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)
    assert changed["Cache-Control"] == "private, no-cache"


def test_a_token_is_shown_once_and_stored_as_a_hash(world: World, token: str) -> None:
    learner = signed_in(world.learner)
    assert {*learner.get(TOKEN)[1]} == {"created_at", "used_at"}
    assert token not in str([*FeedToken.objects.values()])


def test_another_token_ends_the_former_one_and_a_revoked_one_is_unknown(
    world: World, token: str
) -> None:
    learner = signed_in(world.learner)
    newer = learner.post(TOKEN, {})[1]["token"]
    assert (read(token).status_code, read(newer).status_code) == (404, 200)
    assert learner.call("DELETE", TOKEN)[0] == 204
    unknown, never = (json.loads(read(one).content) for one in (newer, "never"))
    assert {**unknown, "request_id": ""} == {**never, "request_id": ""}
    assert refusal(learner.get(TOKEN)) == refusal(learner.call("DELETE", TOKEN)) == ABSENT


def test_a_deactivated_user_has_no_feed(world: World, token: str) -> None:
    path = f"users/{world.learner.pk}/deactivate/"
    assert signed_in(world.admin).call("POST", path)[0] == 200
    assert read(token).status_code == 404


def test_an_erasure_deletes_the_token_and_an_export_leaves_out_its_hash(
    world: World, token: str
) -> None:
    (table,) = [one for one in tables() if one.model is FeedToken]
    assert (table.left_out, table.rows(world.learner).count()) == (["hash"], 1)
    erase_user(user_id=world.learner.pk)
    assert (read(token).status_code, FeedToken.objects.count()) == (404, 0)


def test_the_use_of_a_token_is_recorded_once_a_day(world: World, token: str) -> None:
    created = FeedToken.objects.get().used_at
    read(token)
    assert FeedToken.objects.get().used_at == created
    FeedToken.objects.update(used_at=created - 2 * DAY)
    read(token)
    assert FeedToken.objects.get().used_at > created


def test_no_log_line_holds_the_token_even_of_a_failure(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(RouteForPath())
    logging.getLogger().addHandler(handler)
    level = logging.getLogger("core.access").level
    logging.getLogger("core.access").setLevel(logging.INFO)
    try:
        read(token)
        monkeypatch.setattr("core.calendars.feeds.feed", lambda _: 1 / 0)
        response = Client(raise_request_exception=False).get(f"/api/v1/calendar/{token}.ics")
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger("core.access").setLevel(level)
    assert response.status_code == 500
    assert "Internal Server Error: api/v1/calendar/<str:token>.ics/" in stream.getvalue()
    assert token not in stream.getvalue()


def test_a_feed_of_many_events_has_the_next_ones(
    world: World, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.calendars.selectors.FEED_MAX", 2)
    now = timezone.now()
    _, second, first, _ = (
        calendar_event(world.school, starts_at=now + days * DAY) for days in (-3, 2, 1, 3)
    )
    assert [*events_in(token)] == [str(first.pk), str(second.pk)]
