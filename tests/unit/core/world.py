"""Building blocks of core's tests: callers, a small catalogue, and the contents of the outbox."""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.test import Client
from django.test.client import ClientHandler
from django.test.signals import setting_changed
from django.utils import timezone

from core.access.models import Membership
from core.access.services import Scope, grant
from core.calendars.models import CalendarEvent
from core.organizations.models import Organization
from core.outbox.models import OutboxEvent
from core.outbox.publish import publish
from core.programs import services as programs
from core.programs.models import ContentItem, Milestone, Program, ProgramVersion
from core.programs.versions import publish_version
from core.users import admin_sessions, api_tokens, second_factor
from core.users.models import User
from core.users.services import add_user
from core.users.tokens import ServiceToken, issue
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.http.tokens import READ
from ongoza_contracts.vocabulary import Role

Answer = tuple[int, Any]  # the status, and the JSON of the body


@cache
def _handler() -> ClientHandler:
    """Starts the middleware once for all callers, and again after pytest-django's `settings`
    changed one. What a middleware reads otherwise when it starts, it reads once."""
    handler = ClientHandler(enforce_csrf_checks=False)
    handler.load_middleware()
    return handler


@receiver(setting_changed)
def _clear_handler(**_: Any) -> None:
    _handler.cache_clear()


@dataclass(frozen=True)
class Caller:
    """Somebody with this token, or nobody in particular."""

    token: str | None = None

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """`body` as JSON, or as it is when it is bytes; `headers` may hold another Content-Type."""
        headers = {"Content-Type": "application/json"} if headers is None else headers
        authorization = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        client = Client()
        client.handler = _handler()
        response = client.generic(
            method,
            f"/api/v1/{path}",
            body if isinstance(body, bytes) else json.dumps(body) if body is not None else "",
            content_type=headers.get("Content-Type", ""),
            headers={**headers, **authorization},
        )
        is_json = response.content and "json" in response.headers["Content-Type"]
        return response.status_code, response.json() if is_json else response.content or None

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: Any) -> Answer:
        return self.call("POST", path, body)


NOBODY = Caller()


def signed_in(user: User) -> Caller:
    """By a sign-in that is not published, so that a test sees only what it appends itself."""
    return Caller(issue(user, user.sign_ins.create()).access)


def admin_site_client(user: User) -> Client:
    """A browser with a session of the admin site, whose sign-in is not published either."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[admin_sessions.SESSION_KEY] = str(user.sign_ins.create().pk)
    session.save()
    return client


def log_in(email: str, password: str, user_agent: str = "") -> dict[str, str]:
    """Both tokens of a new sign-in."""
    headers = {"Content-Type": "application/json", "User-Agent": user_agent}
    body = {"email": email, "password": password}
    status, answer = NOBODY.call("POST", "auth/login/", body, headers)
    assert status == 200
    return {name: answer[name] for name in ("access_token", "refresh_token")}


def api_token(user: User, *scope: str) -> str:
    """A personal API token, by default one that reads."""
    return api_tokens.create(
        user=User.objects.get(pk=user.pk),
        totp_id=second_factor.enrolment_id(user),
        name="script",
        scope=scope or [READ],
        days=7,
    ).token


def service() -> Caller:
    """ai, calling for itself."""
    token = ServiceToken()
    token["service"] = "ai"
    return Caller(str(token))


def person(name: str, role: Role = Role.LEARNER, organization: Organization | None = None) -> User:
    email = f"{name}@ongoza.example"
    return add_user(email=email, password=None, role=role, organization=organization)


def assign(mentor: User, learner: User) -> Membership:
    """Let a mentor reach a learner."""
    scope = Scope(ScopeKind.LEARNER, learner_id=learner.id)
    return grant(user_id=mentor.id, role=Role.MENTOR, scope=scope).membership


def item(content_id: str, program: Program | None = None, **state: Any) -> ContentItem:
    """An item on offer; its type is the first word of its id."""
    some: dict[str, Any] = {
        "content_type": content_id.split("-")[0],
        "program": program or Program.objects.get_or_create(slug="core", title="Core")[0],
        "title": content_id,
        "track": "builders",
        "duration_minutes": 30,
    }
    return programs.publish_content(content_id=content_id, **{**some, **state})


def published_version(content_id: str = "course-1") -> ProgramVersion:
    """A new version of the item's program, after the item moved to a new milestone."""
    placed = ContentItem.objects.get(content_id=content_id)
    title = f"Stage {Milestone.objects.count() + 1}"
    placed.milestone = Milestone.objects.create(program=placed.program, title=title)
    placed.save(update_fields=["milestone"])
    return publish_version(program_id=placed.program_id)


def progress_report(content_id: str = "course-1", **changes: Any) -> dict[str, Any]:
    """A good one, unless `changes` spoil it; a change to None leaves the field out."""
    good = {
        "content_id": content_id,
        "content_type": content_id.split("-")[0],
        "status": "in_progress",
        "completion_percentage": 40,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def goal_request(**changes: Any) -> dict[str, Any]:
    return {"title": "Pass the exam", "target_date": "2999-12-31", **changes}


def event_request(organization: Organization, **changes: Any) -> dict[str, Any]:
    return {
        "organization": organization.pk,
        "title": "Kick-off",
        "starts_at": "2027-03-01T07:00:00Z",
        "ends_at": "2027-03-01T08:30:00Z",
        "time_zone": "Africa/Nairobi",
        **changes,
    }


def calendar_event(organization: Organization, **changes: Any) -> CalendarEvent:
    """An event of ninety minutes, which begins in a day unless `changes` say otherwise."""
    starts_at = changes.pop("starts_at", timezone.now() + timedelta(days=1))
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=90)}
    values = {**times, "title": "Kick-off", "time_zone": "Africa/Nairobi", **changes}
    event = CalendarEvent(organization=organization, **values)
    with transaction.atomic():
        publish(event)
    return event


Appended = tuple[str, str, int]  # the type without "ongoza." and ".v1", the key, the version


def appended() -> list[Appended]:
    """What waits in the outbox, in the order in which it will be sent."""
    return [
        (row.type.removeprefix("ongoza.").removesuffix(".v1"), row.key, int(row.sequence))
        for row in OutboxEvent.objects.order_by("id")
    ]


def forget_appended() -> None:
    """Empty the outbox, so that a test sees what it appends itself."""
    OutboxEvent.objects.all().delete()


Refusal = tuple[int, str, list[tuple[str, str]]]


def refusal(answer: Answer) -> Refusal:
    """Status, code, and what was wrong with each field."""
    status, body = answer
    assert set(body) == {"detail", "code", "errors", "request_id"}
    return status, body["code"], [(error["field"], error["code"]) for error in body["errors"]]
