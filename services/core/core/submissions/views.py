from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.certificates.throttles import VerificationThrottle
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param, user_id_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.progress.views import ReportView
from core.submissions import extensions, selectors, serializers, services, suggestions
from core.submissions.receipts import receipt, verified_receipt
from core.submissions.serializers import ExtensionSerializer, SubmissionSerializer
from core.submissions.similar import similarities
from core.users.base_views import ConsentedView, PublicView
from ongoza_contracts.access import Permission
from ongoza_contracts.submissions import SubmissionState

FILTERS = [
    OpenApiParameter("user", int, description="Id of the learner; by default the caller."),
    OpenApiParameter("state", str, enum=list(SubmissionState)),
]


class MissionSubmissions(ReportView, ConsentedView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "user", "state")

    @extend_schema(
        operation_id="submissions_list",
        parameters=[*FILTERS, *PAGE],
        responses=page_of(SubmissionSerializer),
    )
    def get(self, request: Request, mission_id: UUID) -> Response:
        """The attempts at a mission, oldest first: the caller's own, or those of a learner whose
        work the caller reviews, without drafts."""
        user_id = user_id_param(request, self.caller.id)
        rows = selectors.submissions_of(self.caller, mission_id, user_id)
        if state := enum_param(request, "state", SubmissionState):
            rows = rows.filter(state=state)
        return self.page(rows, SubmissionSerializer)

    @extend_schema(
        operation_id="submissions_start", request=None, responses={201: SubmissionSerializer}
    )
    def post(self, request: Request, mission_id: UUID) -> Response:
        """Start an attempt: a draft, which takes artifacts. After requested changes it is the
        attempt that makes them, and counts against no limit.

        409 `attempt_open` names the one under way; `no_attempts_left` says how many there are;
        `too_late`, `mission_retired`, `prerequisites_missing`.
        """
        started = services.start_attempt(user=self.caller, mission_id=mission_id)
        return self.one(started, SubmissionSerializer, 201)


class SubmissionDetail(ApiView):
    permissions = {"GET": Principal.USER}
    etag_methods = ("GET",)

    @extend_schema(operation_id="submissions_read", responses=SubmissionSerializer)
    def get(self, request: Request, submission_id: UUID) -> Response:
        """One attempt: one's own, or, but for a draft, that of a learner whose work one reviews."""
        found = selectors.visible_submission(self.caller, submission_id)
        return self.one(found, SubmissionSerializer)


class Submit(ConsentedView):
    permissions = {"POST": Principal.USER}
    etag_methods = ("POST",)
    if_match_methods = ("POST",)

    @extend_schema(operation_id="submissions_submit", request=None, responses=SubmissionSerializer)
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Hand in a draft of the caller's: nothing of it changes from then on. 409
        `nothing_to_submit`, `too_late`, `illegal_transition`."""
        submitted = services.submit(
            user=self.caller, submission_id=submission_id, if_match=self.if_match
        )
        return self.one(submitted, SubmissionSerializer)


class Withdraw(ConsentedView):
    permissions = {"POST": Principal.USER}
    etag_methods = ("POST",)
    if_match_methods = ("POST",)

    @extend_schema(
        operation_id="submissions_withdraw", request=None, responses=SubmissionSerializer
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Take back an attempt of the caller's that no reviewer has begun to review; it counts
        against no limit. 409 `illegal_transition`, `too_many_withdrawn`."""
        withdrawn = services.withdraw(
            user=self.caller, submission_id=submission_id, if_match=self.if_match
        )
        return self.one(withdrawn, SubmissionSerializer)


