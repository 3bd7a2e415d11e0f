"""What is notified: memberships, invitations, security notices, profiling results, goals."""

import base64
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.access.services import Scope, grant, revoke
from core.coaching import jobs as coaching_jobs
from core.coaching.models import Goal
from core.coaching.notifications import GOAL_DUE, GOAL_NEAR
from core.coaching.services import update_goal
from core.jobs.models import Job
from core.jobs.services import run_due, schedule
from core.notifications import kinds
from core.notifications.models import KnownDevice, Notification
from core.organizations.services import remove_member
from core.profiling.notifications import RESULT_READY
from core.profiling.services import import_session, record_result, start_session
from core.users import second_factor
from core.users.models import ApiToken, SignIn, User
from core.users.services import add_user
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.vocabulary import Role
from tests.unit.core.notified import notified, reader
from tests.unit.core.school import World
from tests.unit.core.world import NOBODY, assign, person, signed_in

pytestmark = pytest.mark.django_db

PASSWORD, NEW_PASSWORD = "a-long-passphrase-9", "another-passphrase-7"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
SCORES = {"builders": 80, "leaders": 10.5, "entrepreneurs": 0, "researchers": 5, "educators": 4}
RESULT = {"scores": SCORES, "primary": "builders", "secondary": [], "confidence": "high"}


# --- memberships -------------------------------------------------------------------------------
def test_a_mentor_and_the_learner_are_notified_of_each_other_once(world: World) -> None:
    membership = assign(world.mentor, world.learner)
    assign(world.mentor, world.learner)
    assert notified(world.learner) == [kinds.MENTOR_ASSIGNED]
    assert notified(world.mentor) == [kinds.LEARNER_ASSIGNED]
    revoke(membership_id=membership.id, revoked_by=world.admin)
    revoke(membership_id=membership.id, revoked_by=world.admin)
    assert notified(world.mentor) == [kinds.MEMBERSHIP_ENDED, kinds.LEARNER_ASSIGNED]
    assign(world.mentor, world.learner)
    assert notified(world.learner) == [kinds.MENTOR_ASSIGNED] * 2


def test_a_member_is_notified_of_a_role_and_of_its_end(world: World) -> None:
    scope = Scope(ScopeKind.ORGANIZATION, world.school.id)
    grant(user_id=world.foreign.id, role=Role.SPONSOR, scope=scope, granted_by=world.admin)
    assert notified(world.foreign) == [kinds.MEMBERSHIP_GRANTED]
    remove_member(organization=world.school, user_id=world.foreign.id, removed_by=world.admin)
    assert notified(world.foreign) == [kinds.MEMBERSHIP_ENDED, kinds.MEMBERSHIP_GRANTED]


def test_a_mentor_who_leaves_is_notified_once_and_not_of_each_learner(world: World) -> None:
    assign(world.mentor, world.learner)
    remove_member(organization=world.school, user_id=world.mentor.id, removed_by=world.admin)
    assert notified(world.mentor) == [kinds.MEMBERSHIP_ENDED, kinds.LEARNER_ASSIGNED]


def test_what_follows_from_the_main_role_is_no_news(world: World) -> None:
    assert notified(world.mentor) == notified(world.director) == []


# --- invitations -------------------------------------------------------------------------------
def test_the_inviter_is_notified_of_the_acceptance(world: World) -> None:
    route = f"organizations/{world.school.id}/invitations/"
    director = signed_in(world.director)
    assert director.post(route, {"email": "nina@ongoza.example", "role": "mentor"})[0] == 201
    run_due()
    token = re.search(r"/invitations/([\w-]+)", str(mail.outbox[-1].body))
    assert token is not None
    assert NOBODY.post(f"invitations/{token[1]}/accept/", {"password": PASSWORD})[0] == 201
    assert notified(world.director) == [kinds.INVITATION_ACCEPTED]
    assert notified(User.objects.get(email="nina@ongoza.example")) == []
    title = director.get("notifications/")[1]["results"][0]["title"]
    assert title == f"Your invitation to {world.school.name} was accepted"


# --- security ----------------------------------------------------------------------------------
def log_in(user_agent: str, password: str = PASSWORD) -> dict[str, Any]:
    response = Client(headers={"User-Agent": user_agent}).post(
        "/api/v1/auth/login/",
        {"email": "amina@ongoza.example", "password": password},
        content_type="application/json",
    )
    assert response.status_code == 200
    return dict(response.json())


@pytest.fixture
def amina() -> User:
    return add_user(email="amina@ongoza.example", password=PASSWORD)


def test_a_sign_in_on_an_unknown_device_is_notified_once(amina: User) -> None:
    log_in(FIREFOX)
    log_in(FIREFOX)
    assert notified(amina) == []
    log_in(CHROME)
    log_in(CHROME)
    log_in(FIREFOX)
    assert notified(amina) == [kinds.NEW_DEVICE]


def test_a_device_stays_known_after_log_out(amina: User) -> None:
    for agent in (FIREFOX, CHROME):
        NOBODY.post("auth/logout/", {"refresh_token": log_in(agent)["refresh_token"]})
    log_in(FIREFOX)
    assert notified(amina) == [kinds.NEW_DEVICE]


