from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import user_id_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.subscriptions import entitlements, selectors, services
from core.subscriptions.serializers import (
    ChangePlanRequest,
    EntitlementSerializer,
    GrantEntitlementRequest,
    InvoiceSerializer,
    PlanSerializer,
    SubscribeRequest,
    SubscriptionSerializer,
)
from ongoza_contracts.access import Permission

USER = OpenApiParameter("user", int, description="Id of the learner; by default the caller.")


class Plans(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="subscriptions_list_plans", parameters=PAGE, responses=page_of(PlanSerializer)
    )
    def get(self, request: Request) -> Response:
        """The plans to which one can subscribe, and the default plan, whose features everybody has.
        In the order of their ranks."""
        return self.page(selectors.offered_plans(), PlanSerializer)


class Subscriptions(ApiView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="subscriptions_list",
        parameters=PAGE,
        responses=page_of(SubscriptionSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's own subscriptions, oldest first; ended ones too."""
        return self.page(selectors.own_subscriptions(self.caller), SubscriptionSerializer)

    @extend_schema(
        operation_id="subscriptions_subscribe",
        request=SubscribeRequest,
        responses={201: SubscriptionSerializer},
    )
    def post(self, request: Request) -> Response:
        """Subscribe to a plan: `trialing` where the plan has a trial and the caller never had a
        subscription, else `incomplete` until the gateway reports that the first invoice is paid.

        For learners. 409 `already_subscribed`, `no_price`, and `no_gateway` on a server that takes
        no payments.
        """
        row = services.subscribe(user=self.caller, **self.body(SubscribeRequest))
        return self.one(row, SubscriptionSerializer, 201)


class Cancel(ApiView):
    permissions = {"POST": Principal.USER}
    etag_methods = ("POST",)

    @extend_schema(
        operation_id="subscriptions_cancel", request=None, responses=SubscriptionSerializer
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Renew the caller's subscription no more: `cancelled` until the period ends, or `expired`
        at once where nothing is paid for."""
        row = services.cancel(user=self.caller, subscription_id=subscription_id)
        return self.one(row, SubscriptionSerializer)


class Resume(ApiView):
    permissions = {"POST": Principal.USER}
    etag_methods = ("POST",)

    @extend_schema(
        operation_id="subscriptions_resume", request=None, responses=SubscriptionSerializer
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Take a cancellation back while the period lasts. 409 `period_over`."""
        row = services.resume(user=self.caller, subscription_id=subscription_id)
        return self.one(row, SubscriptionSerializer)


class ChangePlan(ApiView):
    permissions = {"POST": Principal.USER}
    etag_methods = ("POST",)

    @extend_schema(
        operation_id="subscriptions_change_plan",
        request=ChangePlanRequest,
        responses=SubscriptionSerializer,
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Change the plan of the caller's subscription.

        A plan of a higher rank begins as soon as its invoice is paid; another one when the period
        ends, as `next_plan` says until then; within a trial either begins at once. The present plan
        takes a change back that waits for the end of the period. 409 `no_price`.
        """
        row = services.change_plan(
            user=self.caller, subscription_id=subscription_id, **self.body(ChangePlanRequest)
        )
        return self.one(row, SubscriptionSerializer)


class Invoices(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="invoices_list", parameters=PAGE, responses=page_of(InvoiceSerializer)
    )
    def get(self, request: Request) -> Response:
        """The caller's own invoices, oldest first, as their gateway has them."""
        return self.page(selectors.own_invoices(self.caller), InvoiceSerializer)


class Entitlements(ApiView):
    permissions = {"GET": Principal.USER, "POST": Permission.ENTITLEMENT_MANAGE}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "user")

    @extend_schema(
        operation_id="entitlements_list",
        parameters=[USER, *PAGE],
        responses=page_of(EntitlementSerializer),
    )
    def get(self, request: Request) -> Response:
        """The features that a learner was given or pays for, oldest first; ended ones too. The
        caller's own, or those of a learner to whom the caller may give some."""
        user_id = user_id_param(request, self.caller.id)
        rows = selectors.entitlements_of(self.caller, user_id)
        return self.page(rows, EntitlementSerializer)

    @extend_schema(
        operation_id="entitlements_grant",
        request=GrantEntitlementRequest,
        responses={201: EntitlementSerializer},
    )
    def post(self, request: Request) -> Response:
        """Give a learner a feature without a payment: sponsored, by a scholarship or by hand.
        Nobody gives themselves one."""
        row = entitlements.grant_entitlement(
            granted_by=self.caller, **self.body(GrantEntitlementRequest)
        )
        return self.one(row, EntitlementSerializer, 201)


class EndEntitlement(ApiView):
    permissions = {"POST": Permission.ENTITLEMENT_MANAGE}
    etag_methods = ("POST",)

    @extend_schema(operation_id="entitlements_end", request=None, responses=EntitlementSerializer)
    def post(self, request: Request, entitlement_id: UUID) -> Response:
        """End at once what a learner was given. 409 `paid_entitlement` for what a subscription pays
        for."""
        row = entitlements.end_entitlement(ended_by=self.caller, entitlement_id=entitlement_id)
        return self.one(row, EntitlementSerializer)
