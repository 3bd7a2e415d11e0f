"""Memberships in Django's admin: granted and revoked through the services, like everywhere."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from core.access import services
from core.access.models import Membership
from core.access.serializers import GrantRequest
from core.access.services import MainMembership
from core.kit.admin import ReadOnlyAdmin, RefusalsAsMessages


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    grant: dict[str, Any]
    """The arguments for the service, once the form is valid."""

    class Meta:
        model = Membership
        fields = ("user", "role", "scope", "organization", "cohort_id", "learner", "until")

    def clean(self) -> dict[str, Any]:
        """Applies the rules of the API."""
        data = super().clean() or {}
        if not self.errors:
            request = GrantRequest(data=_body(data))
            if request.is_valid():
                self.grant = request.validated_data
            else:
                self.add_error(None, [str(e) for errors in request.errors.values() for e in errors])
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """Leaves uniqueness to `grant`, which renews an existing membership."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | {"user"}


def _body(data: dict[str, Any]) -> dict[str, Any]:
    """What a client of the API would send."""
    ids = {name: data[name] and data[name].pk for name in ("user", "organization", "learner")}
    texts = {"role": data["role"], "scope": data["scope"]}
    cohort = data["cohort_id"] and str(data["cohort_id"])
    until = data["until"] and data["until"].isoformat()
    body = {**ids, **texts, "cohort": cohort, "until": until}
    return {name: value for name, value in body.items() if value is not None}


@admin.register(Membership)
class MembershipAdmin(RefusalsAsMessages, ReadOnlyAdmin):
    form = GrantForm
    list_display = ("id", "user", "role", "scope", "organization", "learner", "until", "revoked_at")
    list_filter = ("role", "scope")
    search_fields = ("=user__id", "=learner__id")
    raw_id_fields = ("user", "learner")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        granted = services.grant(granted_by=request.user, **form.grant)  # type: ignore[arg-type]
        obj.pk = granted.membership.pk

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset:
            try:
                services.revoke(membership_id=membership.pk, revoked_by=request.user)  # type: ignore[arg-type]
            except MainMembership as refusal:
                self.message_user(request, f"{membership}: {refusal.detail}", messages.ERROR)
