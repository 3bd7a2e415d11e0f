"""What remains of sessions in the calendars of others when a learner or a mentor is erased."""

from typing import Any

import pytest
from django.core import mail
from django.db.models import QuerySet
from django.utils import timezone

from core.erasure.services import erase_user
from core.mentorship.conversation_models import GroupSeat
from core.mentorship.groups import open_group, take_seat
from core.mentorship.models import Session
from core.users.models import User
from core.users.preferences import update_preferences
from ongoza_contracts.mentorship import SessionState
from ongoza_contracts.vocabulary import Role
from tests.unit.core.mentor_rows import ahead, match_of, profile, session_in
from tests.unit.core.notified import notified, run_jobs
from tests.unit.core.school import World
from tests.unit.core.test_files import root
from tests.unit.core.test_mentorship_sessions import invitations
from tests.unit.core.world import person, signed_in

__all__ = ["root"]
pytestmark = pytest.mark.django_db


def test_the_erasure_of_a_learner_cancels_sessions_to_come_in_the_mentors_calendar(
    world: World, root: Any
) -> None:
    QuerySet(User).filter(pk=world.learner.pk).update(first_name="Lena")
    mentor = person("max", Role.MENTOR)
    User.objects.filter(pk=mentor.pk).update(email_verified_at=timezone.now())
    update_preferences(user=mentor, time_zone="Africa/Nairobi")
    session = session_in(SessionState.CONFIRMED, match_of(world.learner, mentor))
    run_jobs()
    mail.outbox.clear()
    erase_user(user_id=world.learner.pk)
    run_jobs()
    assert not Session.objects.exists()
    (calendar,) = invitations(mentor)
    event: Any = calendar.walk("VEVENT")[0]
    assert (str(calendar["method"]), str(event["uid"])) == ("CANCEL", str(session.pk))
    assert (event["sequence"], str(event["status"])) == (session.sequence + 1, "CANCELLED")
    assert event["dtstart"].dt == session.starts_at
    assert event["dtstart"].params["TZID"] == "Africa/Nairobi"
    assert not any("Lena" in str(one.message()) for one in mail.outbox)
    assert notified(mentor)[0] == "mentorship.session_cancelled"
    assert signed_in(mentor).get("notifications/")[0] == 200


def test_the_erasure_of_a_mentor_notifies_who_has_a_seat_in_a_session_to_come(
    world: World, root: Any
) -> None:
    profile(world.mentor)
    group = open_group(
        mentor=world.mentor,
        title="Capture the flag",
        starts_at=ahead(4),
        ends_at=ahead(4, hour=10),
        time_zone="UTC",
        seats=2,
    )
    take_seat(learner=world.learner, group_id=group.pk)
    erase_user(user_id=world.mentor.pk)
    assert not GroupSeat.objects.exists()
    assert notified(world.learner)[0] == "mentorship.group_cancelled"
