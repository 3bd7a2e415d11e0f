"""The route of log-ins by OpenID Connect."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.permissions import Principal
from core.users import oidc, serializers
from core.users.base_views import LogInView, device_of
from core.users.rendering import signed_in_body
from core.users.throttles import OidcThrottle


class OidcBegin(LogInView):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (OidcThrottle,)

    @extend_schema(
        operation_id="auth_oidc_begin", request=None, responses={201: serializers.OidcStart}
    )
    def post(self, request: Request, provider: str) -> Response:
        """Begin a log-in at the provider: send the person to `authorization_url` and keep
        `log_in_token` in the browser."""
        authorization = oidc.begin(oidc.provider_of(provider))
        return Response(authorization._asdict(), 201)


class OidcFinish(LogInView):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (OidcThrottle,)

    @extend_schema(
        operation_id="auth_oidc_finish",
        request=serializers.OidcFinishRequest,
        responses={200: serializers.SignedIn, 401: serializers.Challenge},
    )
    def post(self, request: Request, provider: str) -> Response:
        """Finish the log-in with the `code` and `state` that the provider sent back."""
        body = self.body(serializers.OidcFinishRequest)
        found = oidc.provider_of(provider)
        return Response(signed_in_body(oidc.finish(found, **body, device=device_of(request))))
