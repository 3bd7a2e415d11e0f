"""The catalogue in Django's admin: changes go through the services, so they are published."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.kit.admin import RefusalsAsMessages
from core.programs import services
from core.programs.models import ContentItem, Program
from core.programs.serializers import PublishContentRequest, UpdateContentRequest

FIXED = ("content_id", "content_type", "program", "course")
CHANGEABLE = ("title", "description", "track", "level", "skills", "duration_minutes")


@admin.register(Program)
class ProgramAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("id", "slug", "title", "track")
    search_fields = ("title",)


class ContentForm(forms.ModelForm):  # type: ignore[type-arg]
    """By the rules of the API; what only the service can know, it refuses itself."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            cleaned["skills"] = [] if cleaned["skills"] is None else cleaned["skills"]
            for name, errors in self._checked(cleaned).errors.items():
                self.add_error(name, _sentences(errors))
        return cleaned

    def _checked(self, cleaned: dict[str, Any]) -> UpdateContentRequest:
        body = {name: cleaned[name] for name in CHANGEABLE}
        request = UpdateContentRequest(data=body)
        if self.instance.pk is None:
            body |= {name: cleaned[name] for name in ("content_id", "content_type")}
            request = PublishContentRequest(data={**body, "program": cleaned["program"].slug})
        request.is_valid()
        return request


def _sentences(errors: Any) -> list[str]:
    """DRF groups the errors of a list's items by index."""
    groups = errors.values() if isinstance(errors, dict) else [errors]
    return [str(error) for group in groups for error in group]


@admin.register(ContentItem)
class ContentItemAdmin(RefusalsAsMessages):
    form = ContentForm
    fields = (*FIXED, *CHANGEABLE, "prerequisites", "retired", "version")
    readonly_fields = ("retired", "version")
    list_display = ("content_id", "title", "track", "level", "retired")
    list_filter = ("content_type", "track", "level", "retired")
    search_fields = ("content_id", "title")
    filter_horizontal = ("prerequisites",)
    actions = ("retire",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, *FIXED) if obj else self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        retired = obj is not None and obj.retired
        return super().has_change_permission(request, obj) and not retired

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # items are retired: histories refer to them

    def save_model(
        self, request: HttpRequest, obj: ContentItem, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        state = {name: form.cleaned_data[name] for name in CHANGEABLE}
        state["prerequisites"] = [item.content_id for item in form.cleaned_data["prerequisites"]]
        if not change:
            course = form.cleaned_data["course"]
            state |= {name: form.cleaned_data[name] for name in FIXED[:3]}
            state["course"] = course.content_id if course else None
            obj.pk = services.publish_content(**state).pk
        else:
            services.update_content(content_id=obj.content_id, **state)
        obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service has set the prerequisites already."""

    @admin.action(description="Retire: offer no more")
    def retire(self, request: HttpRequest, queryset: QuerySet[ContentItem]) -> None:
        for content_id in queryset.values_list("content_id", flat=True):
            services.retire_content(content_id=content_id)
