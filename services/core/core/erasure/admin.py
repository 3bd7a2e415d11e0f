"""Erasing a user in the admin: an action of its own, with a page that says what it deletes."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from core.erasure.models import ErasureReceipt
from core.erasure.selectors import report
from core.erasure.services import erase_user
from core.kit.admin import ReadOnlyAdmin
from core.kit.admin_actions import ConfirmationForm, service_action
from core.users.admin import UserAdmin
from core.users.administration import OwnAccount
from core.users.models import User

admin.site.unregister(User)


class EraseForm(ConfirmationForm):
    email = forms.CharField(
        label="The user's e-mail address, to confirm",
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
    )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if email.lower() != self.obj.email:
            raise forms.ValidationError("This is not the e-mail address of this user.")
        return email


def _erased_rows(user: User) -> dict[str, object]:
    rows = sorted(report(user.pk).remaining.items())
    return {"table": {"headers": ["place", "rows"], "rows": rows}}


@admin.register(User)
class ErasingUserAdmin(UserAdmin):
    actions_detail: tuple[Any, ...] = (*UserAdmin.actions_detail, "erase")

    @service_action(
        "Erase",
        explanation="Everything that is stored about this person is deleted, everywhere and for "
        "good: the account, all rows below, the history of them, and every record on the topics, "
        "which makes the other services delete their copies. Nobody can undo it. To stop somebody "
        "from signing in, deactivate the account instead.",
        icon="delete_forever",
        variant=ActionVariant.DANGER,
        form=EraseForm,
        details=_erased_rows,
        template="erasure/confirm.html",
    )
    def erase(self, request: HttpRequest, user: User) -> None:
        if cast(User, request.user).pk == user.pk:
            raise OwnAccount
        erase_user(user_id=user.pk)


@admin.register(ErasureReceipt)
class ErasureReceiptAdmin(ReadOnlyAdmin):
    list_display = ("user_id", "place", "rows", "erased_at")
    list_filter = ("place",)
    list_note = "What erasures deleted. Of the people themselves only the ids remain."
    search_fields = ("=user_id",)
    ordering = ("-erased_at", "place")
