from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.filters import apply_filters
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.reviews import decisions, selectors, serializers, services
from core.reviews.filters import QueueFilters
from core.reviews.models import ReviewDraft
from core.reviews.serializers import ClaimSerializer, QueueEntrySerializer, ReviewSerializer
from core.reviews.states import REGRADE, TAKE_AWAY
from core.submissions.selectors import visible_submission
from core.users.base_views import ConsentedView
from ongoza_contracts.access import Permission

REVIEW = Permission.SUBMISSION_REVIEW


class ReviewQueue(ApiView):
    permissions = {"GET": REVIEW}
    query_parameters = (*PAGE_PARAMETERS, *QueueFilters.names())

    @extend_schema(
        operation_id="review_queue_list",
        parameters=[*QueueFilters.parameters(), *PAGE],
        responses=page_of(QueueEntrySerializer),
    )
    def get(self, request: Request) -> Response:
        """List what waits for a review and the caller may claim, by the time at which the first
        attempt of its chain was handed in: requested changes and lost claims cost no place."""
        rows = apply_filters(QueueFilters, request, selectors.queue(self.caller))
        return self.page(rows, QueueEntrySerializer)


class OwnClaims(ApiView):
    permissions = {"GET": REVIEW}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="review_claims_list", parameters=PAGE, responses=page_of(ClaimSerializer)
    )
    def get(self, request: Request) -> Response:
        """List the claims that the caller has, at most three."""
        return self.page(selectors.own_claims(self.caller), ClaimSerializer)


class ReviewedSubmission(ApiView):
    permissions = {"GET": REVIEW}

    @extend_schema(
        operation_id="reviewed_submissions_read",
        responses=serializers.ReviewedSubmissionSerializer,
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        """The claim, the draft and the decided reviews of a submission, for its reviewers; and how
        its learner entered flags and what their hints cost."""
        submission = selectors.reviewable_submission(self.caller, submission_id)
        found = {
            "submission": submission.pk,
            "claim": selectors.live_claim(submission),
            "draft": ReviewDraft.objects.filter(submission=submission).first(),
            "reviews": selectors.reviews_of(submission),
            "flag": selectors.flag_entries(submission),
            "hint_cost": selectors.hint_cost_of(submission),
        }
        return Response(serializers.ReviewedSubmissionSerializer(found).data)


class ClaimSubmission(ApiView):
    permissions = {"POST": REVIEW}

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, services.ClaimLimit):
            response.data["claims"] = ClaimSerializer(exc.claims, many=True).data
        return response

    @extend_schema(operation_id="review_claims_make", request=None, responses=ClaimSerializer)
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Claim a submission for 60 minutes; the present claim for who has it already.

        409 `claimed` says until when another reviewer has it; `claim_limit` lists the three
        `claims` that the caller has; `not_waiting`, `own_review`; `learner_consent_missing` for
        the work of a minor without a guardian's consent.
        """
        claim = services.claim(reviewer=self.caller, submission_id=submission_id)
        return Response(ClaimSerializer(claim).data)


class ExtendClaim(ApiView):
    permissions = {"POST": REVIEW}

    @extend_schema(operation_id="review_claims_extend", request=None, responses=ClaimSerializer)
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Extend the caller's claim by 60 minutes, twice at most. 409 `claim_lost` or
        `no_extension_left`."""
        claim = services.extend(reviewer=self.caller, submission_id=submission_id)
        return Response(ClaimSerializer(claim).data)


class ReleaseClaim(ApiView):
    permissions = {"POST": REVIEW}

    @extend_schema(operation_id="review_claims_release", request=None, responses=ClaimSerializer)
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Give the caller's claim back; the draft stays for the next reviewer. 409 `claim_lost`."""
        claim = services.release(reviewer=self.caller, submission_id=submission_id)
        return Response(ClaimSerializer(claim).data)


