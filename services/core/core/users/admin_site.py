"""The admin site, whose log-in asks for the second factor."""

from typing import Any

from django import forms
from django.contrib.auth.views import PasswordChangeView
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework.exceptions import Throttled
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm
from unfold.sites import UnfoldAdminSite
from unfold.widgets import BASE_INPUT_CLASSES

from core.users import admin_sessions, second_factor, services
from core.users.models import User

SESSION_KEY = "passed_second_factor"
CODE_WIDGET = forms.TextInput(
    {"class": " ".join(BASE_INPUT_CLASSES), "autocomplete": "one-time-code"}
)


class LogInForm(AuthenticationForm):  # type: ignore[misc]
    code = forms.CharField(
        label="Code, if you use an authenticator app",
        required=False,
        max_length=32,
        widget=CODE_WIDGET,
    )

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if second_factor.is_missing(user):
            raise forms.ValidationError(second_factor.EnrolmentRequired.detail)
        if not second_factor.is_enrolled(user):
            return
        try:
            passed = second_factor.check(user, self.cleaned_data.get("code", ""))
            self.request.passed_second_factor = passed
        except second_factor.WrongCode as error:
            raise forms.ValidationError(error.detail) from None
        except Throttled:
            raise forms.ValidationError("Too many wrong codes. Try again later.") from None


class OwnPasswordForm(AdminOwnPasswordChangeForm):  # type: ignore[misc]
    def save(self, commit: bool = True) -> User:
        """Django's own would save the row past the service: unpublished, and signed in still."""
        password = self.cleaned_data["new_password1"]
        changed = services.set_password(user_id=self.user.pk, password=password)
        self.user.password = changed.password  # the admin keeps its own session by this
        return changed


class AdminSite(UnfoldAdminSite):  # type: ignore[misc]
    login_form = LogInForm
    login_template = "users/admin_login.html"
    index_template = "kit/admin/index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """A session counts until its sign-in ends, and if its code was one of the present second
        factor: not if that was set up, or removed and set up again, since."""
        user = request.user
        if not super().has_permission(request) or not isinstance(user, User):
            return False
        if not admin_sessions.has_sign_in(request.session, user):
            return False
        enrolled = second_factor.enrolment_id(user)
        if enrolled is None:
            return not second_factor.is_missing(user)
        return bool(request.session.get(SESSION_KEY) == enrolled)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The session stores the factor that the form has checked: the user may have another one by
        now. Ends the sign-in that the session had before."""
        earlier = request.session.get(admin_sessions.SESSION_KEY)
        response: HttpResponse = super().login(request, extra_context)
        form_was_valid = request.method == "POST" and response.status_code == 302
        if form_was_valid and isinstance(request.user, User):
            request.session[SESSION_KEY] = getattr(request, "passed_second_factor", None)
            admin_sessions.end(earlier)
            admin_sessions.begin(request, request.user)
        return response

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST":  # Django refuses every other method
            admin_sessions.end(request.session.get(admin_sessions.SESSION_KEY))
        response: HttpResponse = super().logout(request, extra_context)
        return response

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        request.current_app = self.name
        view: Any = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        response: HttpResponse = view(request)
        if response.status_code == 302:
            admin_sessions.begin_again(request)
        return response

    def search(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Raises Http404 for a page that does not exist, where unfold would fail."""
        try:
            found: HttpResponse = super().search(request, extra_context)
        except (InvalidPage, ValueError):
            raise Http404 from None
        return found
