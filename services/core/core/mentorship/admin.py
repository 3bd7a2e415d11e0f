"""Mentors' load, requests, matches and sessions in the admin; matches end through the service."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from core.kit.admin import ReadOnlyAdmin
from core.kit.admin_actions import service_action
from core.mentorship import matches
from core.mentorship.models import Match, MentorProfile, MentorshipRequest, Session, SessionFeedback
from core.mentorship.selectors import with_load
from core.users.models import User
from ongoza_contracts.mentorship import MatchEndReason


@admin.register(MentorProfile)
class MentorProfileAdmin(ReadOnlyAdmin):
    list_display = ("user", "active_matches", "open_requests", "capacity")
    list_filter = ("is_accepting",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[MentorProfile]:
        return with_load(super().get_queryset(request))

    @display(description="Active matches", ordering="matched")  # type: ignore[untyped-decorator]
    def active_matches(self, profile: Any) -> int:
        return int(profile.matched)

    @display(description="Requests to answer", ordering="asked")  # type: ignore[untyped-decorator]
    def open_requests(self, profile: Any) -> int:
        return int(profile.asked)


@admin.register(MentorshipRequest)
class MentorshipRequestAdmin(ReadOnlyAdmin):
    list_display = ("learner", "state", "mentor", "expires_at", "created_at", "accepted_at")
    list_filter = ("state", "organization")
    hidden = ("message",)


@admin.register(Match)
class MatchAdmin(ReadOnlyAdmin):
    list_display = ("learner", "mentor", "state", "end_reason", "created_at", "ended_at")
    list_filter = ("state", "end_reason")
    actions = actions_detail = ("end",)

    @service_action(
        "End the match",
        explanation="The mentor does not read the learner's record any more, and their sessions to"
        " come are cancelled.",
    )
    def end(self, request: HttpRequest, match: Match) -> None:
        caller = cast(User, request.user)
        matches.end_match(caller=caller, match_id=match.pk, reason=MatchEndReason.STOPPED)


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("learner", "mentor", "state", "starts_at", "ends_at", "missed_by")
    list_filter = ("state",)
    date_hierarchy = "starts_at"


@admin.register(SessionFeedback)
class SessionFeedbackAdmin(ReadOnlyAdmin):
    list_display = ("session", "rating", "created_at")
    list_filter = ("rating",)

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("session__learner", "session__mentor")
