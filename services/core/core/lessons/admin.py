"""Texts of courses and modules in the admin."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextareaWidget

from core.kit.admin import EtagForm, ModelAdmin, ReadOnlyAdmin
from core.kit.admin_actions import service_action
from core.lessons import services
from core.lessons.models import Body, BodyFile, BodyState
from core.lessons.serializers import MARKDOWN_MAX, ChangeBodyRequest
from core.users.models import User


class BodyForm(EtagForm):
    markdown = forms.CharField(
        widget=UnfoldAdminTextareaWidget({"rows": 40}),
        strip=False,
        max_length=MARKDOWN_MAX,
        help_text="Headings # and ## begin sections; images are files/<id of your own upload>.",
    )


@admin.register(Body)
class BodyAdmin(ModelAdmin):
    form = BodyForm
    list_display = ("item", "language", "number", "state", "changed_at")
    list_filter = ("state", "language")
    fields = ("item", "language", "markdown", "etag", "number", "state")
    readonly_fields = ("number", "state")
    actions = actions_detail = ("publish", "delete_draft")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "item", "language") if obj else self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_draft = obj is None or obj.state == BodyState.DRAFT
        return bool(super().has_change_permission(request, obj)) and is_draft

    def save_model(self, request: HttpRequest, obj: Body, form: Any, change: bool) -> None:
        checked = ChangeBodyRequest(data={"markdown": form.cleaned_data["markdown"]})
        checked.is_valid(raise_exception=True)
        values = {**checked.validated_data, "author": cast(User, request.user)}
        if change:
            services.change_draft(
                content_id=obj.item.content_id, body_id=obj.pk, if_match=form.if_match, **values
            )
        else:
            item, language = form.cleaned_data["item"], form.cleaned_data["language"]
            values |= {"content_id": item.content_id, "language": language}
            obj.pk = services.write_draft(**values).pk
        obj.refresh_from_db()

    @service_action("Publish", explanation="Learners read it in place of the present text.")
    def publish(self, request: HttpRequest, body: Body) -> None:
        services.publish_body(content_id=body.item.content_id, body_id=body.pk)

    @service_action("Delete the draft", explanation="Its text is lost.")
    def delete_draft(self, request: HttpRequest, body: Body) -> None:
        services.delete_draft(content_id=body.item.content_id, body_id=body.pk)


@admin.register(BodyFile)
class BodyFileAdmin(ReadOnlyAdmin):
    list_display = ("reference", "body", "blob")

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("body__item", "blob")
