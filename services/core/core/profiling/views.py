from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.profiling import selectors, serializers, services
from core.profiling.models import ProfilingSession
from core.profiling.serializers import SessionSerializer
from core.users.base_views import ConsentedView

STATUS = OpenApiParameter("status", str, enum=list(ProfilingSession.Status))


class Sessions(ConsentedView):
    private = True  # record 22
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    etag_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "status")

    @extend_schema(
        operation_id="profiling_list_sessions",
        parameters=[STATUS, *PAGE],
        responses=page_of(SessionSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's sessions, newest first."""
        rows = selectors.sessions_of(self.caller)
        if status := enum_param(request, "status", ProfilingSession.Status):
            rows = rows.filter(status=status)
        return self.page(rows, SessionSerializer)

    @extend_schema(
        operation_id="profiling_start_session",
        request=serializers.StartRequest,
        responses={200: SessionSerializer, 201: SessionSerializer},
    )
    def post(self, request: Request) -> Response:
        """Start a session (201), or resume the open one (200)."""
        body = self.body(serializers.StartRequest)
        session, created = services.start_session(user=self.caller, **body)
        return self.one(session, SessionSerializer, 201 if created else 200)


class SessionDetail(ConsentedView):
    private = True  # record 22
    permissions = {"GET": Principal.USER, "DELETE": Principal.USER}
    if_match_methods = ("DELETE",)
    etag_methods = ("GET",)

    @extend_schema(operation_id="profiling_read_session", responses=SessionSerializer)
    def get(self, request: Request, session_id: UUID) -> Response:
        """One of the caller's sessions."""
        return self.one(selectors.own_session(self.caller, session_id), SessionSerializer)

    @extend_schema(operation_id="profiling_delete_session", responses={204: None})
    def delete(self, request: Request, session_id: UUID) -> Response:
        """Delete one of the caller's sessions, with its answers and result."""
        services.delete_session(user=self.caller, session_id=session_id, if_match=self.if_match)
        return Response(status=204)


class AnswerDetail(ConsentedView):
    private = True  # record 22
    permissions = {"PUT": Principal.USER}
    if_match_methods = ("PUT",)
    etag_methods = ("PUT",)

    @extend_schema(
        operation_id="profiling_record_answer",
        request=serializers.AnswerRequest,
        responses=SessionSerializer,
    )
    def put(self, request: Request, session_id: UUID, question_id: str) -> Response:
        """Answer a question, or change its answer."""
        body = self.body(serializers.AnswerRequest)
        session = services.record_answer(
            user=self.caller,
            session_id=session_id,
            question_id=question_id,
            if_match=self.if_match,
            **body,
        )
        return self.one(session, SessionSerializer)


class Result(ApiView):
    permissions = {"POST": Principal.SERVICE}

    @extend_schema(
        operation_id="profiling_record_result",
        request=serializers.ResultRequest,
        responses=SessionSerializer,
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        """Complete a session with its result. For ai's service token."""
        result = self.body(serializers.ResultRequest)
        version = result.pop("judged_version")
        session = services.record_result(
            session_id=session_id, result=result, judged_version=version
        )
        return Response(SessionSerializer(session).data)
