"""What fills the lists of mentors, requests, matches and sessions for an admin."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from core.mentorship.models import Match, MentorProfile, MentorshipRequest
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.mentor_rows import published_match, published_session
from tests.unit.core.world import person


def mentor_profiles(_: User, numbers: range) -> None:
    for number in numbers:
        mentor = person(f"mentor-{number}", Role.MENTOR)
        MentorProfile.objects.create(user=mentor, capacity=2, time_zone="UTC")


def mentorship_requests(user: User, numbers: range) -> None:
    """Which the user is asked."""
    for number in numbers:
        learner = person(f"asking-{number}")
        MentorshipRequest.objects.create(learner=learner, mentor=user, state="asked")


def mentor_matches(_: User, numbers: range) -> None:
    for number in numbers:
        published_match(person(f"mentee-{number}"), person(f"guide-{number}", Role.MENTOR))


def mentor_sessions(user: User, numbers: range) -> None:
    match = Match.objects.first() or published_match(person("mentee"), user)
    for number in numbers:
        published_session(match, timezone.now() + timedelta(hours=number))


MENTORSHIP_LISTS: dict[str, tuple[Callable[[User, range], None], str]] = {
    "/mentors/": (mentor_profiles, "mentors/?"),
    "/mentorship/requests/": (mentorship_requests, "mentorship/requests/?"),
    "/mentorship/matches/": (mentor_matches, "mentorship/matches/?"),
    "/mentorship/sessions/": (mentor_sessions, "mentorship/sessions/?"),
}
