"""Routes of enrolments."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.selectors import reaches
from core.cohorts import bulk, enrolments, payments, selectors
from core.cohorts.seats import waiting_list
from core.cohorts.serializers import (
    ApplyRequest,
    ConfirmPaymentRequest,
    EnrolManyRequest,
    EnrolManySerializer,
    EnrolmentDetailSerializer,
    EnrolmentSerializer,
    PaySeatRequest,
    TransferRequest,
    WaitingEntrySerializer,
)
from core.cohorts.vacancies import Vacancies
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.subscriptions.serializers import PaymentPageSerializer
from core.subscriptions.throttles import PayThrottle, PhoneThrottle
from ongoza_contracts.access import Permission
from ongoza_contracts.cohorts import EnrolmentState

STATE = OpenApiParameter("state", str, enum=list(EnrolmentState))


class Enrolments(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = (*PAGE_PARAMETERS, "state")

    @extend_schema(
        operation_id="enrolments_list",
        parameters=[STATE, *PAGE],
        responses=page_of(EnrolmentSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's own enrolments, and those in cohorts that the caller manages; ended ones
        too. Oldest first."""
        rows = selectors.visible_enrolments(self.caller)
        if state := enum_param(request, "state", EnrolmentState):
            rows = rows.filter(state=state)
        return self.page(rows, EnrolmentSerializer)


class EnrolmentDetail(ApiView):
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="enrolments_read", responses=EnrolmentDetailSerializer)
    def get(self, request: Request, enrolment_id: UUID) -> Response:
        """One enrolment with what its version of the program still requires, and why it waits.

        `waiting_reason`, `place` and `list_movement` (by how many places earlier lists moved) are
        null unless the state is `applied`. Of the requirements only what was
        completed by another's word counts; `required_done` and `missing` are null for who may not
        read the learner's progress.
        """
        row = selectors.visible_enrolment(self.caller, enrolment_id)
        reads_progress = reaches(self.caller, Permission.LEARNER_READ, row.user_id)
        context = {"reads_progress": reads_progress}
        return Response(EnrolmentDetailSerializer(row, context=context).data)


class CohortEnrolments(ApiView):
    permissions = {"GET": Permission.COHORT_MANAGE, "POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "state")

    @extend_schema(
        operation_id="cohorts_list_enrolments",
        parameters=[STATE, *PAGE],
        responses=page_of(EnrolmentSerializer),
    )
    def get(self, request: Request, cohort_id: UUID) -> Response:
        """The enrolments in a cohort, oldest first. For who manages it."""
        rows = selectors.managed_cohort(self.caller, cohort_id).enrolments.all()
        if state := enum_param(request, "state", EnrolmentState):
            rows = rows.filter(state=state)
        return self.page(rows, EnrolmentSerializer)

    @extend_schema(
        operation_id="cohorts_apply", request=ApplyRequest, responses={201: EnrolmentSerializer}
    )
    def post(self, request: Request, cohort_id: UUID) -> Response:
        """Apply to a cohort: the answer is an offered seat, or a place on the waiting list.

        For learners. A `code` adds its pool to `pools`. 409 `already_enrolled`,
        `cohort_not_accepting`, `code_needed`, `code_spent` and `code_ended`.
        """
        enrolment = enrolments.apply(
            user=self.caller, cohort_id=cohort_id, **self.body(ApplyRequest)
        )
        return self.one(enrolment, EnrolmentSerializer, 201)


class BulkEnrolment(ApiView):
    permissions = {"POST": Permission.COHORT_MANAGE}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="cohorts_enrol_many", request=EnrolManyRequest, responses=EnrolManySerializer
    )
    def post(self, request: Request, cohort_id: UUID) -> Response:
        """Put learners on the waiting list, with a right to the seats of `pool`, and offer free
        ones: the result of each row, in the order of the rows.

        For who manages the cohort. Enrolled learners stay as they are, and nobody is removed.
        With `dry_run` the results are those that would be, and nothing is written.
        """
        body = self.body(EnrolManyRequest)
        results = bulk.enrol_many(caller=self.caller, cohort_id=cohort_id, **body)
        answer = {"dry_run": body["dry_run"], "results": results}
        return Response(EnrolManySerializer(answer).data)


class WaitingList(ApiView):
    permissions = {"GET": Permission.COHORT_MANAGE}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="cohorts_list_waiting",
        parameters=PAGE,
        responses=page_of(WaitingEntrySerializer),
    )
    def get(self, request: Request, cohort_id: UUID) -> Response:
        """The waiting list of a cohort in its order, with the reason why each entry waits. For who
        manages the cohort."""
        cohort = selectors.managed_cohort(self.caller, cohort_id)
        context = {"vacancies": Vacancies(cohort)}
        return self.page(waiting_list(cohort), WaitingEntrySerializer, context)


