"""Certificates and the keys of credentials in the admin."""

from typing import cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from core.certificates import services
from core.certificates.models import Certificate, SigningKey
from core.kit.admin import ReadOnlyAdmin
from core.kit.admin_actions import ConfirmationForm, service_action
from core.users.models import User


class RevokeForm(ConfirmationForm):
    reason = forms.CharField(max_length=500)


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    list_display = ("name", "program_title", "completed_on", "state")
    list_filter = ("state",)
    search_fields = ("name", "program_title", "=id")
    actions_detail = ("revoke",)

    @service_action(
        "Revoke the certificate",
        explanation="Its public page says so from then on. The learner reads the reason.",
        form=RevokeForm,
    )
    def revoke(self, request: HttpRequest, certificate: Certificate) -> None:
        services.revoke_certificate(
            revoked_by=cast(User, request.user),
            certificate_id=certificate.pk,
            reason=request.POST["reason"].strip(),
        )


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    list_display = ("thumbprint", "created_at", "withdrawn_at")
    actions_detail = ("withdraw",)

    @service_action(
        "Withdraw the key",
        explanation="Every credential that it signed stops verifying. Do it where the private half"
        " was disclosed; set another CERTIFICATE_KEY first.",
    )
    def withdraw(self, request: HttpRequest, key: SigningKey) -> None:
        services.withdraw_key(thumbprint=key.pk)