class TakeClaimAway(ApiView):
    permissions = {"POST": TAKE_AWAY}

    @extend_schema(
        operation_id="review_claims_take_away",
        request=serializers.TakeAwayRequest,
        responses=ClaimSerializer,
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """End a reviewer's claim, with a reason of which they are notified; the draft stays. For
        directors and admins. 409 `not_claimed`."""
        body = self.body(serializers.TakeAwayRequest)
        claim = services.take_away(caller=self.caller, submission_id=submission_id, **body)
        return Response(ClaimSerializer(claim).data)


class Draft(ApiView):
    permissions = {"PUT": REVIEW}

    @extend_schema(
        operation_id="review_drafts_save",
        request=serializers.SaveDraftRequest,
        responses=serializers.ReviewDraftSerializer,
    )
    def put(self, request: Request, submission_id: UUID) -> Response:
        """Save a draft of the review in place of the one before. Nobody but reviewers sees it, and
        it stays when the claim is lost.

        409 `claim_lost`, `rubric_lost`; 400 `invalid_marks`.
        """
        body = self.body(serializers.SaveDraftRequest)
        draft = decisions.save_draft(reviewer=self.caller, submission_id=submission_id, **body)
        return Response(serializers.ReviewDraftSerializer(draft).data)


class DecideReview(ApiView):
    permissions = {"POST": REVIEW}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="reviews_decide",
        request=serializers.DecideRequest,
        responses={201: serializers.ReviewForReviewersSerializer},
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Decide the review of a submission that the caller has claimed. The learner is notified,
        and a pass completes the mission.

        409 `claim_lost`: the draft stays; `learner_consent_missing`, `rubric_lost`; 400
        `invalid_marks`, `below_pass_mark`, `no_changes_now`.
        """
        body = self.body(serializers.DecideRequest)
        review = decisions.decide(reviewer=self.caller, submission_id=submission_id, **body)
        return Response(serializers.ReviewForReviewersSerializer(review).data, 201)


class Regrade(ApiView):
    permissions = {"POST": REGRADE}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="reviews_regrade",
        request=serializers.DecideRequest,
        responses={201: serializers.ReviewForReviewersSerializer},
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Review a submission that passed or failed again, without a claim, by the mission's
        current rubric; the reviews before it stay readable. For directors and admins.

        409 `not_decided`, `second_opinion_open`, `learner_consent_missing`, `rubric_lost`; 400 as
        for a decision.
        """
        body = self.body(serializers.DecideRequest)
        review = decisions.regrade(caller=self.caller, submission_id=submission_id, **body)
        return Response(serializers.ReviewForReviewersSerializer(review).data, 201)


# --- for learners --------------------------------------------------------------------------------
class SubmissionReviews(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="reviews_list", parameters=PAGE, responses=page_of(ReviewSerializer)
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        """List the decided reviews of a submission, oldest first; the last one counts."""
        submission = visible_submission(self.caller, submission_id)
        return self.page(selectors.reviews_of(submission), ReviewSerializer)


class SubmissionWait(ApiView):
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="submissions_read_wait", responses=serializers.WaitSerializer)
    def get(self, request: Request, submission_id: UUID) -> Response:
        """By when the review of a waiting submission is promised, how many wait before it, and how
        long reviews of this queue took in the last 30 days."""
        submission = visible_submission(self.caller, submission_id)
        found = selectors.wait(submission)
        return Response(serializers.WaitSerializer(found).data)


class SecondOpinion(ConsentedView):
    permissions = {"POST": Principal.USER}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="submissions_request_second_opinion",
        request=None,
        responses={201: serializers.WaitSerializer},
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Ask for a second opinion on an attempt of the caller that passed or failed, once, within
        14 days. Another reviewer gives it; the outcome stands until then.

        409 `not_decided`, `second_opinion_used`, `too_late`.
        """
        entry = decisions.request_second_opinion(user=self.caller, submission_id=submission_id)
        found = selectors.wait(entry.submission)
        return Response(serializers.WaitSerializer(found).data, 201)
