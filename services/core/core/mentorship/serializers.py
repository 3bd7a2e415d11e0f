from datetime import time
from itertools import pairwise
from typing import Any

from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import AwareDateTimeField, ProseField, StrictSerializer
from core.mentorship.models import (
    AvailabilityOverride,
    AvailabilityRule,
    Match,
    MentorProfile,
    MentorshipRequest,
    Session,
    SessionFeedback,
)
from core.mentorship.profiles import OverrideSpec, RuleSpec
from core.mentorship.waiting import place_of, typical_wait
from core.programs.serializers import check_skill
from core.users.models import Preferences
from core.users.preference_serializers import ClockField, TimeZoneField
from ongoza_contracts.mentorship import MatchEndReason, SessionParty
from ongoza_contracts.skills import skill_slug
from ongoza_contracts.vocabulary import ID_MAX, Track

LANGUAGES = Preferences.Locale.choices
TRACKS = enum_choices(Track)
GIVEN_REASONS = [
    (value, label)
    for value, label in enum_choices(MatchEndReason)
    if value != MatchEndReason.MEMBERSHIP_ENDED
]
CAPACITY_MAX, RULES_MAX, OVERRIDES_MAX = 100, 50, 200


# --- mentors -----------------------------------------------------------------------------------
class RuleSerializer(serializers.ModelSerializer[AvailabilityRule]):
    starts, ends = ClockField(read_only=True), ClockField(read_only=True)

    class Meta:
        model = AvailabilityRule
        fields = ("weekday", "starts", "ends")
        read_only_fields = fields


class OverrideSerializer(serializers.ModelSerializer[AvailabilityOverride]):
    starts = ClockField(read_only=True, allow_null=True)
    ends = ClockField(read_only=True, allow_null=True)

    class Meta:
        model = AvailabilityOverride
        fields = ("date", "starts", "ends")
        read_only_fields = fields


class MentorSerializer(serializers.ModelSerializer[MentorProfile]):
    id = serializers.IntegerField(source="pk", read_only=True, help_text="The mentor's user id.")
    name = serializers.CharField(source="user.full_name", read_only=True)
    tracks = serializers.ListField(child=serializers.ChoiceField(choices=TRACKS), read_only=True)
    skills = serializers.ListField(child=serializers.CharField(), read_only=True)
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=LANGUAGES), read_only=True
    )
    has_room = serializers.SerializerMethodField(
        help_text="Whether the mentor takes a further learner now."
    )

    class Meta:
        model = MentorProfile
        fields = (
            *("id", "name", "about", "tracks", "skills", "languages", "time_zone"),
            *("session_minutes", "capacity", "is_accepting", "has_room"),
        )
        read_only_fields = fields

    def get_has_room(self, profile: Any) -> bool:
        return bool(profile.is_accepting and profile.matched < profile.capacity)


class MentorDetailSerializer(MentorSerializer):
    rules = RuleSerializer(many=True, read_only=True)
    overrides = OverrideSerializer(many=True, read_only=True)

    class Meta(MentorSerializer.Meta):
        fields = (*MentorSerializer.Meta.fields, "rules", "overrides")  # type: ignore[assignment]


