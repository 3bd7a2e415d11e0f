"""Routes of the second factor: setting it up, and logging in with it."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from core.kit.permissions import Principal
from core.users import challenges, second_factor, serializers
from core.users.base_views import AccountView, PublicView, device_of
from core.users.rendering import signed_in_body
from core.users.throttles import OwnPasswordThrottle, SecondFactorThrottle
from core.users.tokens import UserClaims


class Totp(AccountView):
    gives_ids = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER, "DELETE": Principal.USER}

    def get_throttles(self) -> list[BaseThrottle]:
        """Only where the password or a code could be guessed."""
        return [] if self.request.method in ("GET", "HEAD") else [OwnPasswordThrottle()]

    @extend_schema(operation_id="auth_totp_status", responses=serializers.TotpStatus)
    def get(self, request: Request) -> Response:
        """Whether the caller has a second factor, and how many recovery codes are left."""
        return Response(second_factor.status_of(self.caller))

    @extend_schema(
        operation_id="auth_totp_begin",
        request=serializers.PasswordRequest,
        responses={201: serializers.TotpEnrolment},
    )
    def post(self, request: Request) -> Response:
        """Begin to set up an authenticator app. It counts once a code is confirmed."""
        body = self.body(serializers.PasswordRequest)
        enrolment = challenges.begin_enrolment(user=self.caller, **body)
        return Response(enrolment._asdict(), 201)

    @extend_schema(
        operation_id="auth_totp_remove", request=serializers.CodeRequest, responses={204: None}
    )
    def delete(self, request: Request) -> Response:
        """Remove the second factor, by a code of it or a recovery code."""
        challenges.remove_second_factor(user=self.caller, **self.body(serializers.CodeRequest))
        return Response(status=204)


class TotpConfirm(AccountView):
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="auth_totp_confirm",
        request=serializers.CodeRequest,
        responses=serializers.RecoveryCodes,
    )
    def post(self, request: Request) -> Response:
        """Confirm the authenticator app by a code. The answer shows the recovery codes once; all
        other sign-ins of the caller end, and all API tokens."""
        current = cast(UserClaims, request.auth).sid
        body = self.body(serializers.CodeRequest)
        codes = challenges.confirm_enrolment(user=self.caller, **body, current=current)
        return Response({"recovery_codes": codes})


class SecondFactorLogIn(PublicView):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (SecondFactorThrottle,)

    @extend_schema(
        operation_id="auth_login_second_factor",
        request=serializers.ChallengeCodeRequest,
        responses=serializers.SignedIn,
    )
    def post(self, request: Request) -> Response:
        """Finish a log-in by a code of the authenticator app or a recovery code."""
        body = self.body(serializers.ChallengeCodeRequest)
        return Response(
            signed_in_body(challenges.pass_second_factor(**body, device=device_of(request)))
        )


class RequiredEnrolment(PublicView):
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (SecondFactorThrottle,)

    @extend_schema(
        operation_id="auth_login_enrol",
        request=serializers.ChallengeRequest,
        responses={201: serializers.TotpEnrolment},
    )
    def post(self, request: Request) -> Response:
        """Begin to set up the authenticator app that a log-in requires."""
        body = self.body(serializers.ChallengeRequest)
        return Response(challenges.begin_required_enrolment(**body)._asdict(), 201)


class RequiredEnrolmentConfirm(PublicView):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (SecondFactorThrottle,)

    @extend_schema(
        operation_id="auth_login_enrol_confirm",
        request=serializers.ChallengeCodeRequest,
        responses=serializers.EnrolledAndSignedIn,
    )
    def post(self, request: Request) -> Response:
        """Confirm the authenticator app by a code, which finishes the log-in. The answer shows the
        recovery codes once."""
        body = self.body(serializers.ChallengeCodeRequest)
        enrolled = challenges.confirm_required_enrolment(**body, device=device_of(request))
        return Response(
            {**signed_in_body(enrolled.signed_in), "recovery_codes": enrolled.recovery_codes}
        )
