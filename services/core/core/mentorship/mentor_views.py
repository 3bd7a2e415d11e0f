"""Routes of mentors' profiles and slots."""

from datetime import timedelta

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.errors import BadParameter
from core.kit.filters import apply_filters
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import timestamp_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.mentorship import profiles, selectors
from core.mentorship.filters import MentorFilters
from core.mentorship.serializers import (
    MentorDetailSerializer,
    MentorSerializer,
    SetProfileRequest,
    SlotsSerializer,
)

LONGEST_RANGE = timedelta(days=31)
RANGE = [
    OpenApiParameter(
        "from",
        {"type": "string", "format": "date-time"},
        required=True,
        description="Slots that start then or later.",
    ),
    OpenApiParameter(
        "to",
        {"type": "string", "format": "date-time"},
        required=True,
        description=f"Slots that start before it; at most {LONGEST_RANGE.days} days after `from`.",
    ),
]


class Mentors(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = (*PAGE_PARAMETERS, *MentorFilters.names())

    @extend_schema(
        operation_id="mentors_list",
        parameters=[*MentorFilters.parameters(), *PAGE],
        responses=page_of(MentorSerializer),
    )
    def get(self, request: Request) -> Response:
        """The mentors whom the caller may ask: those of the caller's organizations, and those of
        the platform; and the caller's own mentors and own profile."""
        rows = apply_filters(MentorFilters, request, selectors.visible_profiles(self.caller))
        return self.page(rows, MentorSerializer)


class MentorDetail(ApiView):
    permissions = {"GET": Principal.USER, "PUT": Principal.USER}

    @extend_schema(operation_id="mentors_read", responses=MentorDetailSerializer)
    def get(self, request: Request, mentor_id: int) -> Response:
        """One mentor that `GET /mentors/` lists, by user id; else 404."""
        profile = selectors.visible_profile(self.caller, mentor_id)
        return Response(MentorDetailSerializer(profile).data)

    @extend_schema(
        operation_id="mentors_set", request=SetProfileRequest, responses=MentorDetailSerializer
    )
    def put(self, request: Request, mentor_id: int) -> Response:
        """Create or replace one's own profile, as a mentor: what is left out gets its default.

        Hours are times of the clock in `time_zone`: they stay the same when clocks change. Booked
        sessions stay as they are.
        """
        body = self.body(SetProfileRequest)
        profile = profiles.set_profile(user=self.caller, mentor_id=mentor_id, **body)
        return Response(MentorDetailSerializer(profile).data)


class MentorSlots(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = ("from", "to")

    @extend_schema(operation_id="mentors_list_slots", parameters=RANGE, responses=SlotsSerializer)
    def get(self, request: Request, mentor_id: int) -> Response:
        """The slots of a mentor that can be booked now, in UTC, oldest first; of the next 90 days.

        An hour that a change of clocks repeats is offered twice, and one that it skips never.
        """
        first, last = timestamp_param(request, "from"), timestamp_param(request, "to")
        if not timedelta(0) < last - first <= LONGEST_RANGE:
            raise BadParameter(f"to is not within {LONGEST_RANGE.days} days after from.")
        profile = selectors.visible_profile(self.caller, mentor_id)
        found = selectors.free_slots(profile, first, last)
        return Response(SlotsSerializer({"slots": found}).data)
