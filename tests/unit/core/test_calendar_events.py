"""Calendar events: who enters, changes and reads them, and what is published."""

from typing import Any

import pytest

from core.access.services import Scope, grant, revoke
from core.calendars import services
from core.calendars.models import CalendarEvent
from core.outbox.models import OutboxEvent
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.calendars import CalendarEventUpdated
from ongoza_contracts.vocabulary import Role
from tests.unit.core.cohort_rows import enrolment_in, open_cohort
from tests.unit.core.school import ABSENT, World
from tests.unit.core.world import (
    Caller,
    admin_site_client,
    appended,
    calendar_event,
    event_request,
    forget_appended,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

EVENTS = "calendar/events/"
PAST = ("2026-01-05T07:00:00Z", "2026-01-05T08:00:00Z")


@pytest.fixture
def event(world: World) -> CalendarEvent:
    found = calendar_event(world.school)
    forget_appended()
    return found


def path_of(event: CalendarEvent) -> str:
    return f"{EVENTS}{event.pk}/"


def test_an_event_is_published_with_each_change_without_its_texts(
    world: World, director: Caller
) -> None:
    status, made = director.post(EVENTS, event_request(world.school, location="Room 1"))
    assert (status, made["state"], made["sequence"]) == (201, "scheduled", 0)
    path = f"{EVENTS}{made['id']}/"
    assert director.call("PATCH", path, {"title": "Start"})[1]["sequence"] == 0
    assert director.call("PATCH", path, {"location": "Room 2"})[1]["sequence"] == 1
    assert director.call("PATCH", path, {"ends_at": "2027-03-01T09:00:00Z"})[1]["sequence"] == 2
    status, cancelled = director.call("POST", f"{path}cancel/")
    assert (status, cancelled["state"], cancelled["sequence"]) == (200, "cancelled", 3)
    assert director.get(path) == (200, cancelled)
    facts = [("calendar_event.updated", made["id"], version) for version in range(1, 6)]
    assert appended() == facts
    row = OutboxEvent.objects.latest("id")
    fact = CalendarEventUpdated.model_validate_json(bytes(row.payload or b""))
    assert (fact.state, fact.sequence, fact.organization_id) == ("cancelled", 3, world.school.pk)
    assert not {"title", "description", "location"} & CalendarEventUpdated.model_fields.keys()


def test_a_change_that_changes_nothing_publishes_nothing(
    director: Caller, event: CalendarEvent
) -> None:
    body = {"title": event.title, "time_zone": event.time_zone}
    assert director.call("PATCH", path_of(event), body)[0] == 200
    assert appended() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ends_at": "2027-03-01T06:59:59Z"}, ("bad_times", [])),
        ({"starts_at": "1999-12-31T23:00:00Z"}, ("bad_times", [])),
        ({"ends_at": "2101-01-01T00:00:00Z"}, ("bad_times", [])),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, ("invalid", [("starts_at", "overflow")])),
        ({"starts_at": "2027-03-01T07:00:00"}, ("invalid", [("starts_at", "invalid")])),
        ({"time_zone": "Africa/Atlantis"}, ("invalid", [("time_zone", "unknown_value")])),
        ({"title": ""}, ("invalid", [("title", "too_short")])),
        ({"title": "Two\nlines"}, ("invalid", [("title", "bad_text")])),
        ({"organization": 2147483647}, ("not_found", [])),
        ({"state": "cancelled"}, ("unknown_field", [("state", "unknown_field")])),
    ],
)
def test_a_malformed_event_is_refused(
    changes: dict[str, Any], expected: tuple[str, Any], world: World, director: Caller
) -> None:
    answer = director.post(EVENTS, {**event_request(world.school), **changes})
    status = 404 if expected[0] == "not_found" else 400
    assert refusal(answer) == (status, *expected)
    assert (CalendarEvent.objects.count(), appended()) == (0, [])


def test_an_event_does_not_end_before_it_starts_by_a_change(
    director: Caller, event: CalendarEvent
) -> None:
    early = {"ends_at": "2026-01-01T00:00:00Z"}
    assert refusal(director.call("PATCH", path_of(event), early)) == (400, "bad_times", [])
    assert appended() == []


def test_a_cancelled_event_does_not_change_again(director: Caller, event: CalendarEvent) -> None:
    assert director.call("POST", f"{path_of(event)}cancel/")[0] == 200
    forget_appended()
    changed = director.call("PATCH", path_of(event), {"title": "Again"})
    assert refusal(changed) == (409, "event_cancelled", [])
    again = director.call("POST", f"{path_of(event)}cancel/")
    assert refusal(again) == (409, "illegal_transition", [])
    assert appended() == []


