"""Routes of flags."""

from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.filters import BooleanFilter, Filters, IdFilter, apply_filters
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.mentorship import flags
from core.mentorship import flags_serializers as serializers
from core.mentorship.conversation_kinds import FlagKind, FlagSeverity


class FlagFilters(Filters):
    learner = IdFilter(help_text="Id of the learner.")
    severity = django_filters.ChoiceFilter(choices=serializers.SEVERITIES)
    resolved = BooleanFilter(field_name="resolved_at", lookup_expr="isnull", exclude=True)


class Flags(ApiView):
    private = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, *FlagFilters.names())

    @extend_schema(
        operation_id="flags_list",
        parameters=[*FlagFilters.parameters(), *PAGE],
        responses=page_of(serializers.FlagSerializer),
    )
    def get(self, request: Request) -> Response:
        """The flags that the caller raised, and those about learners whom the caller manages, the
        newest first."""
        rows = apply_filters(FlagFilters, request, flags.visible_flags(self.caller))
        return self.page(rows, serializers.FlagSerializer)

    @extend_schema(
        operation_id="flags_raise",
        request=serializers.RaiseFlagRequest,
        responses={201: serializers.FlagSerializer},
    )
    def post(self, request: Request) -> Response:
        """Raise a flag about a learner with whom the caller has an active match; else 404. The
        learner's directors are notified of one of high or critical severity."""
        body = self.body(serializers.RaiseFlagRequest)
        flag = flags.raise_flag(
            mentor=self.caller,
            learner_id=body["learner"],
            kind=FlagKind(body["kind"]),
            severity=FlagSeverity(body["severity"]),
            note=body["note"],
        )
        return Response(serializers.FlagSerializer(flag).data, 201)


class FlagDetail(ApiView):
    private = True
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="flags_read", responses=serializers.FlagDetailSerializer)
    def get(self, request: Request, flag_id: UUID) -> Response:
        """One flag with its note."""
        flag = flags.visible_flag(self.caller, flag_id)
        return Response(serializers.FlagDetailSerializer(flag).data)


class ResolveFlag(ApiView):
    private = True
    permissions = {"POST": Principal.USER}

    @extend_schema(operation_id="flags_resolve", request=None, responses=serializers.FlagSerializer)
    def post(self, request: Request, flag_id: UUID) -> Response:
        """Resolve a flag for good; nothing changes if it is resolved."""
        flag = flags.resolve_flag(caller=self.caller, flag_id=flag_id)
        return Response(serializers.FlagSerializer(flag).data)
