"""Memberships in Django's admin: granted and revoked through the services, like everywhere."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from core.access import services
from core.access.models import ID_COLUMN, Membership
from core.access.services import MainMembership, Scope
from core.kit.admin import ReadOnlyAdmin
from ongoza_contracts.access import SCOPES, ScopeKind
from ongoza_contracts.vocabulary import Role


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Membership
        fields = ("user", "role", "scope", "organization", "cohort_id", "learner", "until")

    def clean(self) -> dict[str, Any]:
        """A role only where it may be held, with the one id that its scope names."""
        data = super().clean() or {}
        kind = ScopeKind(data.get("scope", ScopeKind.PLATFORM))
        given = {column for column in ID_COLUMN.values() if data.get(column)}
        if kind not in SCOPES[Role(data.get("role", Role.ADMIN))]:
            raise forms.ValidationError("This role is not granted in this kind of scope.")
        if given != {ID_COLUMN[kind]}:
            raise forms.ValidationError(f"Give {ID_COLUMN[kind]}, and no other id.")
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """Leaves uniqueness to `grant`, which renews an existing membership."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | {"user"}


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    form = GrantForm
    list_display = ("id", "user", "role", "scope", "organization", "learner", "until", "revoked_at")
    list_filter = ("role", "scope")
    search_fields = ("=user__id", "=learner__id")
    raw_id_fields = ("user", "learner")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        data = form.cleaned_data
        scope = Scope(
            ScopeKind(data["scope"]),
            data["organization"] and data["organization"].pk,
            data["cohort_id"],
            data["learner"] and data["learner"].pk,
        )
        granted = services.grant(
            user_id=data["user"].pk,
            role=Role(data["role"]),
            scope=scope,
            until=data["until"],
            granted_by=request.user,  # type: ignore[arg-type]
        )
        obj.pk = granted.membership.pk

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset:
            try:
                services.revoke(membership_id=membership.pk, revoked_by=request.user)  # type: ignore[arg-type]
            except MainMembership as refusal:
                self.message_user(request, f"{membership}: {refusal.detail}", messages.ERROR)
