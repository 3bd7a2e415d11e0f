"""The numbers on the admin's first page."""

from typing import Any, NamedTuple, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince

from core.config import parked_records
from core.jobs.models import Tick
from core.jobs.selectors import JobsHealth, due, jobs_health
from core.outbox.backlog import count_waiting, oldest_waiting
from core.users.models import User

AI_SECONDS = 1.0
UNKNOWN = "unknown"


class Card(NamedTuple):
    title: str
    value: object
    note: str
    url: str = ""


def add_cards(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return {**context, "cards": [_users(), *_jobs(), _outbox(), _parked(request)]}


def _users() -> Card:
    count = User.objects.filter(is_active=True).count()
    return Card("Users", count, "active accounts", reverse("admin:users_user_changelist"))


def _jobs() -> list[Card]:
    jobs = reverse("admin:jobs_job_changelist")
    health = jobs_health()
    retry = "out of attempts: retry them"
    return [
        Card("Failed jobs", health.failed, retry, f"{jobs}?state=failed"),
        Card("Jobs that are due", due().count(), _last_tick(health), f"{jobs}?state=due"),
    ]


def _last_tick(health: JobsHealth) -> str:
    """Names the queue: each has a worker of its own, which may be down."""
    if health.queues_without_tick:
        return f"never looked for in the queue {', '.join(health.queues_without_tick)}"
    tick = cast(Tick, health.oldest_tick)
    return f"last looked for {timesince(tick.at)} ago in the queue {tick.queue}"


def _outbox() -> Card:
    waiting, oldest = count_waiting(), oldest_waiting()
    note = f"waiting for Kafka, the oldest for {oldest:.0f} s" if waiting else "all sent to Kafka"
    return Card("Outbox", waiting, note, reverse("admin:outbox_outboxevent_changelist"))


def _parked(request: HttpRequest) -> Card:
    count = parked_records.count(request, seconds=AI_SECONDS)
    value = UNKNOWN if count is None else count
    note = "that ai could not apply: retry or discard them"
    return Card("Parked records", value, note, reverse("parked_records"))
