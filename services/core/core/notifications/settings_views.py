"""Routes by which the caller sets the channels of their notifications."""

from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from core.kit.errors import NotFound
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.notifications import (
    phone_numbers,
    preferences,
    push_encryption,
    push_subscriptions,
    selectors,
    serializers,
)
from core.notifications.models import Channel
from core.notifications.registry import notification_kinds
from core.notifications.throttles import CodeThrottle, NumberThrottle
from core.users.base_views import AccountView
from core.users.models import User


class NotificationPreferencesDetail(ApiView):
    private = True
    permissions = {"GET": Principal.USER, "PUT": Principal.USER}

    @extend_schema(
        operation_id="notifications_preferences",
        responses=serializers.NotificationPreferencesSerializer,
    )
    def get(self, request: Request) -> Response:
        """By which channels the caller gets each kind of notification, and whether a weekly digest.
        Quiet hours, language and time zone are in `users/me/preferences/`."""
        return Response(_preferences_body(self.caller))

    @extend_schema(
        operation_id="notifications_preferences_replace",
        request=serializers.NotificationPreferencesRequest,
        responses=serializers.NotificationPreferencesSerializer,
    )
    def put(self, request: Request) -> Response:
        """Replace the caller's choice. Kinds that are not named get their default channels."""
        body = self.body(serializers.NotificationPreferencesRequest)
        preferences.replace_preferences(user=self.caller, **body)
        return Response(_preferences_body(self.caller))


def _preferences_body(user: User) -> dict[str, Any]:
    channels = preferences.channels_by_kind(user)
    kinds = [
        {
            "kind": name,
            "channels": [one for one in Channel.values if one in channels[name]],
            "urgent": kind.urgent,
        }
        for name, kind in sorted(notification_kinds().items())
    ]
    key = settings.VAPID_PRIVATE_KEY
    return {
        "weekly_digest": preferences.notification_preferences_of(user).weekly_digest,
        "kinds": kinds,
        "push_key": push_encryption.public_key(key) if key else None,
        "sms": bool(settings.SMS_URL),
    }


class PushSubscriptions(AccountView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="notifications_push_subscriptions",
        parameters=PAGE,
        responses=page_of(serializers.PushSubscriptionSerializer),
    )
    def get(self, request: Request) -> Response:
        """The browsers that show web push messages to the caller, the newest first."""
        rows = selectors.push_subscriptions(self.caller)
        return self.page(rows, serializers.PushSubscriptionSerializer)

    @extend_schema(
        operation_id="notifications_push_subscribe",
        request=serializers.PushSubscriptionRequest,
        responses={201: serializers.PushSubscriptionSerializer},
    )
    def post(self, request: Request) -> Response:
        """Add a browser's subscription, made with `push_key` of the preferences.

        400 `address_refused` for an endpoint that is not https at a public address, 409 `push_off`
        where web push is not set up.
        """
        body = self.body(serializers.PushSubscriptionRequest)
        added = push_subscriptions.add_subscription(
            user=self.caller, endpoint=body["endpoint"], **body["keys"]
        )
        return Response(serializers.PushSubscriptionSerializer(added).data, 201)


class PushSubscriptionDetail(AccountView):
    permissions = {"DELETE": Principal.USER}

    @extend_schema(operation_id="notifications_push_unsubscribe", responses={204: None})
    def delete(self, request: Request, subscription_id: UUID) -> Response:
        """Delete one of the caller's subscriptions."""
        push_subscriptions.delete_subscription(user=self.caller, subscription_id=subscription_id)
        return Response(status=204)


class Phone(AccountView):
    may_be_absent = True
    permissions = {"GET": Principal.USER, "PUT": Principal.USER, "DELETE": Principal.USER}

    def get_throttles(self) -> list[BaseThrottle]:
        """Only where a code is sent."""
        return [CodeThrottle(), NumberThrottle()] if self.request.method == "PUT" else []

    @extend_schema(operation_id="notifications_phone", responses=serializers.PhoneNumberSerializer)
    def get(self, request: Request) -> Response:
        """The caller's number for text messages; 404 if there is none."""
        phone = phone_numbers.phone_number_of(self.caller)
        if phone is None:
            raise NotFound
        return Response(serializers.PhoneNumberSerializer(phone).data)

    @extend_schema(
        operation_id="notifications_phone_set",
        request=serializers.PhoneNumberRequest,
        responses=serializers.PhoneNumberSerializer,
    )
    def put(self, request: Request) -> Response:
        """Set the number. It gets a code, and nothing else until that is confirmed.

        409 `sms_off` where text messages are not set up.
        """
        body = self.body(serializers.PhoneNumberRequest)
        phone = phone_numbers.set_phone_number(user=self.caller, **body)
        return Response(serializers.PhoneNumberSerializer(phone).data)

    @extend_schema(operation_id="notifications_phone_delete", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Delete the number; no text message is sent any more."""
        phone_numbers.delete_phone_number(user=self.caller)
        return Response(status=204)


class PhoneConfirm(AccountView):
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="notifications_phone_confirm",
        request=serializers.PhoneCodeRequest,
        responses=serializers.PhoneNumberSerializer,
    )
    def post(self, request: Request) -> Response:
        """Confirm the number by the code that was sent to it; 403 `wrong_code` also after five
        wrong ones."""
        body = self.body(serializers.PhoneCodeRequest)
        phone = phone_numbers.confirm_phone_number(user=self.caller, **body)
        return Response(serializers.PhoneNumberSerializer(phone).data)
