"""Calendar events in the admin, entered and changed through the services."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from core.calendars import services
from core.calendars.models import CalendarEvent, FeedToken
from core.kit.admin import ModelAdmin, ReadOnlyAdmin
from core.kit.admin_actions import service_action
from core.users.models import User
from core.users.preference_serializers import time_zones

CHANGEABLE = ("title", "description", "location", "starts_at", "ends_at", "time_zone")


class CalendarEventForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        help_texts = {"starts_at": "In UTC.", "ends_at": "In UTC."}

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if name not in time_zones():
            raise forms.ValidationError("There is no such time zone.")
        return name


@admin.register(CalendarEvent)
class CalendarEventAdmin(ModelAdmin):
    form = CalendarEventForm
    list_display = ("title", "organization", "starts_at", "time_zone", "state")
    list_filter = ("state",)
    search_fields = ("title",)
    fields = ("organization", *CHANGEABLE)
    actions = actions_detail = ("cancel",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organization", "state", "sequence") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.fields, "state", "sequence") if obj else self.fields

    def save_model(
        self, request: HttpRequest, obj: CalendarEvent, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        user = cast(User, request.user)
        values = {name: form.cleaned_data[name] for name in CHANGEABLE}
        if change:
            services.update_event(changed_by=user, event_id=obj.pk, **values)
        else:
            organization_id = form.cleaned_data["organization"].pk
            obj.pk = services.add_event(added_by=user, organization_id=organization_id, **values).pk
        obj.refresh_from_db()

    @service_action(
        "Cancel the event",
        explanation="Feeds show it as cancelled for 30 days. It does not come back.",
    )
    def cancel(self, request: HttpRequest, event: CalendarEvent) -> None:
        services.cancel_event(cancelled_by=cast(User, request.user), event_id=event.pk)


@admin.register(FeedToken)
class FeedTokenAdmin(ReadOnlyAdmin):
    list_display = ("user", "created_at", "used_at")
    hidden = ("hash",)
    actions = actions_detail = ("revoke",)

    @service_action(
        "Revoke the token", explanation="The address of the user's calendar feed stops working."
    )
    def revoke(self, request: HttpRequest, token: FeedToken) -> None:
        services.revoke_token(user_id=token.user_id)
