"""Parked records in the admin: ai stores them, and its routes for operators decide on them."""

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import httpx
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminTextInputWidget

from core.users.admin_sessions import operator_token
from core.users.models import User

SECONDS = 5.0
NO_ANSWER = "ai does not answer now: try again shortly."
UNKNOWN_OUTCOME = "It is not known whether ai has done this: look at the list."
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
)
HEADERS = ("Id", "Topic", "Partition", "Offset", "Cause", "Parked at", "")
LINKS = '<a href="{}">Retry</a> &nbsp; <a href="{}">Discard</a>'


class CallFailed(Exception):
    """ai has not done what it was asked, or may not have; the message says so to the admin."""


class RetryForm(forms.Form):
    """Nothing to fill in."""


class DiscardForm(forms.Form):
    reason = forms.CharField(
        min_length=3, max_length=500, help_text="Stored by ai.", widget=UnfoldAdminTextInputWidget
    )


@dataclass(frozen=True)
class Decision:
    description: str
    explanation: str
    form: type[forms.Form]


DECISIONS = {
    "retry": Decision(
        "Retry", "ai applies the record as its worker would; refused again, it stays.", RetryForm
    ),
    "discard": Decision("Discard", "ai never applies the record.", DiscardForm),
}


def list_records(request: HttpRequest) -> HttpResponse:
    """The oldest first. Without ai a sentence says that it does not answer."""
    context = {**admin.site.each_context(request), "title": "Parked records"}
    after = request.GET.get("after")
    query = f"?{urlencode({'after': after})}" if after else ""
    try:
        context |= _page(_call(request, "GET", query))
    except CallFailed as failure:
        context["failure"] = str(failure)
    return TemplateResponse(request, "kit/admin/parked_records.html", context)


def count(request: HttpRequest, seconds: float) -> int | None:
    """How many there are; None while ai does not say."""
    try:
        return int(_call(request, "GET", "?limit=1", seconds=seconds)["total"])
    except (CallFailed, LookupError, TypeError, ValueError):
        return None


def _page(answer: dict[str, Any]) -> dict[str, Any]:
    try:
        rows = [_row(record) for record in answer["results"]]
        more = {name: answer[name] for name in ("total", "next_after")}
    except (LookupError, TypeError, NoReverseMatch):
        raise CallFailed(NO_ANSWER) from None
    return {"table": {"headers": HEADERS, "rows": rows}, **more}


def _row(record: dict[str, Any]) -> list[object]:
    columns = ("id", "topic", "partition", "offset", "cause", "parked_at")
    urls = [reverse(f"{name}_parked", args=(record["id"],)) for name in DECISIONS]
    return [*(record[name] for name in columns), format_html(LINKS, *urls)]


def decide(request: HttpRequest, parked_id: int, decision: str) -> HttpResponse:
    """Asks first; a GET changes nothing."""
    asked, back = DECISIONS[decision], reverse("parked_records")
    form = asked.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _call(request, "POST", f"/{parked_id}/{decision}", form.cleaned_data or None)
        except CallFailed as failure:
            messages.error(request, f"Record {parked_id}: {failure}")
        else:
            messages.success(request, f"{asked.description} of record {parked_id}: done.")
        return HttpResponseRedirect(back)
    context = {
        **admin.site.each_context(request),
        "title": f"{asked.description} parked record {parked_id}",
        "asked": asked,
        "form": form,
        "back": back,
    }
    return TemplateResponse(request, "kit/admin/confirm.html", context)


def _call(
    request: HttpRequest, method: str, rest: str, body: Any = None, seconds: float | None = None
) -> dict[str, Any]:
    """The answer's JSON. Raises CallFailed."""
    document: Any = None
    try:
        answer = _send(request, method, rest, body, seconds or SECONDS)
        document = answer.json() if answer.content else {}
    except NEVER_SENT:
        raise CallFailed(NO_ANSWER) from None
    except (httpx.HTTPError, ValueError):
        pass  # ai may have done what it was asked
    if not isinstance(document, dict):
        raise CallFailed(NO_ANSWER if method == "GET" else UNKNOWN_OUTCOME)
    if answer.status_code == 401:
        raise CallFailed("ai has not read of this log-in yet. Try again in a few seconds.")
    if not answer.is_success:
        raise CallFailed(str(document.get("detail", "ai refused.")))
    return document


def _send(
    request: HttpRequest, method: str, rest: str, body: Any, seconds: float
) -> httpx.Response:
    token = operator_token(request.session, cast(User, request.user))
    return httpx.request(
        method,
        f"{settings.FASTAPI_BASE_URL}/api/v1/operations/parked{rest}",
        json=body,
        headers={"Authorization": f"Bearer {token}"},
        timeout=seconds,
        trust_env=False,
    )
