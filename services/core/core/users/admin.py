"""Users in the admin: every change goes through the services, so it is published like any."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from core.kit.admin import ModelAdmin, ReadOnlyAdmin
from core.kit.admin_actions import service_action
from core.users import admin_sessions, administration, second_factor, services
from core.users.addresses import validate_new_address
from core.users.models import Impersonation, SignIn, User


class _LowerCaseEmail:
    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        """Before the form looks whether the address is taken."""
        email = str(self.cleaned_data["email"]).lower()
        if email != cast(Any, self).initial.get("email"):
            validate_new_address(email)
        return email


class AddForm(_LowerCaseEmail, UserCreationForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = ("email", "role", "track", "organization")


class ChangeForm(_LowerCaseEmail, UserChangeForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = "__all__"


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[misc]
    def save(self, commit: bool = True) -> User:
        changed = services.set_password(user_id=self.user.pk, password=_password(self))
        self.user.password = changed.password  # the admin keeps its own session by this
        return changed


@admin.register(User)
class UserAdmin(auth_admin.UserAdmin, ModelAdmin):  # type: ignore[type-arg,misc]
    add_form, form, change_password_form = AddForm, ChangeForm, PasswordForm
    ordering = ("id",)
    list_display = ("email", "full_name", "role", "track", "organization", "is_active")
    list_filter = ("role", "track", "is_active")
    search_fields = ("email", "first_name", "last_name", "=id")
    search_help_text = "A name, an e-mail address or an id."
    filter_horizontal = ()
    autocomplete_fields = ("organization",)
    readonly_fields = ("email_verified_at", "version", "created_at", "updated_at")
    actions = ("sign_out", "deactivate", "activate", "remove_second_factor")
    actions_detail: tuple[Any, ...] = ({"title": "Account", "items": actions},)
    fieldsets = (
        (None, {"fields": ("email", "email_verified_at", "password", "is_active")}),
        ("Person", {"fields": ("first_name", "last_name")}),
        ("Place", {"fields": ("role", "track", "organization")}),
        ("Record", {"fields": ("version", "created_at", "updated_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (*AddForm.Meta.fields, "usable_password", "password1", "password2"),
            },
        ),
    )

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Keeps the session of an admin who changes their own password."""
        response = super().user_change_password(request, id, form_url)
        if response.status_code == 302 and id == str(request.user.pk):
            admin_sessions.begin_again(request)
        return response

    @display(description="Name", ordering="last_name", empty_value="-")  # type: ignore[untyped-decorator]
    def full_name(self, user: User) -> str | None:
        return user.full_name or None

    @service_action(
        "Sign out everywhere",
        explanation="Ends every sign-in and every API token of the user, on all devices at once.",
    )
    def sign_out(self, request: HttpRequest, user: User) -> None:
        services.end_all_sign_ins(user_id=user.pk)

    @service_action(
        "Deactivate",
        explanation="The user is signed out everywhere and cannot sign in until activated again. "
        "Nothing is deleted.",
    )
    def deactivate(self, request: HttpRequest, user: User) -> None:
        _change(request, user, is_active=False)

    @service_action("Activate", explanation="The user may sign in again.")
    def activate(self, request: HttpRequest, user: User) -> None:
        _change(request, user, is_active=True)

    @service_action(
        "Remove the second factor",
        explanation="For somebody who lost both the authenticator app and the recovery codes: "
        "the password alone is enough to sign in, until they set up a new one.",
    )
    def remove_second_factor(self, request: HttpRequest, user: User) -> None:
        second_factor.remove(user)

    def save_model(
        self, request: HttpRequest, obj: User, form: "forms.ModelForm[User]", change: bool
    ) -> None:
        if change:
            values = {name: form.cleaned_data[name] for name in form.changed_data}
            _change(request, obj, **values)
        else:
            values = {name: form.cleaned_data[name] for name in AddForm.Meta.fields}
            user = services.add_user_without_birth_year(password=_password(form), **values)
            obj.pk = user.pk
        obj.refresh_from_db()


def _change(request: HttpRequest, user: User, **values: Any) -> None:
    changed_by = cast(User, request.user)
    administration.change_user(user_id=user.pk, changed_by=changed_by, **values)


def _password(form: Any) -> str | None:
    """None when the form said that this user signs in without one."""
    usable = form.cleaned_data.get("set_usable_password", True)
    return form.cleaned_data["password1"] if usable else None


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin):
    list_display = ("user", "shown_device", "created_at", "refreshed_at")
    ordering = ("-refreshed_at",)
    hidden = ("refresh_jti", "previous_refresh_jti")
    actions = actions_detail = ("end",)

    @display(description="Device", ordering="device")  # type: ignore[untyped-decorator]
    def shown_device(self, sign_in: SignIn) -> str:
        return sign_in.device or "Unknown"

    @service_action(
        "End the sign-in",
        explanation="The device is signed out at once. An API token with this sign-in is revoked.",
    )
    def end(self, request: HttpRequest, sign_in: SignIn) -> None:
        services.revoke_sign_in(sign_in_id=sign_in.pk)


@admin.register(Impersonation)
class ImpersonationAdmin(ReadOnlyAdmin):
    """Which admin viewed whose account, and why."""

    list_display = ("id", "user", "viewer", "reason", "created_at")
    search_fields = ("=user__id", "=viewer__id")
