"""Routes of the caller's own notifications."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.filters import apply_filters
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.notifications import selectors, serializers, services
from core.notifications.filters import NotificationFilters


class Notifications(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = (*PAGE_PARAMETERS, *NotificationFilters.names())

    @extend_schema(
        operation_id="notifications_list",
        parameters=[*NotificationFilters.parameters(), *PAGE],
        responses=page_of(serializers.NotificationSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's notifications, the newest first, in the language of their preferences."""
        rows = apply_filters(
            NotificationFilters, request, selectors.visible_notifications(self.caller)
        )
        return self.page(rows, serializers.NotificationSerializer)


class UnreadCount(ApiView):
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="notifications_unread", responses=serializers.Unread)
    def get(self, request: Request) -> Response:
        """How many of the caller's notifications are unread."""
        return Response({"unread": selectors.unread(self.caller).count()})


class Read(ApiView):
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="notifications_read",
        request=serializers.ReadRequest,
        responses=serializers.Unread,
    )
    def post(self, request: Request) -> Response:
        """Mark notifications as read, by their ids or all up to a time; answers how many are unread
        now. Ids that are unknown, read already or not the caller's change nothing."""
        services.mark_read(user=self.caller, **self.body(serializers.ReadRequest))
        return Response({"unread": selectors.unread(self.caller).count()})
