"""Routes of requests, matches and sessions."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.filters import apply_filters
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.mentorship import matches, requests, selectors, sessions
from core.mentorship.filters import MatchFilters, RequestFilters, SessionFilters
from core.mentorship.serializers import (
    AttendanceRequest,
    BookSessionRequest,
    EndMatchRequest,
    FeedbackRequest,
    ListedRequestSerializer,
    MatchSerializer,
    MentorshipRequestSerializer,
    MentorshipSessionSerializer,
    MoveSessionRequest,
    RequestDetailSerializer,
    RequestMentorRequest,
    SessionFeedbackSerializer,
)


# --- requests ----------------------------------------------------------------------------------
class Requests(ApiView):
    private = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, *RequestFilters.names())

    @extend_schema(
        operation_id="mentorship_requests_list",
        parameters=[*RequestFilters.parameters(), *PAGE],
        responses=page_of(ListedRequestSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's own requests; those that the caller is asked as a mentor, and those that the
        caller accepted, as long as the match lasts. Oldest first."""
        rows = selectors.visible_requests(self.caller)
        return self.page(apply_filters(RequestFilters, request, rows), ListedRequestSerializer)

    @extend_schema(
        operation_id="mentorship_requests_add",
        request=RequestMentorRequest,
        responses={201: MentorshipRequestSerializer},
    )
    def post(self, request: Request) -> Response:
        """Ask a mentor, or any who has room. For learners.

        Without an answer within three days, or with a no, the request goes on to the next mentor
        by itself and keeps its place. 409 `too_many_requests` for a third one, `already_asked`,
        `already_matched` and `mentor_full`.
        """
        row = requests.request_mentor(user=self.caller, **self.body(RequestMentorRequest))
        return Response(MentorshipRequestSerializer(row).data, 201)


class RequestDetail(ApiView):
    private = True
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="mentorship_requests_read", responses=RequestDetailSerializer)
    def get(self, request: Request, request_id: UUID) -> Response:
        """One request with its place among the open ones of the learner's organization, and how
        long those of the last 30 days waited until a mentor accepted."""
        row = selectors.visible_request(self.caller, request_id)
        return Response(RequestDetailSerializer(row).data)


class AcceptRequest(ApiView):
    permissions = {"POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="mentorship_requests_accept", request=None, responses={201: MatchSerializer}
    )
    def post(self, request: Request, request_id: UUID) -> Response:
        """Become the learner's mentor, as the mentor who is asked: creates the match, and lets the
        mentor read the learner's record. 409 `mentor_full` and `request_expired`."""
        match = requests.accept(user=self.caller, request_id=request_id)
        return self.one(match, MatchSerializer, 201)


class DeclineRequest(ApiView):
    permissions = {"POST": Principal.USER}

    @extend_schema(operation_id="mentorship_requests_decline", request=None, responses={204: None})
    def post(self, request: Request, request_id: UUID) -> Response:
        """Leave the request to the next mentor, as the mentor who is asked."""
        requests.decline(user=self.caller, request_id=request_id)
        return Response(status=204)


class WithdrawRequest(ApiView):
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="mentorship_requests_withdraw",
        request=None,
        responses=MentorshipRequestSerializer,
    )
    def post(self, request: Request, request_id: UUID) -> Response:
        """End one's own request."""
        row = requests.withdraw(user=self.caller, request_id=request_id)
        return Response(MentorshipRequestSerializer(row).data)


