"""Who is counted against which limit of `settings.RATE_LIMITS`."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from core.limits.services import Decision
from core.limits.throttles import RateThrottle, UserThrottle, client_address, count

Page = Callable[..., HttpResponse]


class _PerAddress(RateThrottle):
    def identity(self, request: Request) -> str:
        return client_address(request)


class SignUpThrottle(_PerAddress):
    """How many accounts one network address may ask for: a classroom at once, no more soon."""

    scope = "signup"


class _CredentialThrottle(_PerAddress):
    """How many credentials of one kind a network address may try, over all accounts.

    Attempts that it lets through count against a limit over all kinds as well, which is wider: who
    uses up the attempts of one route leaves some of the others.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.decision = count_credential(request._request, self.scope)
        return self.decision is None or self.decision.allowed


def count_credential(request: HttpRequest, scope: str) -> Decision | None:
    address = client_address(request)
    decision = count(request, scope, address)
    if decision is not None and not decision.allowed:
        return decision
    return count(request, "credential_address", address) or decision


class LogInThrottle(_CredentialThrottle):
    """Passwords, in the API and in the admin."""

    scope = "login_address"


class SecondFactorThrottle(_CredentialThrottle):
    """Codes, and challenges that lead to them."""

    scope = "second_factor_address"


class MailedTokenThrottle(_CredentialThrottle):
    """Tokens that were mailed."""

    scope = "mailed_token_address"


class OidcThrottle(_CredentialThrottle):
    """Log-ins by OpenID Connect, each of which calls the provider."""

    scope = "oidc_address"


class ExchangeThrottle(_CredentialThrottle):
    """API tokens."""

    scope = "exchange_address"


class RefreshThrottle(_PerAddress):
    """How many refresh tokens one network address may exchange."""

    scope = "refresh"


class MailThrottle(_PerAddress):
    """How many mails one network address may ask for, to whomever."""

    scope = "mail_address"


class OwnPasswordThrottle(UserThrottle):
    """How many passwords the bearer of an access token may try for its account."""

    scope = "login"


class _PerAccount(RateThrottle):
    """Counted by the text of the mail address, so alike for known and unknown accounts."""

    per_address: ClassVar[bool] = False

    def identity(self, request: Request) -> str | None:
        email = request.data.get("email") if isinstance(request.data, dict) else None
        if not isinstance(email, str):
            return None
        account = account_key(email)
        return f"{client_address(request)} {account}" if self.per_address else account


class AccountThrottle(_PerAccount):
    """How many passwords one network address may try for one account.

    Guesses from other addresses do not count, so that a stranger locks no owner out.
    """

    scope = "login"
    per_address = True


class ResetThrottle(_PerAccount):
    """How many mails to reset a password may be asked for one account; use with MailThrottle."""

    scope = "reset"


class LinkThrottle(_PerAccount):
    """How many one-time links may be asked for one account; use with MailedTokenThrottle."""

    scope = "link"


class GuardianThrottle(_PerAccount):
    """How many mails a guardian may get; use with MailThrottle."""

    scope = "guardian"


def account_key(email: str) -> str:
    return email.strip().lower()


def throttle_log_in(page: Page) -> Page:
    """The admin's log-in page, with the limits of the API's log-in and counted together with it."""

    @wraps(page)
    def throttled(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not _may_try(request):
            text = "Too many attempts to log in. Wait a minute and try again."
            return HttpResponse(text, status=429, content_type="text/plain")
        return page(request, *args, **kwargs)

    return throttled


def _may_try(request: HttpRequest) -> bool:
    address = client_address(request)
    account = account_key(request.POST.get("username", ""))
    decisions = [
        count_credential(request, LogInThrottle.scope),
        count(request, AccountThrottle.scope, f"{address} {account}"),
    ]
    return all(decision is None or decision.allowed for decision in decisions)
