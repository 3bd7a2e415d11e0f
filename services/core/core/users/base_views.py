"""The bases of the routes of accounts."""

from typing import ClassVar

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.errors import DomainError
from core.kit.views import ApiView
from core.users import guardians
from core.users.devices import device_label
from core.users.models import User
from core.users.second_factor import ChallengeIssued
from core.users.tokens import UserClaims


class SignInRequired(DomainError):
    status = 403
    code = "sign_in_required"
    detail = "A token with a scope may not manage accounts. Sign in instead."


class PublicView(ApiView):
    """Whatever token comes along is not looked at: an expired one must not stop a refresh."""

    authentication_classes = ()
    takes_credentials: ClassVar[bool] = True
    """Whether the body holds a password, a token or a code, which may be refused."""


class ChallengeView(ApiView):
    """A refusal that asks for another step carries what opens it."""

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, ChallengeIssued):
            response.data["challenge"] = exc.challenge
        return response


class LogInView(ChallengeView, PublicView):
    pass


class AccountView(ApiView):
    """Routes that manage the caller's account: refuses API tokens, which must not outlive or
    exceed themselves, and an admin who views the account as its user."""

    private = True

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        if isinstance(request.auth, UserClaims) and request.auth.scope is not None:
            raise SignInRequired


class ConsentedView(ApiView):
    """Routes that write what profiles and recommendations are computed from (record 66): refused
    for a minor without a guardian's consent, but for deletions."""

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if request.method in ("POST", "PUT", "PATCH") and isinstance(request.user, User):
            guardians.require_consent(request.user)


def device_of(request: Request | HttpRequest) -> str:
    return device_label(request.headers.get("User-Agent", ""))
