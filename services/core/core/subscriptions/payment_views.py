"""Routes of payments: where a learner pays, and what gateways report."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.errors import BadParameter
from core.kit.parameters import uuid_param
from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.subscriptions import previews, services, webhooks
from core.subscriptions.serializers import (
    MpesaCallbackRequest,
    MpesaReversalRequest,
    PaymentPageSerializer,
    PayRequest,
    StripeEventRequest,
    UpgradePreviewSerializer,
)
from core.subscriptions.throttles import PayThrottle, PhoneThrottle, PreviewThrottle

PLAN = OpenApiParameter("plan", UUID, required=True, description="Id of the plan.")
SIGNATURE = OpenApiParameter("Stripe-Signature", str, OpenApiParameter.HEADER)


class PreviewUpgrade(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = ("plan",)
    throttle_classes = (PreviewThrottle,)

    @extend_schema(
        operation_id="subscriptions_preview", parameters=[PLAN], responses=UpgradePreviewSerializer
    )
    def get(self, request: Request, subscription_id: UUID) -> Response:
        """What a plan of a higher rank would cost now, as the gateway computes it: with Stripe the
        rest of the period, with M-Pesa the full price. Nothing changes by it.

        409 `nothing_to_pay` for a change that waits or is free, `downgrade_waits` while another
        plan is to follow, `illegal_transition` where no plan can be changed, `no_price`,
        `no_gateway`; 429 over 60 an hour; 503 while the gateway does not answer.
        """
        plan_id = uuid_param(request, "plan")
        if plan_id is None:
            raise BadParameter("plan: name the plan.")
        found = previews.preview_upgrade(
            user=self.caller, subscription_id=subscription_id, plan_id=plan_id
        )
        return Response(UpgradePreviewSerializer(found).data)


class Pay(ApiView):
    has_optional_body = True
    permissions = {"POST": Principal.USER}
    throttle_classes = (PayThrottle, PhoneThrottle)

    @extend_schema(
        operation_id="subscriptions_pay", request=PayRequest, responses=PaymentPageSerializer
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """The page of the gateway where the caller pays what is due: the first period, a renewal
        that failed, or an upgrade that was asked for. The address is the caller's alone. M-Pesa
        asks the `phone` instead.

        Coming back from it proves nothing: the subscription changes when the gateway reports the
        payment. 400 `wrong_phone`; 409 `nothing_to_pay`, `no_price`, `no_gateway`; 429 over 5 an
        hour for the caller or the phone; 503 while the gateway does not answer within 10 seconds.
        """
        body = self.body(PayRequest) if request.stream is not None else {}
        url = services.start_payment(user=self.caller, subscription_id=subscription_id, **body)
        return Response(PaymentPageSerializer({"url": url}).data)


class StripeWebhook(ApiView):
    may_be_absent = True
    permissions = {"POST": Principal.ANYONE}
    authentication_classes = ()

    @extend_schema(
        operation_id="payments_stripe_webhook",
        parameters=[SIGNATURE],
        request=StripeEventRequest,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """An event, as Stripe signs and sends it. It only says that something changed. 400
        `bad_signature`; 404 on a server without the secret of the webhook."""
        webhooks.receive_stripe_event(
            body=request.body, signature=request.headers.get("Stripe-Signature", "")
        )
        return Response(status=204)


class MpesaCallback(ApiView):
    permissions = {"POST": Principal.ANYONE}
    authentication_classes = ()

    @extend_schema(
        operation_id="payments_mpesa_callback",
        request=MpesaCallbackRequest,
        responses={204: None},
    )
    def post(self, request: Request, secret: str) -> Response:
        """What M-Pesa reports of a request to a phone, at the address that core gave it. It is not
        believed: a job asks M-Pesa what became of the request."""
        webhooks.receive_mpesa_callback(secret=secret, body=request.body)
        return Response(status=204)


class MpesaReversal(ApiView):
    permissions = {"POST": Principal.ANYONE}
    authentication_classes = ()

    @extend_schema(
        operation_id="payments_mpesa_reversal",
        request=MpesaReversalRequest,
        responses={204: None},
    )
    def post(self, request: Request, secret: str) -> Response:
        """Whether M-Pesa sent a payment back, at the address that core gave it for this reversal
        alone."""
        webhooks.receive_mpesa_reversal(secret=secret, body=request.body)
        return Response(status=204)
