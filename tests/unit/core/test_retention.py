"""Every kind of row that is purged by its age: what is older goes, what is younger stays."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.calendars.models import FeedToken
from core.coaching.models import WeekSummary
from core.conduct.models import Report
from core.exports.models import TableExport
from core.files.models import File, Upload
from core.idempotency.models import StoredResponse
from core.imports.models import Import
from core.jobs.models import Job
from core.jobs.registry import job_kinds
from core.jobs.services import run_due, schedule
from core.kit import retention
from core.kit.retention import RetentionRule, rules
from core.limits.models import RateLimit
from core.mentorship.models import MentorshipRequest
from core.notifications.models import Digest, Notification, PhoneNumber
from core.organizations.models import Invitation, Organization
from core.reviews.models import Claim
from core.sponsor_reports.models import SponsorReport
from core.subscriptions.models import GatewayEvent
from core.users.models import ApiToken, Impersonation, Minor, OneTimeToken, SignIn
from core.webhooks.models import Delivery, Subscription
from tests.unit.core.submission_rows import mission, submitted
from tests.unit.core.world import person

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
PURGES_ANOTHER_TABLE = ("users.api_tokens", "users.views")  # that of the sign-ins
DATED = (
    "coaching.week_summaries",
    "notifications.digests",
    "users.minors",
)  # by a day instead of a time


def user(at: datetime) -> Any:
    return person(f"user-{at.timestamp()}")


def sign_in(at: datetime) -> Model:
    return SignIn.objects.create(user=user(at), refreshed_at=at)


def api_token(at: datetime) -> Model:
    return ApiToken.objects.create(
        sign_in=SignIn.objects.create(user=user(at)),
        name="x",
        hash=f"{at.timestamp()}",
        scope="read",
        expires_at=at,
    )


def view(at: datetime) -> Model:
    owner = user(at)
    sign_in = SignIn.objects.create(user=owner)
    return Impersonation.objects.create(user=owner, sign_in=sign_in, expires_at=at)


def one_time_token(at: datetime) -> Model:
    return OneTimeToken.objects.create(
        user=user(at), purpose="log_in_link", hash=f"{at.timestamp()}", expires_at=at
    )


def school() -> Organization:
    return Organization.objects.get_or_create(name="Makini", kind="school")[0]


def invitation(at: datetime, **state: Any) -> Model:
    school = Organization.objects.get_or_create(name="Makini", kind="school")[0]
    email = f"a{at.timestamp()}@ongoza.example"
    values = {"expires_at": timezone.now(), **state}
    return Invitation.objects.create(organization=school, email=email, role="mentor", **values)


def file(at: datetime) -> Model:
    name = f"{at.timestamp()}"
    return File.objects.create(
        owner=user(at), purpose="export", name=name, size=0, sha256="", expires_at=at
    )


def notification(at: datetime, **state: Any) -> Model:
    values = {"created_at": at, **state}
    return Notification.objects.create(
        user=user(at), kind="users.new_device", subject="1", version=1, **values
    )


def delivery(at: datetime) -> Model:
    school = Organization.objects.get_or_create(name="Makini", kind="school")[0]
    subscription = Subscription.objects.create(
        organization=school, url="https://school.example/", types=[], encrypted_secret=b""
    )
    return Delivery.objects.create(
        subscription=subscription,
        history_id=1,
        recorded_at=at,
        event_id=subscription.pk,
        created_at=at,
    )


def previous_secret(at: datetime) -> Model:
    school = Organization.objects.get_or_create(name="Makini", kind="school")[0]
    return Subscription.objects.create(
        organization=school,
        url="https://school.example/",
        types=[],
        encrypted_secret=b"",
        encrypted_previous_secret=b"",
        rotated_at=at,
    )


def ended_claim(at: datetime) -> Model:
    attempt = submitted(user(at), mission(f"mission-{int(at.timestamp()) % 1_000_000_000}"))
    return Claim.objects.create(
        submission=attempt, reviewer=attempt.user, state="released", until=at, ended_at=at
    )


def decided_report(at: datetime) -> Model:
    return Report.objects.create(
        reported=user(at), reason="other", encrypted=b"", state="dismissed", decided_at=at
    )


MAKERS: dict[str, Callable[[datetime], Model]] = {
    "calendars.feed_tokens": lambda at: FeedToken.objects.create(
        user=user(at), hash=f"{at.timestamp()}", used_at=at
    ),
    "coaching.week_summaries": lambda at: WeekSummary.objects.create(
        user=user(at), week=at.date(), habits_done=1, goals_near=0, items_completed=0
    ),
    "conduct.decided_reports": decided_report,
    "exports.all": lambda at: TableExport.objects.create(
        owner=user(at), kind="sponsor_seats", format="csv", created_at=at
    ),
    "files.expired": file,
    "files.unfinished_uploads": lambda at: Upload.objects.create(
        owner=user(at), name="x", size=1, sha256="", changed_at=at
    ),
    "idempotency.responses": lambda at: StoredResponse.objects.create(
        user=user(at), key="x", fingerprint="", status=200, headers={}, created_at=at
    ),
    "imports.all": lambda at: Import.objects.create(
        owner=user(at), kind=Import.Kind.CONTENT, created_at=at
    ),
    "jobs.done": lambda at: Job.objects.create(kind="x", user=user(at), done_at=at),
    "jobs.without_user": lambda at: Job.objects.create(kind="x", done_at=at),
    "limits.unused": lambda at: RateLimit.objects.create(key=f"{at}", unused_at=at),
    "mentorship.closed_requests": lambda at: MentorshipRequest.objects.create(
        learner=user(at), state="withdrawn", closed_at=at
    ),
    "notifications.all": notification,
    "notifications.digests": lambda at: Digest.objects.create(user=user(at), week=at.date()),
    "notifications.read": lambda at: notification(at, created_at=timezone.now(), read_at=at),
    "notifications.unverified_phone_numbers": lambda at: PhoneNumber.objects.create(
        user=user(at), number="+254711000000", changed_at=at
    ),
    "organizations.ended_invitations": lambda at: invitation(at, status="revoked", ended_at=at),
    "organizations.open_invitations": lambda at: invitation(at, expires_at=at),
    "reviews.ended_claims": ended_claim,
    "subscriptions.gateway_events": lambda at: GatewayEvent.objects.create(
        gateway="stripe", event_id=f"evt_{at.timestamp()}", received_at=at
    ),
    "sponsor_reports.all": lambda at: SponsorReport.objects.create(
        owner=user(at), organization=school(), as_of=at
    ),
    "users.api_tokens": api_token,
    "users.impersonations": lambda at: Impersonation.objects.create(
        user=user(at), created_at=at, expires_at=at
    ),
    "users.minors": lambda at: Minor.objects.create(user=user(at), adult_from=at.date()),
    "users.one_time_tokens": one_time_token,
    "users.sign_ins": sign_in,
    "users.views": view,
    "webhooks.deliveries": delivery,
    "webhooks.previous_secrets": previous_secret,
}
"""By rule: a row as old as a time."""


def test_every_rule_has_a_row_here() -> None:
    assert rules().keys() == MAKERS.keys()


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_older_rows_are_purged_and_younger_ones_stay(name: str) -> None:
    rule, make = rules()[name], MAKERS[name]
    step = timedelta(days=1) if name in DATED else 5 * SECOND
    limit = timezone.now() - rule.age
    old, young = make(limit - step), make(limit + step)
    schedule("retention.purge", subject=name)
    run_due()
    assert not rule.rows().filter(pk=old.pk).exists()
    assert rule.rows().filter(pk=young.pk).exists()


def test_another_age_is_a_setting(settings: Any) -> None:
    settings.RETENTION_DAYS = {"jobs.done": 2}
    now = timezone.now()
    young = Job.objects.create(kind="x", user=user(now), done_at=now - timedelta(days=1))
    Job.objects.create(kind="x", user=user(now - SECOND), done_at=now - timedelta(days=3))
    rules()["jobs.done"].carry_out()
    assert [*Job.objects.all()] == [young]


@pytest.mark.parametrize(
    "days", [{"jobs.gone": 1}, {"jobs.done": -1}, {"jobs.done": "7"}, {"jobs.done": True}]
)
def test_an_unknown_rule_or_a_malformed_age_stops_the_process(days: dict[str, Any]) -> None:
    with pytest.raises(ImproperlyConfigured, match="RETENTION_DAYS"):
        retention.check_setting(days)


def test_one_job_carries_out_all_rules_each_on_its_own() -> None:
    schedule("retention.purge")
    run_due()
    waiting = Job.objects.filter(kind="retention.purge", done_at=None)
    assert {*waiting.values_list("subject", flat=True)} == rules().keys()
    assert run_due() == len(rules())
    assert not waiting.exists()
    assert job_kinds()["retention.purge"].every == timedelta(hours=1)


def test_more_rows_than_one_batch_are_purged_by_further_jobs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        RateLimit.objects.create(key=f"{number}", unused_at=timezone.now() - number * SECOND)
    counts = []
    schedule("retention.purge", subject="limits.unused", key="limits.unused")
    while run_due():
        counts.append(RateLimit.objects.count())
        schedule("retention.purge", subject="limits.unused", key="limits.unused")
        open_jobs = Job.objects.filter(done_at=None)
        assert open_jobs.count() == 1  # two at once would wait for each other's rows
        if not counts[-1]:
            open_jobs.delete()
    assert counts == [3, 1, 0]


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_an_index_finds_the_oldest_rows_without_a_sort(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    plan = rules()[name].oldest(timezone.now()).values_list("pk", flat=True).explain()
    nodes = re.findall(r"^[ >-]*(\S.*?)  \(cost", plan, re.MULTILINE)
    assert nodes
    assert not [node for node in nodes if node == "Sort" or node.startswith("Seq Scan")], plan


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_rows_are_locked_in_the_order_of_their_keys_before_they_change(name: str) -> None:
    rule, make = rules()[name], MAKERS[name]
    step = timedelta(days=1) if name in DATED else 5 * SECOND
    old = timezone.now() - rule.age - step
    table = make(old)._meta.db_table
    with CaptureQueriesContext(connection) as queries:
        rule.carry_out()
    sql = [one["sql"] for one in queries]
    first = next(i for i, one in enumerate(sql) if re.match(r"UPDATE|DELETE|INSERT", one))
    locks = [one for one in sql[:first] if re.search(r"FOR (NO KEY )?UPDATE", one)]
    assert locks
    assert all(re.search(r"ORDER BY \S+ ASC( LIMIT \d+)? FOR", one) for one in locks), locks
    assert name in PURGES_ANOTHER_TABLE or f'FROM "{table}"' in locks[0]


def test_two_rules_have_two_names() -> None:
    rule = rules()["jobs.done"]
    with pytest.raises(ValueError, match=r"jobs\.done"):
        retention.register(rule)
    assert isinstance(rule, RetentionRule)
