"""Actions of the admin that call a service: on selected rows of a list, and on one row after a page
that says what will happen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from rest_framework.exceptions import APIException
from unfold.decorators import action
from unfold.enums import ActionVariant

from core.kit.admin import ModelAdmin, refusal_text
from core.kit.errors import DomainError


class ConfirmationForm(forms.Form):
    """Nothing to fill in. Subclass it for an action that asks for more."""

    def __init__(self, obj: Any, data: Any = None) -> None:
        super().__init__(data)
        self.obj = obj


@dataclass(frozen=True)
class ServiceAction:
    description: str
    explanation: str
    call: Callable[[Any, HttpRequest, Any], None]
    form: type[ConfirmationForm]
    details: Callable[[Any], dict[str, object]]
    """More for the template to say about the row."""
    template: str

    def run_on_each(self, page: ModelAdmin, request: HttpRequest, rows: Iterable[Any]) -> None:
        done = sum(self._run(page, request, row) for row in rows)
        if done:
            page.message_user(request, f"{self.description}: done for {done}.", messages.SUCCESS)

    def run_after_confirmation(
        self, page: ModelAdmin, request: HttpRequest, object_id: str
    ) -> HttpResponse:
        obj = page.get_object(request, unquote(object_id))
        if obj is None:
            missing: HttpResponse = page._get_obj_does_not_exist_redirect(
                request, page.opts, object_id
            )
            return missing
        form = self.form(obj, request.POST if request.method == "POST" else None)
        if form.is_valid() and self._run(page, request, obj):
            page.message_user(request, f"{self.description}: done.", messages.SUCCESS)
            return HttpResponseRedirect(_page_of(page, obj))
        return self._ask(page, request, obj, form)

    def _run(self, page: ModelAdmin, request: HttpRequest, obj: Any) -> bool:
        name = str(obj)
        try:
            with transaction.atomic():
                self.call(page, request, obj)
                page.log_change(request, obj, self.description)
        except (DomainError, APIException) as refusal:
            page.message_user(request, f"{name}: {refusal_text(refusal)}", messages.ERROR)
            return False
        return True

    def _ask(
        self, page: ModelAdmin, request: HttpRequest, obj: Any, form: ConfirmationForm
    ) -> HttpResponse:
        context = {
            **page.admin_site.each_context(request),
            "title": f"{self.description}: {obj}",
            "opts": page.opts,
            "original": obj,
            "form": form,
            "asked": self,
            "back": _page_of(page, obj),
            **self.details(obj),
        }
        return TemplateResponse(request, self.template, context)


def service_action(
    description: str,
    *,
    explanation: str,
    icon: str | None = None,
    variant: ActionVariant = ActionVariant.DEFAULT,
    form: type[ConfirmationForm] = ConfirmationForm,
    details: Callable[[Any], dict[str, object]] = lambda _: {},
    template: str = "kit/admin/confirm.html",
) -> Callable[[Callable[[Any, HttpRequest, Any], None]], Any]:
    """Makes a method that calls a service for one row into an action, for a page's `actions` and
    `actions_detail`. What the service refuses is shown as a message."""

    def decorate(call: Callable[[Any, HttpRequest, Any], None]) -> Any:
        asked = ServiceAction(description, explanation, call, form, details, template)
        path = call.__name__.replace("_", "-")

        @action(
            description=description, permissions=("act",), url_path=path, icon=icon, variant=variant
        )  # type: ignore[untyped-decorator]
        @wraps(call)
        def run(
            page: ModelAdmin, request: HttpRequest, rows: Any = None, object_id: str | None = None
        ) -> HttpResponse | None:
            if object_id is None:
                asked.run_on_each(page, request, rows)
                return None
            return asked.run_after_confirmation(page, request, object_id)

        return run

    return decorate


def _page_of(page: ModelAdmin, obj: Any) -> str:
    """The list, once the row is deleted."""
    names = f"admin:{page.opts.app_label}_{page.opts.model_name}"
    if page.model._default_manager.filter(pk=obj.pk).exists():
        return reverse(f"{names}_change", args=(obj.pk,))
    return reverse(f"{names}_changelist")
