"""Users in Django's admin: every change goes through the services, so it is published like any."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth import forms as auth_forms
from django.db.models import QuerySet
from django.http import HttpRequest

from core.kit.admin import ReadOnlyAdmin, RefusalsAsMessages
from core.users import administration, second_factor, services
from core.users.addresses import validate_new_address
from core.users.models import Impersonation, User


class _LowerCaseEmail:
    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        """Before the form looks whether the address is taken."""
        email = str(self.cleaned_data["email"]).lower()
        if email != cast(Any, self).initial.get("email"):
            validate_new_address(email)
        return email


class AddForm(_LowerCaseEmail, auth_forms.AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "role", "track", "organization")


class ChangeForm(_LowerCaseEmail, auth_forms.UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = "__all__"


class PasswordForm(auth_forms.AdminPasswordChangeForm):  # type: ignore[type-arg]
    def save(self, commit: bool = True) -> User:
        changed = services.set_password(user_id=self.user.pk, password=_password(self))
        self.user.password = changed.password  # the admin keeps its own session by this
        return changed


@admin.register(User)
class UserAdmin(RefusalsAsMessages, auth_admin.UserAdmin):  # type: ignore[type-arg]
    add_form, form, change_password_form = AddForm, ChangeForm, PasswordForm
    ordering = ("id",)
    list_display = ("id", "email", "role", "track", "organization", "is_active")
    list_filter = ("role", "track", "is_active")
    search_fields = ("email", "first_name", "last_name")
    filter_horizontal = ()
    readonly_fields = ("email_verified_at", "version", "created_at", "updated_at")
    actions = ("remove_second_factor",)
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

    @admin.action(description="Remove the second factor of selected users")
    def remove_second_factor(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        """For people who lost both their authenticator app and the recovery codes."""
        for user in queryset:
            second_factor.remove(user)
            self.log_change(request, user, "Removed the second factor.")
        self.message_user(request, "The second factor of the selected users is removed.")

    def save_model(
        self, request: HttpRequest, obj: User, form: "forms.ModelForm[User]", change: bool
    ) -> None:
        if change:
            values = {name: form.cleaned_data[name] for name in form.changed_data}
            changed_by = cast(User, request.user)
            administration.change_user(user_id=obj.pk, changed_by=changed_by, **values)
        else:
            values = {name: form.cleaned_data[name] for name in AddForm.Meta.fields}
            obj.pk = services.add_user(password=_password(form), **values).pk
        obj.refresh_from_db()


@admin.register(Impersonation)
class ImpersonationAdmin(ReadOnlyAdmin):
    """Which admin viewed whose account, and why."""

    list_display = ("id", "user", "viewer", "reason", "created_at")
    search_fields = ("=user__id", "=viewer__id")


def _password(form: Any) -> str | None:
    """None when the form said that this user signs in without one."""
    usable = form.cleaned_data.get("set_usable_password", True)
    return form.cleaned_data["password1"] if usable else None
