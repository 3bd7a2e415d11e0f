from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from core.kit.admin import ReadOnlyAdmin
from core.kit.errors import DomainError
from core.webhooks import services
from core.webhooks.models import Delivery, Subscription


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("organization", "url", "active", "failing_since", "switched_off_at")
    list_filter = ("active",)
    list_select_related = ("organization",)
    search_fields = ("organization__name", "url", "description")
    exclude = ("encrypted_secret", "encrypted_previous_secret")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "subscription", "type", "key", "state", "attempts", "last_error")
    list_filter = ("state", "type")
    list_select_related = ("subscription",)
    search_fields = ("=key", "=event_id", "=subscription__id")
    search_help_text = "A key, the id of a fact, or the id of a subscription: exactly as recorded."
    show_full_result_count = False
    actions = ("retry",)

    @admin.action(description="Retry: send failed ones again, with all attempts")
    def retry(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        for delivery in queryset:
            try:
                services.retry(delivery.pk)
            except DomainError as refusal:
                self.message_user(request, f"{delivery}: {refusal.detail}", messages.ERROR)
