"""Routes of users and of signing in."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.users import selectors, serializers, services
from core.users.base_views import AccountView, LogInView, PublicView, device_of
from core.users.rendering import signed_in_body
from core.users.throttles import (
    AccountThrottle,
    LogInThrottle,
    OwnPasswordThrottle,
    SignUpThrottle,
)
from ongoza_contracts.access import Permission

AFTER_SIGN_UP = "/onboarding/ai-profiler"


class SignUp(PublicView):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (SignUpThrottle,)

    @extend_schema(request=serializers.SignUpRequest, responses={201: serializers.SignedUp})
    def post(self, request: Request) -> Response:
        """Create an account and sign in to it."""
        body = self.body(serializers.SignUpRequest)
        signed_in = services.sign_up(**body, device=device_of(request))
        return Response({**signed_in_body(signed_in), "redirect_url": AFTER_SIGN_UP}, 201)


class LogIn(LogInView):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (LogInThrottle, AccountThrottle)

    @extend_schema(
        request=serializers.LogInRequest,
        responses={200: serializers.SignedIn, 401: serializers.Challenge},
    )
    def post(self, request: Request) -> Response:
        """Sign in with e-mail address and password.

        401 with a `challenge` if the password is right and the log-in needs another step: the code
        says which, `second_factor_required` or `second_factor_enrolment_required`.
        """
        body = self.body(serializers.LogInRequest)
        return Response(signed_in_body(services.log_in(**body, device=device_of(request))))


class Refresh(PublicView):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}

    @extend_schema(request=serializers.RefreshRequest, responses=serializers.Tokens)
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair.

        Within the grace period a used one gets the same successor again; later use ends the
        sign-in.
        """
        tokens = services.refresh(**self.body(serializers.RefreshRequest))
        return Response(serializers.Tokens(tokens).data)


class LogOut(PublicView):
    permissions = {"POST": Principal.ANYONE}

    @extend_schema(request=serializers.RefreshRequest, responses={204: None})
    def post(self, request: Request) -> Response:
        """End the sign-in a refresh token belongs to, access tokens included."""
        services.log_out(**self.body(serializers.RefreshRequest))
        return Response(status=204)


class Me(ApiView):
    """`core.erasure` extends it by DELETE and routes it."""

    permissions = {"GET": Principal.USER, "PATCH": Principal.USER}

    @extend_schema(operation_id="users_me", responses=serializers.UserSerializer)
    def get(self, request: Request) -> Response:
        """The caller."""
        return Response(serializers.UserSerializer(self.caller).data)

    @extend_schema(request=serializers.UpdateUserRequest, responses=serializers.UserSerializer)
    def patch(self, request: Request) -> Response:
        """Change the caller's name or track."""
        changes = self.body(serializers.UpdateUserRequest)
        user = services.update_user(user_id=self.caller.id, **changes)
        return Response(serializers.UserSerializer(user).data)


class Password(AccountView):
    gives_ids = True
    permissions = {"POST": Principal.USER}
    throttle_classes = (OwnPasswordThrottle,)

    @extend_schema(request=serializers.ChangePasswordRequest, responses=serializers.SignedIn)
    def post(self, request: Request) -> Response:
        """Change the caller's password: all earlier tokens end, new ones are in the answer."""
        body = self.body(serializers.ChangePasswordRequest)
        signed_in = services.change_password(
            user=self.caller,
            current=body["current_password"],
            new=body["new_password"],
            device=device_of(request),
        )
        return Response(signed_in_body(signed_in))


class UserDetail(ApiView):
    permissions = {"GET": Permission.LEARNER_READ}

    @extend_schema(operation_id="users_one", responses=serializers.UserSerializer)
    def get(self, request: Request, user_id: int) -> Response:
        """A user, for themselves and for those who reach them; else 404.

        `email` is null for callers without the permission `learner.contact.read` on the user.
        """
        user = selectors.visible_user(self.caller, user_id)
        shown = serializers.UserSerializer
        if not selectors.may_read_contact(self.caller, user):
            shown = serializers.UserWithoutContactSerializer
        return Response(shown(user).data)
