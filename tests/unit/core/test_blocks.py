"""A block keeps a learner and a mentor from new requests and sessions, both ways."""

import pytest
from django.core.exceptions import PermissionDenied

from core.coaching.models import ReflectionShare
from core.coaching.reflections import change_reflection, write_reflection
from core.coaching.selectors import shared_reflections
from core.kit.errors import NotFound
from core.mentorship import requests, sessions
from core.mentorship.blocks import Blocked, block, blocked_with, blocks_of
from core.mentorship.conversation_models import Block
from core.mentorship.models import MentorshipRequest, Session
from core.mentorship.selectors import mentors_for
from core.users.models import User
from ongoza_contracts.mentorship import SessionState
from ongoza_contracts.vocabulary import Role
from tests.unit.core.coaching_rows import consent_to_mentor
from tests.unit.core.mentor_rows import ahead, asked, match_of, profile, session_in
from tests.unit.core.school import World
from tests.unit.core.world import person

pytestmark = pytest.mark.django_db

BOTH = pytest.mark.parametrize("blocker", ["learner", "mentor"])


def block_by(world: World, blocker: str) -> None:
    other = {"learner": world.mentor, "mentor": world.learner}[blocker]
    block(user=getattr(world, blocker), blocked_id=other.pk)


@BOTH
def test_no_session_is_booked_or_moved(blocker: str, world: World) -> None:
    match = match_of(world.learner, world.mentor)
    session = session_in(SessionState.REQUESTED, match)
    block_by(world, blocker)
    for caller in (world.learner, world.mentor):
        with pytest.raises(Blocked):
            sessions.book(caller=caller, match_id=match.pk, starts_at=ahead(5))
        with pytest.raises(Blocked):
            sessions.move(caller=caller, session_id=session.pk, starts_at=ahead(6))
    assert [*Session.objects.all()] == [session]
    assert Session.objects.get().starts_at == session.starts_at
    assert sessions.cancel(caller=world.learner, session_id=session.pk).state == "cancelled"


@BOTH
def test_no_mentor_is_asked(blocker: str, world: World) -> None:
    profile(world.mentor)
    assert [one.pk for one in mentors_for(world.learner)] == [world.mentor.pk]
    block_by(world, blocker)
    assert [*mentors_for(world.learner)] == []
    with pytest.raises(NotFound):
        requests.request_mentor(user=world.learner, mentor_id=world.mentor.pk)
    assert not MentorshipRequest.objects.exists()


@BOTH
def test_a_request_is_not_accepted_any_more(blocker: str, world: World) -> None:
    request = asked(world.learner, world.mentor)
    block_by(world, blocker)
    with pytest.raises(PermissionDenied):
        requests.accept(user=world.mentor, request_id=request.pk)
    request.refresh_from_db()
    assert request.state == "asked"


def test_others_are_not_affected(world: World) -> None:
    block_by(world, "learner")
    assert blocks_of(world.mentor).count() == 0
    assert {*blocked_with(world.mentor.pk).values_list("blocker", flat=True)} == {world.learner.pk}
    profile(world.foreign_mentor)
    assert [one.pk for one in mentors_for(world.foreign)] == [world.foreign_mentor.pk]
    assert User.objects.filter(pk__in=blocked_with(world.foreign.pk)).count() == 0


@BOTH
def test_a_blocked_mentor_reads_no_reflections_until_they_are_shared_again(
    blocker: str, world: World
) -> None:
    match_of(world.learner, world.mentor)
    consent_to_mentor(world.learner)
    reflection = write_reflection(user=world.learner, text="I was afraid.")

    def share() -> None:
        change_reflection(user=world.learner, reflection_id=reflection.pk, shared=True)

    share()
    assert [*shared_reflections(world.mentor, world.learner.pk)] == [reflection]
    block_by(world, blocker)
    reflection.refresh_from_db()
    assert (reflection.shared_at, ReflectionShare.objects.count()) == (None, 0)
    share()
    assert not ReflectionShare.objects.exists()
    change_reflection(user=world.learner, reflection_id=reflection.pk, shared=False)
    Block.objects.all().delete()
    assert not shared_reflections(world.mentor, world.learner.pk).exists()
    share()
    assert [*shared_reflections(world.mentor, world.learner.pk)] == [reflection]


def test_a_block_leaves_the_shares_of_other_mentors(world: World) -> None:
    other = person("other", Role.MENTOR)
    consent_to_mentor(world.learner)
    for mentor in (world.mentor, other):
        match_of(world.learner, mentor)
    reflection = write_reflection(user=world.learner, text="I was afraid.")
    change_reflection(user=world.learner, reflection_id=reflection.pk, shared=True)
    block_by(world, "learner")
    reflection.refresh_from_db()
    assert reflection.shared_at is not None
    assert [share.mentor_id for share in reflection.shares.all()] == [other.pk]
