from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.calendars import feeds, selectors, serializers, services
from core.calendars.filters import CalendarEventFilters
from core.calendars.serializers import CalendarEventSerializer
from core.calendars.throttles import FeedThrottle
from core.files.schema import Download
from core.kit.etags import same_tag
from core.kit.filters import apply_filters
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.users.base_views import AccountView, PublicView
from ongoza_contracts.access import Permission

CALENDAR = "text/calendar"


class CalendarEvents(ApiView):
    permissions = {"GET": Principal.USER, "POST": Permission.COHORT_MANAGE}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, *CalendarEventFilters.names())

    @extend_schema(
        operation_id="calendar_events_list",
        parameters=[*CalendarEventFilters.parameters(), *PAGE],
        responses=page_of(CalendarEventSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the events of the caller's organizations and cohorts, and those that the caller
        manages, by their start."""
        rows = selectors.visible_events(self.caller)
        found = apply_filters(CalendarEventFilters, request, rows)
        return self.page(found, CalendarEventSerializer)

    @extend_schema(
        operation_id="calendar_events_add",
        request=serializers.AddEventRequest,
        responses={201: CalendarEventSerializer},
    )
    def post(self, request: Request) -> Response:
        """Enter an event for the members of an organization. For its directors, and admins. 400
        `bad_times`, 409 `too_many_events`."""
        body = self.body(serializers.AddEventRequest)
        event = services.add_event(added_by=self.caller, **body)
        return self.one(event, CalendarEventSerializer, 201)


class CalendarEventDetail(ApiView):
    permissions = {"GET": Principal.USER, "PATCH": Permission.COHORT_MANAGE}
    if_match_methods = ("PATCH",)
    etag_methods = ("GET", "PATCH")

    @extend_schema(operation_id="calendar_events_read", responses=CalendarEventSerializer)
    def get(self, request: Request, event_id: UUID) -> Response:
        """One event."""
        return self.one(selectors.visible_event(self.caller, event_id), CalendarEventSerializer)

    @extend_schema(
        operation_id="calendar_events_update",
        request=serializers.UpdateEventRequest,
        responses=CalendarEventSerializer,
    )
    def patch(self, request: Request, event_id: UUID) -> Response:
        """Change an event. 409 `event_cancelled` for one that was cancelled."""
        changes = self.body(serializers.UpdateEventRequest, partial=True)
        event = services.update_event(
            changed_by=self.caller, event_id=event_id, if_match=self.if_match, **changes
        )
        return self.one(event, CalendarEventSerializer)


class CancelCalendarEvent(ApiView):
    permissions = {"POST": Permission.COHORT_MANAGE}
    etag_methods = ("POST",)
    if_match_methods = ("POST",)
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="calendar_events_cancel", request=None, responses=CalendarEventSerializer
    )
    def post(self, request: Request, event_id: UUID) -> Response:
        """Cancel an event for good: feeds show it as cancelled for 30 days."""
        event = services.cancel_event(
            cancelled_by=self.caller, event_id=event_id, if_match=self.if_match
        )
        return self.one(event, CalendarEventSerializer)


class FeedTokenDetail(AccountView):
    gives_ids = True
    may_be_absent = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER, "DELETE": Principal.USER}

    @extend_schema(operation_id="calendar_token_read", responses=serializers.FeedTokenSerializer)
    def get(self, request: Request) -> Response:
        """When the token of the caller's calendar feed was created and used; 404 without one."""
        token = selectors.own_feed_token(self.caller)
        return Response(serializers.FeedTokenSerializer(token).data)

    @extend_schema(
        operation_id="calendar_token_issue",
        request=None,
        responses={201: serializers.IssuedFeedToken},
    )
    def post(self, request: Request) -> Response:
        """Issue a token for the caller's calendar feed; a former one ends. The answer shows it,
        and the address of the feed, once."""
        issued = services.issue_token(user=self.caller)
        shown = serializers.FeedTokenSerializer(issued.row).data
        url = f"{settings.API_URL}/api/v1/calendar/{issued.token}.ics"
        return Response({**shown, "token": issued.token, "url": url}, 201)

    @extend_schema(operation_id="calendar_token_revoke", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Revoke the token: the feed is a 404 from then on."""
        services.revoke_token(user_id=self.caller.id)
        return Response(status=204)


class Feed(PublicView):
    takes_credentials = False
    permissions = {"GET": Principal.ANYONE}
    throttle_classes = (FeedThrottle,)
    etag_methods = ("GET",)

    @extend_schema(operation_id="calendar_feed_read", responses={(200, CALENDAR): Download})
    def get(self, request: Request, token: str) -> HttpResponse:
        """The events of a user's organizations as iCalendar, for calendar programs; 304 for an
        `If-None-Match` with the tag of the same events."""
        found = selectors.feed_token(token)
        services.record_use(found)
        events = selectors.feed_events(found.user)
        tag = feeds.feed_etag(events)
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if same_tag(request.headers.get("If-None-Match"), tag):
            return HttpResponse(status=304, headers=headers)
        return HttpResponse(
            feeds.feed(events), content_type=f"{CALENDAR}; charset=utf-8", headers=headers
        )