class Extensions(ApiView):
    permissions = {"GET": Principal.USER, "POST": Permission.SUBMISSION_REVIEW}
    etag_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="extensions_list", parameters=PAGE, responses=page_of(ExtensionSerializer)
    )
    def get(self, request: Request, mission_id: UUID) -> Response:
        """Who may hand in for a mission until when: the caller, and learners whose work the caller
        reviews."""
        rows = selectors.extensions_of(self.caller, mission_id)
        return self.page(rows, ExtensionSerializer)

    @extend_schema(
        operation_id="extensions_grant",
        request=serializers.GrantExtensionRequest,
        responses={200: ExtensionSerializer, 201: ExtensionSerializer},
    )
    def post(self, request: Request, mission_id: UUID) -> Response:
        """Let a learner hand in until another time; 200 where it replaces a former extension. What
        they have handed in already is less late at once, unless it has a score. For those who
        review the learner's work. 400 `not_later`; 403 `own_extension`."""
        body = self.body(serializers.GrantExtensionRequest)
        extension, is_new = extensions.grant_extension(
            granted_by=self.caller,
            mission_id=mission_id,
            user_id=body["user"],
            until=body["until"],
        )
        return self.one(extension, ExtensionSerializer, 201 if is_new else 200)


class Similarities(ApiView):
    permissions = {"GET": Permission.SUBMISSION_REVIEW}

    @extend_schema(operation_id="submissions_compare", responses=serializers.SimilaritiesSerializer)
    def get(self, request: Request, submission_id: UUID) -> Response:
        """What of an attempt is equal or near-equal to what other learners handed in for the same
        mission, with the passages; what the mission's own text has is left out. For those who
        review the learner's work."""
        found = similarities(self.caller, submission_id)
        return Response(serializers.SimilaritiesSerializer({"similarities": found}).data)


class Exemplars(ApiView):
    permissions = {"GET": Principal.SERVICE}

    @extend_schema(operation_id="exemplars_list", responses=serializers.ExemplarsSerializer)
    def get(self, request: Request, submission_id: UUID) -> Response:
        """Texts of accepted works of other learners at the mission of an attempt, which ai compares
        it with, without ids and names. For ai's service token."""
        texts = suggestions.exemplar_texts(submission_id)
        return Response(serializers.ExemplarsSerializer({"texts": texts}).data)


class StoredSuggestion(ApiView):
    permissions = {"PUT": Principal.SERVICE}

    @extend_schema(
        operation_id="suggestions_record",
        request=serializers.SuggestionRequest,
        responses=serializers.SuggestionSerializer,
    )
    def put(self, request: Request, submission_id: UUID) -> Response:
        """Store what ai suggests on an attempt beside it, in verdicts and numbers, in the place of
        the former one. For ai's service token."""
        found = self.body(serializers.SuggestionRequest)
        stored = suggestions.record_suggestion(submission_id=submission_id, found=found)
        return Response(serializers.SuggestionSerializer(stored).data)


class Receipt(ApiView):
    permissions = {"GET": Principal.USER}

    @extend_schema(
        operation_id="submissions_receipt", responses=serializers.SubmissionReceiptSerializer
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        """The signed receipt of an attempt: what was handed in, and when. Everybody verifies it at
        `receipts/verify/`. 409 `not_submitted`, or `credentials_off` on a server without a key."""
        token = receipt(selectors.visible_submission(self.caller, submission_id))
        shown = {"receipt": token, "statement": verified_receipt(token)}
        return Response(serializers.SubmissionReceiptSerializer(shown).data)


class VerifyReceipt(PublicView):
    permissions = {"POST": Principal.ANYONE}
    takes_credentials = False
    throttle_classes = (VerificationThrottle,)

    @extend_schema(
        operation_id="receipts_verify",
        request=serializers.VerifyReceiptRequest,
        responses=serializers.VerifiedReceiptSerializer,
    )
    def post(self, request: Request) -> Response:
        """Whether a receipt is genuine, and what it states. Receipts of former keys are, those of
        a withdrawn key are not."""
        found = verified_receipt(self.body(serializers.VerifyReceiptRequest)["receipt"])
        shown = {"valid": found is not None, "statement": found}
        return Response(serializers.VerifiedReceiptSerializer(shown).data)