def test_devices_of_sign_ins_before_the_release_are_known(amina: User) -> None:
    log_in(FIREFOX)
    baraka = person("baraka")
    for user in (amina, baraka):
        token_sign_in = SignIn.objects.create(user=user, device="API token")
        ApiToken.objects.create(
            sign_in=token_sign_in,
            name="x",
            hash=f"{user.pk}",
            scope="read",
            expires_at=timezone.now(),
        )
    KnownDevice.objects.all().delete()
    migration = import_module("core.notifications.migrations.0001_notifications")
    with connection.cursor() as cursor:
        cursor.execute(migration.FILL_KNOWN_DEVICES)
    known = KnownDevice.objects.values_list("user_id", "device")
    assert [*known] == [(amina.pk, "Firefox on Linux")]
    log_in(CHROME)
    assert notified(amina) == [kinds.NEW_DEVICE]


def test_a_changed_password_is_notified(amina: User) -> None:
    access = log_in(FIREFOX)["access_token"]
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    response = Client(headers={"User-Agent": FIREFOX, "Authorization": f"Bearer {access}"}).post(
        "/api/v1/users/me/password/", body, content_type="application/json"
    )
    assert response.status_code == 200
    assert notified(amina) == [kinds.PASSWORD_CHANGED]


def test_a_first_password_is_no_news() -> None:
    user = person("baraka")
    NOBODY.post("auth/password/reset/", {"email": user.email})
    run_due()
    token = re.search(r"#token=([\w-]+)", str(mail.outbox[-1].body))
    assert token is not None
    body = {"token": token[1], "new_password": NEW_PASSWORD}
    assert NOBODY.post("auth/password/reset/confirm/", body)[0] in (200, 204)
    assert notified(user) == []


def test_a_second_factor_is_notified_when_it_is_added_and_removed(amina: User) -> None:
    for attempt in (1, 2):
        second_factor.begin(amina)
        second_factor.remove(amina)  # nothing is added yet
        assert len(notified(amina)) == 2 * (attempt - 1)
        secret = base64.b32decode(second_factor.begin(amina).secret)
        app = TOTP(secret, 6, SHA1(), 30)  # noqa: S303  (what authenticator apps know)
        totp_id = second_factor.check_unconfirmed(amina, app.generate(int(time.time())).decode())
        second_factor.confirm(amina, totp_id)
        second_factor.remove(amina)
    once = [kinds.SECOND_FACTOR_REMOVED, kinds.SECOND_FACTOR_ADDED]
    assert notified(amina) == once * 2


# --- profiling ---------------------------------------------------------------------------------
def test_a_result_is_notified_once_and_an_imported_one_is_not() -> None:
    user = reader()
    session, _ = start_session(user=user, questionnaire="q-1")
    for _ in range(2):
        record_result(session_id=session.id, result=RESULT, judged_version=1)
    assert notified(user) == [RESULT_READY]
    other = person("baraka")
    import_session(user=other, questionnaire="q-1", result=RESULT, completed_at=timezone.now())
    assert notified(other) == []


# --- goals -------------------------------------------------------------------------------------
@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Sets the day, and runs the daily job on it."""

    def set_day(day: date) -> None:
        now = datetime(day.year, day.month, day.day, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: now)
        schedule("coaching.goal_dates")
        run_due()

    return set_day


def test_a_goal_is_notified_when_its_date_is_near_and_when_it_has_come(
    at: Callable[[date], None],
) -> None:
    user, day = reader(), date(2026, 6, 10)
    goal = Goal.objects.create(user=user, title="Pass the exam", target_date=day)
    seen = []
    for days in range(-5, 3):
        at(day + timedelta(days=days))
        seen.append(len(notified(user)))
    assert seen == [0, 0, 1, 1, 1, 2, 2, 2]
    assert notified(user) == [GOAL_DUE, GOAL_NEAR]
    texts = [one["text"] for one in signed_in(user).get("notifications/")[1]["results"]]
    assert '"Pass the exam" was due on 10 June 2026.' in texts[0]
    assert texts[1] == '"Pass the exam" is due on 10 June 2026.'
    assert not Notification.objects.exclude(subject=str(goal.id)).exists()


def test_a_goal_with_another_date_is_notified_again(at: Callable[[date], None]) -> None:
    user, day = reader(), date(2026, 6, 10)
    goal = Goal.objects.create(user=user, title="Pass", target_date=day)
    at(day)
    update_goal(user=user, goal_id=goal.id, target_date=day + timedelta(days=9))
    at(day + timedelta(days=7))
    assert notified(user) == [GOAL_NEAR, GOAL_DUE]


@pytest.mark.parametrize("state", ["achieved", "dropped"])
def test_a_goal_that_is_not_active_is_not_notified(at: Callable[[date], None], state: str) -> None:
    user, day = reader(), date(2026, 6, 10)
    Goal.objects.create(user=user, title="Pass", target_date=day, state=state)
    at(day)
    assert notified(user) == []


def test_many_goals_are_notified_in_several_jobs(
    at: Callable[[date], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coaching_jobs, "BATCH", 2)
    user, day = reader(), date(2026, 6, 10)
    for number in range(5):
        Goal.objects.create(user=user, title=str(number), target_date=day)
    at(day)
    while Job.objects.filter(kind="coaching.goal_dates", done_at=None).exists():
        run_due()
    assert notified(user) == [GOAL_DUE] * 5
