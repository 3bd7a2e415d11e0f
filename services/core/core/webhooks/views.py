from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.organizations.selectors import organization_within
from core.users.base_views import SignInRequired
from core.users.tokens import UserClaims
from core.webhooks import selectors, serializers, services
from core.webhooks.models import DeliveryState, Subscription
from core.webhooks.throttles import PingThrottle
from ongoza_contracts.access import Permission

MANAGE = Permission.WEBHOOK_MANAGE
STATE = OpenApiParameter("state", str, enum=list(DeliveryState))


class _WebhookView(ApiView):
    """API tokens may only read: a subscription sends what their scope may not allow to read."""

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        is_scoped = isinstance(request.auth, UserClaims) and request.auth.scope is not None
        if is_scoped and request.method not in SAFE_METHODS:
            raise SignInRequired("A token with a scope may not manage webhooks. Sign in instead.")


class _SubscriptionView(_WebhookView):
    def subscription(self, subscription_id: UUID) -> Subscription:
        """Raises NotFound."""
        return selectors.manageable_subscription(self.caller, subscription_id)


def _with_secret(found: services.WithSecret, status: int) -> Response:
    kind = serializers.WebhookSubscriptionWithSecretSerializer
    return Response(kind(found._asdict()).data, status)


class WebhookSubscriptions(_WebhookView):
    permissions = {"GET": MANAGE, "POST": MANAGE}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="webhook_subscriptions_list",
        parameters=PAGE,
        responses=page_of(serializers.WebhookSubscriptionSerializer),
    )
    def get(self, request: Request) -> Response:
        """The subscriptions of the organizations that the caller directs; for admins, all."""
        rows = selectors.manageable_subscriptions(self.caller)
        return self.page(rows, serializers.WebhookSubscriptionSerializer)

    @extend_schema(
        operation_id="webhook_subscriptions_add",
        request=serializers.WebhookSubscriptionRequest,
        responses={201: serializers.WebhookSubscriptionWithSecretSerializer},
    )
    def post(self, request: Request) -> Response:
        """Have facts about an organization's own sent to a URL, from now on.

        The secret that signs the requests is in this answer alone. The URL is https, and all
        addresses of its host are public (400 `address_refused`).
        """
        body: dict[str, Any] = self.body(serializers.WebhookSubscriptionRequest)
        organization = organization_within(self.caller, MANAGE, body.pop("organization"))
        return _with_secret(services.subscribe(organization=organization, **body), 201)


class WebhookSubscriptionDetail(_SubscriptionView):
    permissions = {"GET": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(
        operation_id="webhook_subscriptions_read",
        responses=serializers.WebhookSubscriptionSerializer,
    )
    def get(self, request: Request, subscription_id: UUID) -> Response:
        """One subscription. `failing_since` is when calls began to fail, null after a success."""
        found = self.subscription(subscription_id)
        return Response(serializers.WebhookSubscriptionSerializer(found).data)

    @extend_schema(
        operation_id="webhook_subscriptions_update",
        request=serializers.WebhookSubscriptionChange,
        responses=serializers.WebhookSubscriptionSerializer,
    )
    def patch(self, request: Request, subscription_id: UUID) -> Response:
        """Change a subscription, or switch it off and on (`active`). What waits is sent at once
        after a new URL and when it is switched on."""
        found = self.subscription(subscription_id)
        changes = self.body(serializers.WebhookSubscriptionChange, partial=True)
        changed = services.change(subscription_id=found.pk, **changes)
        return Response(serializers.WebhookSubscriptionSerializer(changed).data)

    @extend_schema(operation_id="webhook_subscriptions_delete", responses={204: None})
    def delete(self, request: Request, subscription_id: UUID) -> Response:
        """Delete a subscription with its deliveries."""
        services.unsubscribe(subscription_id=self.subscription(subscription_id).pk)
        return Response(status=204)


class WebhookSecret(_SubscriptionView):
    permissions = {"POST": MANAGE}

    @extend_schema(
        operation_id="webhook_subscriptions_rotate_secret",
        request=None,
        responses=serializers.WebhookSubscriptionWithSecretSerializer,
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Replace the secret. For a day requests carry a second signature by the previous one."""
        found = self.subscription(subscription_id)
        return _with_secret(services.rotate_secret(subscription_id=found.pk), 200)


class WebhookPing(_SubscriptionView):
    permissions = {"POST": MANAGE}
    throttle_classes = (PingThrottle,)

    @extend_schema(
        operation_id="webhook_subscriptions_ping",
        request=None,
        responses={201: serializers.WebhookDeliverySerializer},
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Have one signed ping sent, of the type `ongoza.webhook.ping.v1` and without a fact,
        also while the subscription is switched off. The log shows what came of it; it is not
        repeated, and changes nothing of the subscription."""
        found = self.subscription(subscription_id)
        delivery = services.ping(subscription_id=found.pk)
        return Response(serializers.WebhookDeliverySerializer(delivery).data, 201)


class WebhookReplay(_SubscriptionView):
    permissions = {"POST": MANAGE}

    @extend_schema(
        operation_id="webhook_subscriptions_replay",
        request=serializers.WebhookReplayRequest,
        responses={204: None},
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Send the facts of a range of time again, with the same ids, also those that were recorded
        before the subscription or while it was off. 409 while another replay is running."""
        found = self.subscription(subscription_id)
        services.replay(subscription=found, **self.body(serializers.WebhookReplayRequest))
        return Response(status=204)


class WebhookDeliveries(_SubscriptionView):
    permissions = {"GET": MANAGE}
    query_parameters = (*PAGE_PARAMETERS, "state")

    @extend_schema(
        operation_id="webhook_deliveries_list",
        parameters=[STATE, *PAGE],
        responses=page_of(serializers.WebhookDeliverySerializer),
    )
    def get(self, request: Request, subscription_id: UUID) -> Response:
        """The log of what was sent and what waits, newest first, with the status and the time of
        the last answer; for 30 days. `recorded_at` says which range a replay sends again; it is
        null for a ping."""
        rows = self.subscription(subscription_id).deliveries.all()
        if state := enum_param(request, "state", DeliveryState):
            rows = rows.filter(state=state)
        return self.page(rows, serializers.WebhookDeliverySerializer)
