"""Routes of the links that are mailed to users."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.permissions import Principal
from core.users import mailed_links, serializers
from core.users.base_views import AccountView, LogInView, PublicView, device_of
from core.users.one_time_tokens import Purpose
from core.users.rendering import signed_in_body
from core.users.throttles import LinkThrottle, MailedTokenThrottle, MailThrottle, ResetThrottle

MAIL_ON_ITS_WAY = {"detail": "If the address has an account, a mail is on its way."}
MAY_MAIL = serializers.MailOnItsWay


class VerifyEmail(AccountView):
    permissions = {"POST": Principal.USER}
    throttle_classes = (MailedTokenThrottle,)

    @extend_schema(
        operation_id="auth_verify_email",
        request=serializers.VerifyEmailRequest,
        responses={202: MAY_MAIL, 204: None},
    )
    def post(self, request: Request) -> Response:
        """Confirm the caller's e-mail address by the mailed token: 204. Without a token the caller
        gets another mail, unless the address is verified: 202.

        400 for the token of somebody else, who can still use it.
        """
        token = self.body(serializers.VerifyEmailRequest).get("token")
        if token is None:
            mailed_links.request_verification(self.caller)
            return Response(MAIL_ON_ITS_WAY, 202)
        mailed_links.verify_address(user=self.caller, token=token)
        return Response(status=204)


class PasswordReset(PublicView):
    takes_credentials = False
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (MailThrottle, ResetThrottle)

    @extend_schema(
        operation_id="auth_password_reset",
        request=serializers.EmailRequest,
        responses={202: MAY_MAIL},
    )
    def post(self, request: Request) -> Response:
        """Ask for a mail with a link to choose a new password. The answer is the same whether or
        not the address has an account."""
        email = self.body(serializers.EmailRequest)["email"]
        mailed_links.request_link(email=email, purpose=Purpose.RESET_PASSWORD)
        return Response(MAIL_ON_ITS_WAY, 202)


class PasswordResetConfirm(PublicView):
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (MailedTokenThrottle,)

    @extend_schema(
        operation_id="auth_password_reset_confirm",
        request=serializers.PasswordResetRequest,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Choose a new password by the mailed token. Every sign-in of the user ends."""
        body = self.body(serializers.PasswordResetRequest)
        mailed_links.reset_password(token=body["token"], password=body["new_password"])
        return Response(status=204)


class LogInLink(LogInView):
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (MailedTokenThrottle, LinkThrottle)

    @extend_schema(
        operation_id="auth_login_link",
        request=serializers.LogInLinkRequest,
        responses={200: serializers.SignedIn, 202: MAY_MAIL, 401: serializers.Challenge},
    )
    def post(self, request: Request) -> Response:
        """Ask for a link to log in with, by `email`: 202, whether or not it has an account. Log in
        with the mailed `token`: 200."""
        body: dict[str, Any] = self.body(serializers.LogInLinkRequest)
        if "email" in body:
            mailed_links.request_link(email=body["email"], purpose=Purpose.LOG_IN_LINK)
            return Response(MAIL_ON_ITS_WAY, 202)
        signed_in = mailed_links.log_in_by_link(token=body["token"], device=device_of(request))
        return Response(signed_in_body(signed_in))
