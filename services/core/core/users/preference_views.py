"""Routes of the caller's preferences and consents."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.users import preference_serializers as serializers
from core.users import preferences
from core.users.base_views import AccountView


class PreferencesDetail(ApiView):
    private = True
    permissions = {"GET": Principal.USER, "PATCH": Principal.USER}

    @extend_schema(operation_id="users_me_preferences", responses=serializers.PreferencesSerializer)
    def get(self, request: Request) -> Response:
        """Language, time zone, data saver and quiet hours of the caller."""
        found = preferences.preferences_of(self.caller)
        return Response(serializers.PreferencesSerializer(found).data)

    @extend_schema(
        operation_id="users_me_preferences_update",
        request=serializers.PreferencesRequest,
        responses=serializers.PreferencesSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change what the body names. Both ends of the quiet hours are given together; null for
        none."""
        changes = self.body(serializers.PreferencesRequest)
        changed = preferences.update_preferences(user=self.caller, **changes)
        return Response(serializers.PreferencesSerializer(changed).data)


class Consents(AccountView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="users_me_consents",
        parameters=PAGE,
        responses=page_of(serializers.ConsentSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's consents, given and withdrawn, the newest first."""
        rows = self.caller.consents.order_by("-given_at", "-pk")
        return self.page(rows, serializers.ConsentSerializer)

    @extend_schema(
        operation_id="users_me_consents_record",
        request=serializers.ConsentRequest,
        responses=serializers.ConsentSerializer,
    )
    def post(self, request: Request) -> Response:
        """Give consent to a version, which replaces an earlier one, or withdraw it."""
        body = self.body(serializers.ConsentRequest)
        consent = preferences.record_consent(user=self.caller, **body)
        return Response(serializers.ConsentSerializer(consent).data)
