"""Routes of personal API tokens."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.users import api_tokens, selectors, serializers
from core.users.base_views import AccountView, PublicView
from core.users.throttles import LogInThrottle


class ApiTokens(AccountView):
    gives_ids = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="auth_tokens_list",
        parameters=PAGE,
        responses=page_of(serializers.ApiTokenSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's API tokens, the newest first."""
        return self.page(selectors.api_tokens_of(self.caller), serializers.ApiTokenSerializer)

    @extend_schema(
        operation_id="auth_tokens_create",
        request=serializers.ApiTokenRequest,
        responses={201: serializers.CreatedApiToken},
    )
    def post(self, request: Request) -> Response:
        """Create an API token for programs of the caller. The answer shows it once."""
        body = self.body(serializers.ApiTokenRequest)
        created = api_tokens.create(user=self.caller, **body)
        shown = serializers.ApiTokenSerializer(created.api_token).data
        return Response({**shown, "token": created.token}, 201)


class ApiTokenDetail(AccountView):
    permissions = {"DELETE": Principal.USER}

    @extend_schema(operation_id="auth_tokens_revoke", responses={204: None})
    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revoke an API token: the access tokens issued for it end as well."""
        api_tokens.revoke(user=self.caller, token_id=token_id)
        return Response(status=204)


class Exchange(PublicView):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (LogInThrottle,)

    @extend_schema(
        operation_id="auth_token_exchange",
        request=serializers.ExchangeRequest,
        responses=serializers.ScopedAccessToken,
    )
    def post(self, request: Request) -> Response:
        """Exchange an API token for an access token of its scope, which lives 15 minutes."""
        exchanged = api_tokens.exchange(**self.body(serializers.ExchangeRequest))
        return Response(exchanged._asdict())
