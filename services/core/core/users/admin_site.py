"""Django's admin site, whose log-in asks for the second factor."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import Throttled

from core.users import second_factor
from core.users.models import User

SESSION_KEY = "passed_second_factor"


class LogInForm(AdminAuthenticationForm):
    code = forms.CharField(required=False, max_length=32)

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if second_factor.is_missing(user):
            raise forms.ValidationError(second_factor.EnrolmentRequired.detail)
        if not second_factor.is_enrolled(user):
            return
        try:
            passed = second_factor.check(user, self.cleaned_data.get("code", ""))
            self.request.passed_second_factor = passed  # type: ignore[union-attr]
        except second_factor.WrongCode as error:
            raise forms.ValidationError(error.detail) from None
        except Throttled:
            raise forms.ValidationError("Too many wrong codes. Try again later.") from None


class AdminSite(admin.AdminSite):
    login_form = LogInForm
    login_template = "users/admin_login.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """A session counts if its code was one of the present second factor: not if that was set
        up, or removed and set up again, since."""
        user = request.user
        if not super().has_permission(request) or not isinstance(user, User):
            return False
        enrolled = second_factor.enrolment_id(user)
        if enrolled is None:
            return not second_factor.is_missing(user)
        return bool(request.session.get(SESSION_KEY) == enrolled)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The session stores the factor that the form has checked: the user may have another one by
        now."""
        response = super().login(request, extra_context)
        form_was_valid = request.method == "POST" and response.status_code == 302
        if form_was_valid and isinstance(request.user, User):
            request.session[SESSION_KEY] = getattr(request, "passed_second_factor", None)
        return response