class Accept(ApiView):
    permissions = {"POST": Principal.USER}
    etag_methods = ("POST",)

    @extend_schema(operation_id="enrolments_accept", request=None, responses=EnrolmentSerializer)
    def post(self, request: Request, enrolment_id: UUID) -> Response:
        """Take the seat that is offered to the caller: `active`, or `pending_payment` for a seat of
        the pool `paid`. 409 `hold_expired`."""
        row = enrolments.accept(user=self.caller, enrolment_id=enrolment_id)
        return self.one(row, EnrolmentSerializer)


class Decline(ApiView):
    permissions = {"POST": Principal.USER}
    etag_methods = ("POST",)

    @extend_schema(operation_id="enrolments_decline", request=None, responses=EnrolmentSerializer)
    def post(self, request: Request, enrolment_id: UUID) -> Response:
        """Refuse the seat that is offered to the caller. It is offered to the next at once."""
        row = enrolments.decline(user=self.caller, enrolment_id=enrolment_id)
        return self.one(row, EnrolmentSerializer)


class Withdraw(ApiView):
    permissions = {"POST": Principal.USER}
    etag_methods = ("POST",)

    @extend_schema(operation_id="enrolments_withdraw", request=None, responses=EnrolmentSerializer)
    def post(self, request: Request, enrolment_id: UUID) -> Response:
        """End an enrolment: one's own, or as who manages the cohort. Its seat is offered to the
        next at once."""
        row = enrolments.withdraw(caller=self.caller, enrolment_id=enrolment_id)
        return self.one(row, EnrolmentSerializer)


class Pay(ApiView):
    permissions = {"POST": Principal.USER}
    throttle_classes = (PayThrottle, PhoneThrottle)

    @extend_schema(
        operation_id="enrolments_pay", request=PaySeatRequest, responses=PaymentPageSerializer
    )
    def post(self, request: Request, enrolment_id: UUID) -> Response:
        """The page of the gateway where the caller pays for their own enrolment in
        `pending_payment`. The address is the caller's alone. M-Pesa asks the `phone` instead.

        Coming back from it proves nothing: the enrolment is activated when the gateway reports the
        payment. One that comes after `expires_at` takes a free seat, or goes back. 400
        `wrong_phone`; 409 `nothing_to_pay`, `payment_open`, `payment_refused`, `hold_expired`,
        `cohort_not_accepting`, `no_price`, `no_gateway`; 429 over 5 an
        hour for the caller or the phone; 503 while the gateway does not answer within 10 seconds.
        """
        url = payments.start_payment(
            user=self.caller, enrolment_id=enrolment_id, **self.body(PaySeatRequest)
        )
        return Response(PaymentPageSerializer({"url": url}).data)


class ConfirmPayment(ApiView):
    permissions = {"POST": Permission.COHORT_MANAGE}
    etag_methods = ("POST",)

    @extend_schema(
        operation_id="enrolments_confirm_payment",
        request=ConfirmPaymentRequest,
        responses=EnrolmentSerializer,
    )
    def post(self, request: Request, enrolment_id: UUID) -> Response:
        """Activate an enrolment in `pending_payment`. For who manages the cohort; never for one's
        own. 409 `hold_expired`."""
        row = enrolments.confirm_payment(
            caller=self.caller, enrolment_id=enrolment_id, **self.body(ConfirmPaymentRequest)
        )
        return self.one(row, EnrolmentSerializer)


class Suspend(ApiView):
    permissions = {"POST": Permission.COHORT_MANAGE}
    etag_methods = ("POST",)

    @extend_schema(operation_id="enrolments_suspend", request=None, responses=EnrolmentSerializer)
    def post(self, request: Request, enrolment_id: UUID) -> Response:
        """Interrupt an active enrolment, which keeps its seat. For who manages the cohort."""
        row = enrolments.suspend(caller=self.caller, enrolment_id=enrolment_id)
        return self.one(row, EnrolmentSerializer)


class Resume(ApiView):
    permissions = {"POST": Permission.COHORT_MANAGE}
    etag_methods = ("POST",)

    @extend_schema(operation_id="enrolments_resume", request=None, responses=EnrolmentSerializer)
    def post(self, request: Request, enrolment_id: UUID) -> Response:
        """Continue a suspended enrolment. For who manages the cohort."""
        row = enrolments.resume(caller=self.caller, enrolment_id=enrolment_id)
        return self.one(row, EnrolmentSerializer)


class Transfer(ApiView):
    permissions = {"POST": Permission.COHORT_MANAGE}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="enrolments_transfer",
        request=TransferRequest,
        responses={201: EnrolmentSerializer},
    )
    def post(self, request: Request, enrolment_id: UUID) -> Response:
        """End an active enrolment and begin one in another cohort, which names it as `previous_id`.

        For who manages both cohorts. 409 `no_seat`, `already_enrolled`, `same_cohort` and
        `cohort_not_accepting`.
        """
        row = enrolments.transfer(
            caller=self.caller, enrolment_id=enrolment_id, **self.body(TransferRequest)
        )
        return self.one(row, EnrolmentSerializer, 201)
