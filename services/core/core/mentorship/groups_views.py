"""Routes of group sessions and their seats."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.mentorship import groups
from core.mentorship.groups_serializers import GroupSessionSerializer, OpenGroupRequest


class GroupSessions(ApiView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="group_sessions_list",
        parameters=[*PAGE],
        responses=page_of(GroupSessionSerializer),
    )
    def get(self, request: Request) -> Response:
        """The group sessions of the caller as mentor; and those in which the caller has or may take
        a seat: of mentors whom the caller is matched with, or who belong to the caller's
        organizations. By their start."""
        return self.page(groups.visible_groups(self.caller), GroupSessionSerializer)

    @extend_schema(
        operation_id="group_sessions_open",
        request=OpenGroupRequest,
        responses={201: GroupSessionSerializer},
    )
    def post(self, request: Request) -> Response:
        """Offer a group session. For users with a mentor's profile; else 404. 400 `bad_times`, 409
        `time_taken`."""
        group = groups.open_group(mentor=self.caller, **self.body(OpenGroupRequest))
        return Response(GroupSessionSerializer(group).data, 201)


class GroupSessionDetail(ApiView):
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="group_sessions_read", responses=GroupSessionSerializer)
    def get(self, request: Request, group_id: UUID) -> Response:
        """One group session."""
        return Response(GroupSessionSerializer(groups.visible_group(self.caller, group_id)).data)


class CancelGroupSession(ApiView):
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="group_sessions_cancel", request=None, responses=GroupSessionSerializer
    )
    def post(self, request: Request, group_id: UUID) -> Response:
        """Cancel a group session of the caller's that has not begun; 409 `group_closed`. Who has a
        seat is notified."""
        group = groups.cancel_group(mentor=self.caller, group_id=group_id)
        return Response(GroupSessionSerializer(group).data)


class GroupSeats(ApiView):
    permissions = {"POST": Principal.USER, "DELETE": Principal.USER}

    @extend_schema(operation_id="group_seats_take", request=None, responses=GroupSessionSerializer)
    def post(self, request: Request, group_id: UUID) -> Response:
        """Take a seat; nothing changes for who has one. 409 `no_seat_left`, `group_closed` and
        `blocked`."""
        group = groups.take_seat(learner=self.caller, group_id=group_id)
        return Response(GroupSessionSerializer(group).data)

    @extend_schema(operation_id="group_seats_leave", responses={204: None})
    def delete(self, request: Request, group_id: UUID) -> Response:
        """Give one's seat back. 409 `group_closed`."""
        groups.leave_seat(learner=self.caller, group_id=group_id)
        return Response(status=204)