# --- matches -----------------------------------------------------------------------------------
class Matches(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = (*PAGE_PARAMETERS, *MatchFilters.names())

    @extend_schema(
        operation_id="mentorship_matches_list",
        parameters=[*MatchFilters.parameters(), *PAGE],
        responses=page_of(MatchSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's own matches, as learner or mentor, and those of learners whose memberships
        the caller reads; ended ones too. Oldest first."""
        rows = apply_filters(MatchFilters, request, selectors.visible_matches(self.caller))
        return self.page(rows, MatchSerializer)


class MatchDetail(ApiView):
    permissions = {"GET": Principal.USER}
    etag_methods = ("GET",)

    @extend_schema(operation_id="mentorship_matches_read", responses=MatchSerializer)
    def get(self, request: Request, match_id: UUID) -> Response:
        """One match."""
        return self.one(selectors.visible_match(self.caller, match_id), MatchSerializer)


class EndMatch(ApiView):
    permissions = {"POST": Principal.USER}
    if_match_methods = ("POST",)
    etag_methods = ("POST",)

    @extend_schema(
        operation_id="mentorship_matches_end", request=EndMatchRequest, responses=MatchSerializer
    )
    def post(self, request: Request, match_id: UUID) -> Response:
        """End a match: as one of the two, or as who manages the learner's memberships. Its sessions
        to come are cancelled, and the mentor does not read the learner's record any more."""
        match = matches.end_match(
            caller=self.caller,
            match_id=match_id,
            if_match=self.if_match,
            **self.body(EndMatchRequest),
        )
        return self.one(match, MatchSerializer)


# --- sessions ----------------------------------------------------------------------------------
class Sessions(ApiView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, *SessionFilters.names())

    @extend_schema(
        operation_id="mentorship_sessions_list",
        parameters=[*SessionFilters.parameters(), *PAGE],
        responses=page_of(MentorshipSessionSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's own sessions, as learner or mentor, and those of learners whose memberships
        the caller reads, by their start."""
        rows = apply_filters(SessionFilters, request, selectors.visible_sessions(self.caller))
        return self.page(rows, MentorshipSessionSerializer)

    @extend_schema(
        operation_id="mentorship_sessions_book",
        request=BookSessionRequest,
        responses={201: MentorshipSessionSerializer},
    )
    def post(self, request: Request) -> Response:
        """Propose a session of one's own match; the other one confirms it.

        A learner takes a slot of the mentor's, the mentor any time at which both are free. 409
        `not_a_slot`, `time_taken`, `too_many_sessions` and `match_ended`.
        """
        session = sessions.book(caller=self.caller, **self.body(BookSessionRequest))
        return self.one(session, MentorshipSessionSerializer, 201)


class SessionDetail(ApiView):
    permissions = {"GET": Principal.USER}
    etag_methods = ("GET",)

    @extend_schema(operation_id="mentorship_sessions_read", responses=MentorshipSessionSerializer)
    def get(self, request: Request, session_id: UUID) -> Response:
        """One session."""
        return self.one(
            selectors.visible_session(self.caller, session_id), MentorshipSessionSerializer
        )


class SessionAction(ApiView):
    """The base of what one of the two does to a session."""

    permissions = {}
    if_match_methods = ("POST",)
    etag_methods = ("POST",)


class MoveSession(SessionAction):
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="mentorship_sessions_move",
        request=MoveSessionRequest,
        responses=MentorshipSessionSerializer,
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        """Propose another time, which the other one confirms. The old time is free at once; where
        the new one is not, nothing changes. 409 `not_a_slot`, `time_taken` and `session_begun`."""
        body = self.body(MoveSessionRequest)
        session = sessions.move(
            caller=self.caller, session_id=session_id, if_match=self.if_match, **body
        )
        return self.one(session, MentorshipSessionSerializer)


class ConfirmSession(SessionAction):
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="mentorship_sessions_confirm",
        request=None,
        responses=MentorshipSessionSerializer,
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        """Agree to the time that the other one proposed; 403 for one's own proposal."""
        session = sessions.confirm(
            caller=self.caller, session_id=session_id, if_match=self.if_match
        )
        return self.one(session, MentorshipSessionSerializer)


class CancelSession(SessionAction):
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="mentorship_sessions_cancel",
        request=None,
        responses=MentorshipSessionSerializer,
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        """Call off a session that has not begun; its time is free at once."""
        session = sessions.cancel(caller=self.caller, session_id=session_id, if_match=self.if_match)
        return self.one(session, MentorshipSessionSerializer)


class SessionAttendance(SessionAction):
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="mentorship_sessions_record_attendance",
        request=AttendanceRequest,
        responses=MentorshipSessionSerializer,
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        """Note that a confirmed session was held, or who missed it. For its mentor."""
        session = sessions.record_attendance(
            caller=self.caller,
            session_id=session_id,
            if_match=self.if_match,
            **self.body(AttendanceRequest),
        )
        return self.one(session, MentorshipSessionSerializer)


class FeedbackOfSession(ApiView):
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="mentorship_sessions_give_feedback",
        request=FeedbackRequest,
        responses=SessionFeedbackSerializer,
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        """Rate a session that is over, as its learner, or change the rating. The mentor does not
        see it."""
        body = self.body(FeedbackRequest)
        feedback = sessions.give_feedback(caller=self.caller, session_id=session_id, **body)
        return Response(SessionFeedbackSerializer(feedback).data)
