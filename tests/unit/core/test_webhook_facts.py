"""An organization is sent facts about its own, and never one of a stranger."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from core.access.services import Scope, grant
from core.coaching.services import set_goal
from core.erasure.models import ErasureReceipt
from core.erasure.selectors import report as erasure_report
from core.erasure.services import erase_user
from core.feedback.services import give_feedback
from core.organizations.services import remove_member
from core.outbox.models import FactHistory
from core.outbox.publications import publications
from core.profiling.services import start_session
from core.programs.models import ContentItem
from core.progress.services import report_progress
from core.users.models import User
from core.users.services import sign_in, update_user
from core.webhooks.facts import TYPES, organizations_of
from core.webhooks.models import Delivery, Subscription, WaitingFact
from core.webhooks.services import change, replay
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.memberships import MembershipUpdated
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.topics import TOPICS
from ongoza_contracts.users import UserErased
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Role, Verdict
from tests.unit.core.school import World
from tests.unit.core.webhook_receiver import (
    Receiver,
    receiving,
    send_again,
    send_all,
    subscribe,
)
from tests.unit.core.world import assign, item, person

pytestmark = pytest.mark.django_db

YEAR = timedelta(days=365)
WITHHELD = {
    "ongoza.calendar_event.updated.v1": "belongs to nobody",
    "ongoza.content.published.v1": "belongs to nobody",
    "ongoza.program_version.published.v1": "belongs to nobody",
    "ongoza.mission.updated.v1": "belongs to nobody",
    "ongoza.submission.updated.v1": "a learner's drafts are theirs alone",
    "ongoza.suggestion.updated.v1": "is about a submission",
    "ongoza.review.updated.v1": "is about a submission",
    "ongoza.cohort.updated.v1": "belongs to nobody",
    "ongoza.enrolment.updated.v1": "names no organization",
    "ongoza.plan.updated.v1": "belongs to nobody",
    "ongoza.subscription.updated.v1": "only the learner reads it",
    "ongoza.invoice.updated.v1": "only the learner reads it",
    "ongoza.entitlement.updated.v1": "says who pays for a learner",
    "ongoza.match.updated.v1": "a mentor and a learner work in private",
    "ongoza.session.updated.v1": "a mentor and a learner meet in private",
    "ongoza.content.retired.v1": "belongs to nobody",
    "ongoza.habit.updated.v1": "only the learner reads it",
    "ongoza.habit_entry.updated.v1": "only the learner reads it",
    "ongoza.feedback.given.v1": "only the learner reads it",
    "ongoza.list-view.updated.v1": "only the learner writes it",
    "ongoza.dismissal.updated.v1": "only the learner reads it",
    "ongoza.profiling.answered.v1": "only the learner reads it",
    "ongoza.profiling.completed.v1": "only the learner reads it",
    "ongoza.profiling.deleted.v1": "only the learner reads it",
    "ongoza.signin.started.v1": "only the user reads it",
    "ongoza.signin.ended.v1": "only the user reads it",
}


@pytest.fixture
def subscription(world: World, receiver: Receiver) -> Subscription:
    return subscribe(world.school, receiver)[0]


def progress(user: User, content_id: str = "course-1") -> None:
    if not ContentItem.objects.filter(content_id=content_id).exists():
        item(content_id)
    report_progress(
        user=user,
        content_id=content_id,
        content_type=ContentType.COURSE,
        status=ProgressStatus.IN_PROGRESS,
    )


def sent(receiver: Receiver) -> list[str]:
    """The types that arrive after a minute, without "ongoza." and version, and their owners."""
    send_all()
    return [
        f"{call.event['type'].split('.', 1)[1].rsplit('.', 1)[0]} {call.event['partitionkey']}"
        for call in receiver.calls
    ]


def recorded(type_: str, user: User, at: timedelta) -> None:
    """Move the newest fact of the type to another time of recording."""
    row = FactHistory.objects.filter(type=type_, owner_id=user.id)[0]
    moved = (timezone.now() + at, row.id)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fact_history SET recorded_at = %s WHERE id = %s", moved)
        cursor.execute(
            "UPDATE webhooks_waiting_fact SET recorded_at = %s WHERE history_id = %s", moved
        )


def test_every_type_that_core_publishes_is_offered_or_withheld_for_a_reason() -> None:
    published = {fact.type for topic in TOPICS if topic.producer == "core" for fact in topic.facts}
    assert {*TYPES} | WITHHELD.keys() == published
    assert not {*TYPES} & WITHHELD.keys()
    assert len(publications()) == len({name.split(".")[1] for name in published})


@pytest.mark.usefixtures("subscription")
def test_an_organization_is_sent_what_its_directors_read(world: World, receiver: Receiver) -> None:
    learner = world.learner
    progress(learner)
    set_goal(user=learner, title="Pass", target_date=timezone.now().date() + YEAR)
    update_user(user_id=learner.id, first_name="Lena")
    assign(world.mentor, learner)
    person("nina", Role.LEARNER, world.school)
    nina = User.objects.get(email="nina@ongoza.example")
    assert sent(receiver) == [
        f"progress.updated {learner.id}",
        f"goal.updated {learner.id}",
        f"user.updated {learner.id}",
        f"membership.updated {world.mentor.id}",
        f"user.created {nina.id}",
        f"membership.updated {nina.id}",
    ]
    assert {call.event["specversion"] for call in receiver.calls} == {"1.0"}


@pytest.mark.usefixtures("subscription")
def test_an_organization_is_sent_nothing_of_strangers(world: World, receiver: Receiver) -> None:
    progress(world.foreign)
    set_goal(user=world.foreign, title="Pass", target_date=timezone.now().date() + YEAR)
    update_user(user_id=world.foreign.id, first_name="Fred")
    assign(world.foreign_mentor, world.foreign)
    person("sally", Role.DIRECTOR, world.other)
    person("nobody")
    progress(User.objects.get(email="nobody@ongoza.example"))
    assert sent(receiver) == []
    assert not Delivery.objects.exists()
    assert not WaitingFact.objects.exists()


@pytest.mark.usefixtures("subscription")
def test_an_organization_is_sent_nothing_that_only_learners_themselves_read(
    world: World, receiver: Receiver
) -> None:
    progress(world.foreign)
    give_feedback(user=world.learner, content_id="course-1", verdict=Verdict.NOT_FOR_ME)
    start_session(user=world.learner, questionnaire="v1")
    sign_in(world.learner)
    progress(world.mentor)  # a mentor's own learning
    grant(
        user_id=world.learner.id,
        role=Role.LEARNER,
        scope=Scope(ScopeKind.COHORT, cohort_id=UUID(int=1)),
    )
    assert sent(receiver) == []


@pytest.mark.usefixtures("subscription")
def test_an_organization_is_sent_nothing_about_a_member_elsewhere(
    world: World, receiver: Receiver
) -> None:
    scope = Scope(ScopeKind.ORGANIZATION, world.school.id)
    both = world.foreign
    grant(user_id=both.id, role=Role.LEARNER, scope=scope)
    assert sent(receiver) == [f"membership.updated {both.id}"]
    receiver.calls.clear()

    update_user(user_id=both.id, first_name="Fred")  # names the other organization
    grant(user_id=both.id, role=Role.SPONSOR, scope=Scope(ScopeKind.ORGANIZATION, world.other.id))
    assign(world.foreign_mentor, both)  # names a stranger
    assert sent(receiver) == []
    progress(both)
    assert sent(receiver) == [f"progress.updated {both.id}"]


@pytest.mark.usefixtures("subscription")
def test_an_organization_is_sent_nothing_of_an_admin_of_the_platform(
    world: World, receiver: Receiver
) -> None:
    admin = person("root", Role.ADMIN, world.school)
    update_user(user_id=admin.id, first_name="Root")
    grant(
        user_id=admin.id,
        role=Role.SPONSOR,
        scope=Scope(ScopeKind.ORGANIZATION, world.other.id),
        granted_by=world.admin,
    )
    assert sent(receiver) == []


def test_what_waits_is_withheld_once_the_learner_left(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    receiver.status = 500
    progress(world.learner)
    send_all()
    assert len(receiver.calls) == 1
    receiver.calls.clear()
    receiver.status = 200
    remove_member(organization=world.school, user_id=world.learner.id, removed_by=world.admin)
    progress(world.learner, "course-2")
    send_again()
    names = {call.event["type"] for call in receiver.calls}
    assert names == {MembershipUpdated.type}
    assert Delivery.objects.get(type=ProgressUpdated.type).state == "withheld"


def test_facts_from_before_somebody_joined_are_not_the_organizations(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    progress(world.learner)
    recorded(ProgressUpdated.type, world.learner, -timedelta(hours=2))
    recorded(MembershipUpdated.type, world.learner, -timedelta(hours=1))
    assert sent(receiver) == []
    begin = timezone.now() - timedelta(hours=3)
    replay(subscription=subscription, begin=begin, until=timezone.now() + YEAR)
    assert f"progress.updated {world.learner.id}" not in sent(receiver)
    recorded(MembershipUpdated.type, world.learner, -timedelta(hours=3))
    replay(subscription=subscription, begin=begin, until=timezone.now() + YEAR)
    assert f"progress.updated {world.learner.id}" in sent(receiver)


def test_a_membership_that_ended_by_time_does_not_count(world: World) -> None:
    learner = person("tim")
    scope = Scope(ScopeKind.ORGANIZATION, world.school.id)
    until = timezone.now() + timedelta(seconds=30)
    grant(user_id=learner.id, role=Role.LEARNER, scope=scope, until=until)
    progress(learner)
    fact = FactHistory.objects.filter(type=ProgressUpdated.type, owner_id=learner.id)
    (row,) = fact
    among = {world.school.id, world.other.id}
    assert organizations_of([row], among) == {row.id: {world.school.id}}
    row.recorded_at = until
    assert organizations_of([row], among) == {row.id: set()}


def test_two_organizations_are_each_sent_their_own(world: World, receiver: Receiver) -> None:
    with receiving() as theirs:
        subscribe(world.school, receiver, ProgressUpdated.type)
        subscribe(world.other, theirs, ProgressUpdated.type)
        progress(world.learner)
        progress(world.foreign)
        assert sent(receiver) == [f"progress.updated {world.learner.id}"]
        assert sent(theirs) == [f"progress.updated {world.foreign.id}"]


def test_an_erased_user_leaves_no_delivery_and_organizations_are_sent_the_erasure_alone(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    progress(world.learner)
    send_all()
    receiver.calls.clear()
    receiver.status = 500
    progress(world.learner, "course-2")
    send_all()
    progress(world.learner, "course-3")  # not dispatched yet
    learner_id = world.learner.id
    receiver.calls.clear()
    receiver.status = 200
    with receiving() as theirs:
        subscribe(world.other, theirs)
        erase_user(user_id=learner_id)
        assert not Delivery.objects.exclude(type=UserErased.type).exists()
        receipt = ErasureReceipt.objects.get(user_id=learner_id, place="webhooks.Delivery")
        assert receipt.rows == 2
        send_again()
        assert theirs.calls == []
    (call,) = receiver.calls
    assert (call.event["type"], call.event["data"]["user_id"]) == (UserErased.type, learner_id)
    assert erasure_report(learner_id).remaining.keys() == {"outbox"}  # there is no relay
    receiver.calls.clear()
    begin = timezone.now() - timedelta(days=1)
    replay(subscription=subscription, begin=begin, until=timezone.now() + YEAR)
    send_all()
    events = [call.event for call in receiver.calls]
    about = [one["type"] for one in events if one["partitionkey"] == str(learner_id)]
    assert about == [UserErased.type]
    assert len(events) > 1


def test_an_organization_is_sent_an_erasure_once_its_subscription_is_switched_on(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    learner_id = world.learner.id
    change(subscription_id=subscription.pk, active=False)
    erase_user(user_id=learner_id)
    assert sent(receiver) == []
    change(subscription_id=subscription.pk, active=True)
    assert sent(receiver) == [f"user.erased {learner_id}"]


def test_nothing_is_queued_while_no_subscription_is_active(
    world: World, subscription: Subscription
) -> None:
    Subscription.objects.update(active=False)
    progress(world.learner)
    assert not WaitingFact.objects.exists()
    Subscription.objects.update(active=True)
    progress(world.learner, "course-2")
    assert WaitingFact.objects.exists()
