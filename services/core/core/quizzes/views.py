from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS, positive_int_param
from core.kit.parameters import text_param, user_id_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.progress.views import ReportView
from core.quizzes import authoring, selectors, serializers, services
from core.quizzes.serializers import (
    QuizAttemptSerializer,
    QuizAttemptSummarySerializer,
    QuizSerializer,
)
from core.quizzes.statistics import question_statistics
from core.users.base_views import ConsentedView
from ongoza_contracts.access import Permission
from ongoza_contracts.vocabulary import ID_MAX


class Quizzes(ApiView):
    permissions = {"GET": Principal.USER, "POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "content")

    @extend_schema(
        operation_id="quizzes_list",
        parameters=[OpenApiParameter("content", str, description="A content id."), *PAGE],
        responses=page_of(QuizSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the quizzes on offer."""
        rows = selectors.offered_quizzes()
        if "content" in request.query_params:
            rows = rows.filter(item__content_id=text_param(request, "content", most=32))
        return self.page(rows, QuizSerializer)

    @extend_schema(
        operation_id="quizzes_publish",
        request=serializers.PublishQuizRequest,
        responses={201: QuizSerializer},
    )
    def post(self, request: Request) -> Response:
        """Give a module or course its quiz: from then on it is completed by passing it. The answer
        shows no questions.

        For directors and admins. 409 `quiz_exists` or `retired`.
        """
        quiz = authoring.publish_quiz(**self.body(serializers.PublishQuizRequest))
        return self.one(quiz, QuizSerializer, 201)


class QuizDetail(ApiView):
    permissions = {"GET": Principal.USER, "PATCH": Permission.CONTENT_MANAGE}
    etag_methods = ("GET", "PATCH")
    if_match_methods = ("PATCH",)

    @extend_schema(operation_id="quizzes_read", responses=QuizSerializer)
    def get(self, request: Request, quiz_id: int) -> Response:
        """One quiz, retired or not."""
        return self.one(selectors.quiz(quiz_id), QuizSerializer)

    @extend_schema(
        operation_id="quizzes_update",
        request=serializers.UpdateQuizRequest,
        responses=QuizSerializer,
    )
    def patch(self, request: Request, quiz_id: int) -> Response:
        """Change how attempts that start from now on are drawn, passed and limited. For directors
        and admins."""
        policy = self.body(serializers.UpdateQuizRequest, partial=True)
        quiz = authoring.update_quiz(quiz_id=quiz_id, if_match=self.if_match, **policy)
        return self.one(quiz, QuizSerializer)


class QuizVersions(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)
    if_match_methods = ("POST",)
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="quizzes_publish_version",
        request=serializers.PublishQuestionsRequest,
        responses={201: QuizSerializer},
    )
    def post(self, request: Request, quiz_id: int) -> Response:
        """Publish questions in place of the present ones; attempts that are open keep theirs. For
        directors and admins."""
        body = self.body(serializers.PublishQuestionsRequest)
        quiz = authoring.update_quiz(quiz_id=quiz_id, if_match=self.if_match, **body)
        return self.one(quiz, QuizSerializer, 201)


class RetireQuiz(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)

    @extend_schema(operation_id="quizzes_retire", request=None, responses=QuizSerializer)
    def post(self, request: Request, quiz_id: int) -> Response:
        """Retire a quiz: self-reports complete its item again. For directors and admins."""
        return self.one(authoring.retire_quiz(quiz_id=quiz_id), QuizSerializer)


class RestoreQuiz(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)

    @extend_schema(operation_id="quizzes_restore", request=None, responses=QuizSerializer)
    def post(self, request: Request, quiz_id: int) -> Response:
        """Offer a retired quiz again. For directors and admins."""
        return self.one(authoring.restore_quiz(quiz_id=quiz_id), QuizSerializer)


class QuizAttempts(ReportView, ConsentedView):
    permissions = {"GET": Permission.LEARNER_READ, "POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "user")

    @extend_schema(
        operation_id="quizzes_list_attempts",
        parameters=[
            OpenApiParameter("user", int, description="Id of the learner; by default the caller."),
            *PAGE,
        ],
        responses=page_of(QuizAttemptSummarySerializer),
    )
    def get(self, request: Request, quiz_id: int) -> Response:
        """The attempts of a learner, oldest first: the caller's own, or those of a learner whom the
        caller may read."""
        user_id = user_id_param(request, self.caller.id)
        rows = selectors.attempts_of(self.caller, user_id, quiz_id)
        return self.page(rows, QuizAttemptSummarySerializer)

    @extend_schema(
        operation_id="quizzes_start_attempt", request=None, responses={201: QuizAttemptSerializer}
    )
    def post(self, request: Request, quiz_id: int) -> Response:
        """Start an attempt: its item is in progress from then on. The questions are drawn and
        numbered for this attempt.

        409 `attempt_open` names the open one; `no_attempts_left`, `too_soon`, `quiz_retired`,
        `already_completed`, `prerequisites_missing`.
        """
        attempt = services.start_attempt(user=self.caller, quiz_id=quiz_id)
        return self.one(attempt, QuizAttemptSerializer, 201)


class QuizAttemptDetail(ApiView):
    permissions = {"GET": Principal.USER}
    etag_methods = ("GET",)

    @extend_schema(operation_id="quizzes_read_attempt", responses=QuizAttemptSerializer)
    def get(self, request: Request, quiz_id: int, attempt_id: UUID) -> Response:
        """An attempt of the caller with its questions; once it is submitted, which answers were
        right, and the feedback."""
        attempt = selectors.own_attempt(self.caller, quiz_id, attempt_id)
        return self.one(attempt, QuizAttemptSerializer)


class SubmitQuizAttempt(ConsentedView):
    permissions = {"POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="quizzes_submit_attempt",
        request=serializers.SubmitRequest,
        responses=QuizAttemptSerializer,
    )
    def post(self, request: Request, quiz_id: int, attempt_id: UUID) -> Response:
        """Submit all answers of an attempt, which ends it. Passing completes the item. What is not
        answered is wrong.

        400 `invalid_answer` for an answer that does not fit its question; 409 `already_submitted`.
        """
        attempt = services.submit_attempt(
            user=self.caller,
            quiz_id=quiz_id,
            attempt_id=attempt_id,
            **self.body(serializers.SubmitRequest),
        )
        return self.one(attempt, QuizAttemptSerializer)


class QuizStatistics(ApiView):
    permissions = {"GET": Permission.CONTENT_MANAGE}
    query_parameters = ("version",)

    @extend_schema(
        operation_id="quizzes_read_statistics",
        parameters=[
            OpenApiParameter("version", int, description="Of the questions; the newest by default.")
        ],
        responses=serializers.QuizStatisticsSerializer,
    )
    def get(self, request: Request, quiz_id: int) -> Response:
        """How many first attempts drew each question, the share in which it was right
        (`difficulty`), and how well it tells those who know the rest from those who do not
        (`discrimination`).

        Before 30 attempts there is not enough data: both are null. For directors and admins.
        """
        quiz = selectors.quiz(quiz_id)
        version = positive_int_param(request, "version", default=quiz.version, most=ID_MAX)
        found = {"version": version, "questions": question_statistics(quiz, version)}
        return Response(serializers.QuizStatisticsSerializer(found).data)
