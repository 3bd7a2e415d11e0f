"""Routes of users and of signing in."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.users import selectors, serializers, services
from core.users.throttles import (
    AccountThrottle,
    LogInThrottle,
    OwnPasswordThrottle,
    SignUpThrottle,
)
from ongoza_contracts.access import Permission

AFTER_SIGN_UP = "/onboarding/ai-profiler"


class _Public(ApiView):
    """Whatever token comes along is not looked at: an expired one must not stop a refresh."""

    authentication_classes = ()


class SignUp(_Public):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (SignUpThrottle,)

    @extend_schema(
        operation_id="auth_sign_up",
        request=serializers.SignUpRequest,
        responses={201: serializers.SignedUp},
    )
    def post(self, request: Request) -> Response:
        """Create an account and sign in to it."""
        signed_in = services.sign_up(**self.body(serializers.SignUpRequest))
        return Response({**_signed_in(signed_in), "redirect_url": AFTER_SIGN_UP}, 201)


class LogIn(_Public):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (LogInThrottle, AccountThrottle)

    @extend_schema(
        operation_id="auth_log_in",
        request=serializers.LogInRequest,
        responses={200: serializers.SignedIn},
    )
    def post(self, request: Request) -> Response:
        """Sign in with e-mail address and password."""
        return Response(_signed_in(services.log_in(**self.body(serializers.LogInRequest))))


class Refresh(_Public):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}

    @extend_schema(
        operation_id="auth_refresh_tokens",
        request=serializers.RefreshRequest,
        responses={200: serializers.Tokens},
    )
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair.

        Within the grace period a used one gets the same successor again; later use ends the
        sign-in.
        """
        tokens = services.refresh(**self.body(serializers.RefreshRequest))
        return Response(serializers.Tokens(tokens).data)


class LogOut(_Public):
    permissions = {"POST": Principal.ANYONE}

    @extend_schema(
        operation_id="auth_log_out", request=serializers.RefreshRequest, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """End the sign-in a refresh token belongs to, access tokens included."""
        services.log_out(**self.body(serializers.RefreshRequest))
        return Response(status=204)


class Me(ApiView):
    """`core.erasure` extends it by DELETE and routes it."""

    permissions = {"GET": Principal.USER, "PATCH": Principal.USER}

    @extend_schema(operation_id="users_read_me", responses=serializers.UserSerializer)
    def get(self, request: Request) -> Response:
        """The caller."""
        return Response(serializers.UserSerializer(self.caller).data)

    @extend_schema(
        operation_id="users_update_me",
        request=serializers.UpdateUserRequest,
        responses=serializers.UserSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change the caller's name or track."""
        changes = self.body(serializers.UpdateUserRequest)
        user = services.update_user(user_id=self.caller.id, **changes)
        return Response(serializers.UserSerializer(user).data)


class Password(ApiView):
    gives_ids = True
    permissions = {"POST": Principal.USER}
    throttle_classes = (OwnPasswordThrottle,)

    @extend_schema(
        operation_id="users_change_password",
        request=serializers.ChangePasswordRequest,
        responses={200: serializers.SignedIn},
    )
    def post(self, request: Request) -> Response:
        """Change the caller's password: all earlier tokens end, new ones are in the answer."""
        body = self.body(serializers.ChangePasswordRequest)
        signed_in = services.change_password(
            user=self.caller, current=body["current_password"], new=body["new_password"]
        )
        return Response(_signed_in(signed_in))


class UserDetail(ApiView):
    permissions = {"GET": Permission.LEARNER_READ}

    @extend_schema(operation_id="users_read", responses=serializers.UserSerializer)
    def get(self, request: Request, user_id: int) -> Response:
        """A user, for themselves and for those who reach them; else 404.

        `email` is null for callers without the permission `learner.contact.read` on the user.
        """
        user = selectors.visible_user(self.caller, user_id)
        shown = serializers.UserSerializer
        if not selectors.may_read_contact(self.caller, user):
            shown = serializers.UserWithoutContactSerializer
        return Response(shown(user).data)


def _signed_in(signed_in: services.SignedIn) -> dict[str, Any]:
    user = serializers.UserSerializer(signed_in.user).data
    return {**serializers.Tokens(signed_in.tokens).data, "user": user}