class RuleRequest(StrictSerializer):
    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 is Monday.")
    starts = ClockField()
    ends = ClockField(help_text="00:00 is the end of the day.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_hours(attrs["starts"], attrs["ends"])
        return attrs


class OverrideRequest(StrictSerializer):
    date = serializers.DateField()
    starts = ClockField(allow_null=True, help_text="Null for a day without hours.")
    ends = ClockField(allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        starts, ends = attrs["starts"], attrs["ends"]
        if (starts is None) != (ends is None):
            raise serializers.ValidationError("Give both times, or null for both.", "invalid")
        if starts is not None:
            check_hours(starts, ends)
        return attrs


class SetProfileRequest(StrictSerializer):
    about = ProseField(max_length=2000, allow_blank=True, default="")
    capacity = serializers.IntegerField(min_value=0, max_value=CAPACITY_MAX)
    is_accepting = serializers.BooleanField(default=True)
    tracks = serializers.ListField(
        child=serializers.ChoiceField(choices=TRACKS), max_length=len(TRACKS), default=list
    )
    skills = serializers.ListField(
        child=serializers.CharField(max_length=64, validators=[check_skill]),
        max_length=50,
        default=list,
        help_text="As people write them; the answer has their slugs.",
    )
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=LANGUAGES), max_length=len(LANGUAGES), default=list
    )
    time_zone = TimeZoneField()
    session_minutes = serializers.IntegerField(min_value=15, max_value=240, default=60)
    rules = serializers.ListField(child=RuleRequest(), max_length=RULES_MAX, default=list)
    overrides = serializers.ListField(
        child=OverrideRequest(),
        max_length=OVERRIDES_MAX,
        default=list,
        help_text="Hours of dates, in place of the weekly ones.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {
            **attrs,
            "tracks": sorted({*attrs["tracks"]}),
            "languages": sorted({*attrs["languages"]}),
            "skills": sorted({skill_slug(skill) for skill in attrs["skills"]}),
            "rules": [RuleSpec(**rule) for rule in attrs["rules"]],
            "overrides": [OverrideSpec(**one) for one in attrs["overrides"]],
        }

    def validate_overrides(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ordered = sorted(value, key=lambda one: (one["date"], one["starts"] or time.min))
        for one, following in pairwise(ordered):
            if one["date"] == following["date"] and None in (one["starts"], following["starts"]):
                text = f"{one['date']} has hours and none."
                raise serializers.ValidationError(text, "contradiction")
        return value


def check_hours(starts: time, ends: time) -> None:
    """Raises ValidationError."""
    if ends <= starts and ends != time.min:
        raise serializers.ValidationError("Hours end after they start.", "invalid")


class SlotSerializer(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SlotsSerializer(serializers.Serializer[Any]):
    slots = SlotSerializer(many=True)


# --- requests ----------------------------------------------------------------------------------
class MentorshipRequestSerializer(serializers.ModelSerializer[MentorshipRequest]):
    class Meta:
        model = MentorshipRequest
        fields = (
            *("id", "learner", "state", "preferred", "mentor", "expires_at"),
            *("created_at", "accepted_at"),
        )
        read_only_fields = fields


class ListedRequestSerializer(MentorshipRequestSerializer):
    learner_name = serializers.CharField(source="learner.full_name", read_only=True)
    learner_track = serializers.ChoiceField(
        source="learner.track", choices=TRACKS, allow_null=True, read_only=True
    )

    class Meta(MentorshipRequestSerializer.Meta):
        fields = (  # type: ignore[assignment]
            *MentorshipRequestSerializer.Meta.fields,
            *("learner_name", "learner_track", "message"),
        )


class TypicalWaitSerializer(serializers.Serializer[Any]):
    """Of the requests of the queue that were accepted in the last 30 days; null without enough."""

    sample = serializers.IntegerField()
    p50_hours = serializers.FloatField(allow_null=True)
    p80_hours = serializers.FloatField(allow_null=True)


class RequestDetailSerializer(ListedRequestSerializer):
    place = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="1 is first; null once it is not open."
    )
    typical_wait = TypicalWaitSerializer(read_only=True)
    returned_by_time_out = serializers.IntegerField(
        read_only=True, help_text="How many mentors did not answer in time."
    )

    class Meta(ListedRequestSerializer.Meta):
        fields = (  # type: ignore[assignment]
            *ListedRequestSerializer.Meta.fields,
            *("place", "typical_wait", "returned_by_time_out"),
        )

    def to_representation(self, instance: MentorshipRequest) -> dict[str, Any]:
        return {
            **ListedRequestSerializer(instance).data,
            "place": place_of(instance),
            "typical_wait": typical_wait(instance.organization_id)._asdict(),
            "returned_by_time_out": instance.passes.filter(expired=True).count(),
        }


class RequestMentorRequest(StrictSerializer):
    mentor = serializers.IntegerField(
        source="mentor_id",
        min_value=1,
        max_value=ID_MAX,
        allow_null=True,
        default=None,
        help_text="Null for any mentor who has room.",
    )
    message = ProseField(max_length=1000, allow_blank=True, default="")


# --- matches and sessions ----------------------------------------------------------------------
class MatchSerializer(serializers.ModelSerializer[Match]):
    class Meta:
        model = Match
        fields = (
            *("id", "learner", "mentor", "state", "end_reason", "ended_at"),
            *("created_at", "updated_at"),
        )
        read_only_fields = fields


class EndMatchRequest(StrictSerializer):
    reason = serializers.ChoiceField(choices=GIVEN_REASONS)


class MentorshipSessionSerializer(serializers.ModelSerializer[Session]):
    class Meta:
        model = Session
        fields = (
            *("id", "match", "learner", "mentor", "state", "starts_at", "ends_at"),
            *("learner_time_zone", "mentor_time_zone", "proposed_by", "missed_by", "sequence"),
            *("created_at", "updated_at"),
        )
        read_only_fields = fields


class MoveSessionRequest(StrictSerializer):
    starts_at = AwareDateTimeField()


class BookSessionRequest(MoveSessionRequest):
    match = serializers.UUIDField(source="match_id")


class AttendanceRequest(StrictSerializer):
    missed_by = serializers.ChoiceField(
        choices=enum_choices(SessionParty),
        allow_null=True,
        help_text="Null for a session that was held.",
    )


class FeedbackRequest(StrictSerializer):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    text = ProseField(max_length=2000, allow_blank=True, default="")


class SessionFeedbackSerializer(serializers.ModelSerializer[SessionFeedback]):
    rating = serializers.IntegerField(read_only=True)

    class Meta:
        model = SessionFeedback
        fields = ("session", "rating", "text", "created_at")
        read_only_fields = fields
