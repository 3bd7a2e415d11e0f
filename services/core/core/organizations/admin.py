"""Organizations in the admin, with the invitations to them."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from core.kit.admin import ModelAdmin, ReadOnlyAdmin
from core.kit.admin_actions import service_action
from core.organizations import invitations, services
from core.organizations.models import Invitation, Organization
from core.users.models import User


@admin.register(Organization)
class OrganizationAdmin(ModelAdmin):
    list_display = ("name", "kind", "created_at")
    list_filter = ("kind",)
    search_fields = ("name",)
    readonly_fields = ("created_at", "updated_at")

    def save_model(
        self, request: HttpRequest, obj: Organization, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        values = {name: form.cleaned_data[name] for name in ("name", "kind")}
        if change:
            services.update_organization(organization_id=obj.pk, **values)
        else:
            obj.pk = services.add_organization(**values).pk
        obj.refresh_from_db()


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "organization", "role", "status", "invited_by", "expires_at")
    list_filter = ("status", "role")
    search_fields = ("email",)
    hidden = ("token_hash",)
    actions = actions_detail = ("revoke",)

    @service_action(
        "Revoke the invitation",
        explanation="The link in the mail stops working. Memberships that were accepted stay.",
    )
    def revoke(self, request: HttpRequest, invitation: Invitation) -> None:
        revoked_by = cast(User, request.user)
        invitations.revoke(invitation=invitation, revoked_by=revoked_by)
