"""Routes of users and of signing in."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.permissions import is_in_scope
from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.users import selectors, serializers, services
from core.users.base_views import AccountView, ChallengeView, LogInView, PublicView, device_of
from core.users.models import TrackChoice
from core.users.rendering import signed_in_body
from core.users.throttles import (
    AccountThrottle,
    LogInThrottle,
    OwnPasswordThrottle,
    RefreshThrottle,
    SignUpThrottle,
)
from ongoza_contracts.access import Permission

AFTER_SIGN_UP = "/onboarding/ai-profiler"


class SignUp(PublicView):
    takes_credentials = False
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
        body = self.body(serializers.SignUpRequest)
        signed_in = services.sign_up(**body, device=device_of(request))
        return Response({**signed_in_body(signed_in), "redirect_url": AFTER_SIGN_UP}, 201)


class LogIn(LogInView):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (LogInThrottle, AccountThrottle)

    @extend_schema(
        operation_id="auth_log_in",
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
    throttle_classes = (RefreshThrottle,)

    @extend_schema(
        operation_id="auth_refresh_tokens",
        request=serializers.RefreshRequest,
        responses={200: serializers.Tokens},
    )
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair.

        A token that was used before gets the same new pair within the grace period; afterwards
        its use ends the sign-in.
        """
        tokens = services.refresh(**self.body(serializers.RefreshRequest))
        return Response(serializers.Tokens(tokens).data)


class LogOut(PublicView):
    permissions = {"POST": Principal.ANYONE}

    @extend_schema(
        operation_id="auth_log_out", request=serializers.RefreshRequest, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """End the sign-in of a refresh token; its access tokens become void."""
        services.log_out(**self.body(serializers.RefreshRequest))
        return Response(status=204)


class Me(ApiView):
    """`core.erasure` extends it by DELETE and routes it."""

    permissions = {"GET": Principal.USER, "PATCH": Principal.USER}
    if_match_methods: ClassVar[tuple[str, ...]] = ("PATCH",)
    etag_methods = ("GET", "PATCH")

    @extend_schema(operation_id="users_read_me", responses=serializers.UserSerializer)
    def get(self, request: Request) -> Response:
        """The caller."""
        return self.one(self.caller, serializers.UserSerializer)

    @extend_schema(
        operation_id="users_update_me",
        request=serializers.UpdateUserRequest,
        responses=serializers.UserSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change the caller's name or track."""
        changes = self.body(serializers.UpdateUserRequest)
        user = services.update_user(
            user_id=self.caller.id,
            if_match=self.if_match,
            track_source=TrackChoice.Source.SELF,
            **changes,
        )
        return self.one(user, serializers.UserSerializer)


class Password(ChallengeView, AccountView):
    gives_ids = True
    permissions = {"POST": Principal.USER}
    throttle_classes = (OwnPasswordThrottle,)

    @extend_schema(
        operation_id="users_change_password",
        request=serializers.ChangePasswordRequest,
        responses={200: serializers.SignedIn, 401: serializers.Challenge},
    )
    def post(self, request: Request) -> Response:
        """Change the caller's password. Earlier tokens become void; the response has new ones.

        401 with a `challenge` if the caller's role requires a second factor that is not set up.
        """
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

    @extend_schema(operation_id="users_read", responses=serializers.UserSerializer)
    def get(self, request: Request, user_id: int) -> Response:
        """One user; 404 for callers who may not read them.

        `email` is null for callers without the permission `learner.contact.read` on the user, and
        for a token whose scope does not allow it.
        """
        user = selectors.visible_user(self.caller, user_id)
        shown = serializers.UserSerializer
        contact_in_scope = is_in_scope(request, Permission.LEARNER_CONTACT_READ)
        if not selectors.may_read_contact(self.caller, user, in_scope=contact_in_scope):
            shown = serializers.UserWithoutContactSerializer
        return Response(shown(user).data)
