"""Memberships in the admin: granted and revoked through the services, like everywhere."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from core.access import services
from core.access.models import Membership
from core.access.serializers import GrantRequest
from core.kit.admin import ReadOnlyAdmin
from core.kit.admin_actions import service_action


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
    """The body that a client of the API would send."""
    ids = {name: data[name] and data[name].pk for name in ("user", "organization", "learner")}
    texts = {"role": data["role"], "scope": data["scope"]}
    cohort = data["cohort_id"] and str(data["cohort_id"])
    until = data["until"] and data["until"].isoformat()
    body = {**ids, **texts, "cohort": cohort, "until": until}
    return {name: value for name, value in body.items() if value is not None}


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    form = GrantForm
    list_display = ("user", "role", "scope", "organization", "learner", "until", "shown_state")
    list_filter = ("role", "scope")
    raw_id_fields = ("user", "learner")
    readonly_fields = ("shown_state",)
    actions = actions_detail = ("revoke",)

    @display(description="State", label={"Active": "success", "Ended": "warning"})  # type: ignore[untyped-decorator]
    def shown_state(self, membership: Membership) -> str:
        return "Ended" if membership.is_ended else "Active"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return super().get_readonly_fields(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        granted = services.grant(granted_by=request.user, **form.grant)  # type: ignore[arg-type]
        obj.pk = granted.membership.pk

    @service_action(
        "Revoke",
        explanation="The user loses the role there at once. Granting it again continues it.",
    )
    def revoke(self, request: HttpRequest, membership: Membership) -> None:
        services.revoke(membership_id=membership.pk, revoked_by=request.user)  # type: ignore[arg-type]
