"""Routes of personal API tokens."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.users import api_tokens, challenges, selectors, serializers
from core.users.base_views import AccountView, PublicView
from core.users.throttles import ExchangeThrottle, OwnPasswordThrottle


class ApiTokens(AccountView):
    gives_ids = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    def get_throttles(self) -> list[BaseThrottle]:
        """Only where the password or a code could be guessed."""
        return [OwnPasswordThrottle()] if self.request.method == "POST" else []

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
        """Create an API token for programs of the caller. The answer shows it once.

        Takes the `code` of a caller who has a second factor, and the `password` of any other.
        """
        body = self.body(serializers.ApiTokenRequest)
        proof = {name: body.pop(name, None) for name in ("password", "code")}
        totp_id = challenges.prove_identity(user=self.caller, **proof)
        created = api_tokens.create(user=self.caller, totp_id=totp_id, **body)
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
    throttle_classes = (ExchangeThrottle,)

    @extend_schema(
        operation_id="auth_token_exchange",
        request=serializers.ExchangeRequest,
        responses=serializers.ScopedAccessToken,
    )
    def post(self, request: Request) -> Response:
        """Exchange an API token for an access token of its scope, which lives 15 minutes."""
        access_token = api_tokens.exchange(**self.body(serializers.ExchangeRequest))
        return Response(access_token._asdict())
