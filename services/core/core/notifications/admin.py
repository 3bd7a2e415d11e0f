from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.kit.admin import ReadOnlyAdmin
from core.notifications.models import Delivery, Notification
from core.notifications.registry import notification_kinds


class KindFilter(admin.SimpleListFilter):
    title = parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(notification_kinds())]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Notification]
    ) -> QuerySet[Notification]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "user", "subject", "version", "created_at", "read_at")
    list_filter = (KindFilter, ("read_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("=id", "=user__id", "=subject")
    search_help_text = "An id, the id of a user or of a subject: exactly as recorded."
    show_full_result_count = False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        *("id", "notification", "channel", "state", "refusals", "created_at", "ended_at"),
    )
    list_filter = ("channel", "state", "created_at")
    search_fields = ("=id", "=notification__id", "=notification__user__id")
    search_help_text = "An id, or the id of a notification or of a user."
    show_full_result_count = False