def test_only_so_many_events_are_to_come(
    world: World, director: Caller, event: CalendarEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_UPCOMING", 1)
    refused = director.post(EVENTS, event_request(world.school))
    assert refusal(refused) == (409, "too_many_events", [])
    assert (CalendarEvent.objects.count(), appended()) == (1, [])
    past = event_request(world.school, starts_at=PAST[0], ends_at=PAST[1])
    status, over = director.post(EVENTS, past)
    assert status == 201
    times = {name: event_request(world.school)[name] for name in ("starts_at", "ends_at")}
    moved = director.call("PATCH", f"{EVENTS}{over['id']}/", times)
    assert refusal(moved) == (409, "too_many_events", [])
    assert director.call("PATCH", path_of(event), {"title": "Still one"})[0] == 200
    assert director.call("POST", f"{path_of(event)}cancel/")[0] == 200
    assert director.call("PATCH", f"{EVENTS}{over['id']}/", times)[0] == 200


def test_members_read_the_events_of_their_organization_while_they_are_members(
    world: World, event: CalendarEvent
) -> None:
    for user in (world.learner, world.mentor, world.director, world.admin):
        assert [row["id"] for row in listed(signed_in(user))] == [str(event.pk)]
        assert signed_in(user).get(path_of(event))[0] == 200
    stranger = signed_in(world.foreign)
    assert listed(stranger) == []
    assert refusal(stranger.get(path_of(event))) == ABSENT
    scope = Scope(ScopeKind.ORGANIZATION, world.school.pk)
    guest = grant(user_id=world.foreign.id, role=Role.LEARNER, scope=scope).membership
    assert len(listed(stranger)) == 1
    revoke(membership_id=guest.pk, revoked_by=world.admin)
    assert listed(stranger) == []


def test_learners_of_a_cohort_read_the_events_of_its_organization(
    world: World, event: CalendarEvent
) -> None:
    enrolment_in("active", open_cohort(world.school, scholarship=1), world.foreign)
    learner = signed_in(world.foreign)
    assert [row["id"] for row in listed(learner)] == [str(event.pk)]


def listed(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    status, page = caller.get(f"{EVENTS}{query}")
    assert status == 200
    return list(page["results"])


def test_staff_of_another_organization_neither_enters_nor_changes_events(
    world: World, event: CalendarEvent
) -> None:
    scope = Scope(ScopeKind.ORGANIZATION, world.other.pk)
    grant(user_id=world.foreign_mentor.id, role=Role.DIRECTOR, scope=scope)
    forget_appended()
    foreign = signed_in(world.foreign_mentor)
    assert refusal(foreign.post(EVENTS, event_request(world.school))) == ABSENT
    assert refusal(foreign.call("PATCH", path_of(event), {"title": "Mine"})) == ABSENT
    assert refusal(foreign.call("POST", f"{path_of(event)}cancel/")) == ABSENT
    for member in (world.learner, world.mentor):
        assert refusal(signed_in(member).call("POST", f"{path_of(event)}cancel/"))[0] == 403
    event.refresh_from_db()
    assert (event.state, event.title, appended()) == ("scheduled", "Kick-off", [])


def test_the_list_is_filtered_by_time_state_and_organization(
    world: World, director: Caller
) -> None:
    for month in ("01", "02", "03"):
        times = {"starts_at": f"2027-{month}-01T07:00:00Z", "ends_at": f"2027-{month}-01T08:00:00Z"}
        assert director.post(EVENTS, event_request(world.school, title=month, **times))[0] == 201
    second = listed(director)[1]
    assert director.call("POST", f"{EVENTS}{second['id']}/cancel/")[0] == 200

    def titles(query: str) -> list[str]:
        return [row["title"] for row in listed(director, query)]

    assert titles("?from=2027-02-01T07:30:00Z") == ["02", "03"]
    assert titles("?to=2027-02-01T07:00:00Z") == ["01"]
    assert titles("?from=2027-01-15T00:00:00Z&to=2027-02-15T00:00:00Z") == ["02"]
    assert titles("?state=scheduled") == ["01", "03"]
    assert titles(f"?organization={world.other.pk}") == []
    assert refusal(director.get(f"{EVENTS}?from=2027-02-01")) == (400, "bad_parameter", [])


def test_the_admin_site_enters_changes_and_cancels_events(world: World) -> None:
    client = admin_site_client(world.admin)
    form = {"title": "Kick-off", "description": "", "location": "", "time_zone": "Africa/Nairobi"}
    form |= {"starts_at_0": "2027-03-01", "starts_at_1": "07:00:00"}
    form |= {"ends_at_0": "2027-03-01", "ends_at_1": "08:00:00"}
    base = "/admin/calendars/calendarevent/"
    added = client.post(f"{base}add/", {**form, "organization": str(world.school.pk)})
    assert added.status_code == 302
    event = CalendarEvent.objects.get()
    changed = client.post(f"{base}{event.pk}/change/", {**form, "title": "Start"})
    assert changed.status_code == 302
    assert client.post(f"{base}{event.pk}/cancel/", {}).status_code == 302
    event.refresh_from_db()
    assert (event.title, event.state, event.version) == ("Start", "cancelled", 3)
    assert [version for _, _, version in appended()] == [1, 2, 3]
