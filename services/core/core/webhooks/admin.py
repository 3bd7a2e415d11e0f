from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.kit.admin import ReadOnlyAdmin
from core.kit.admin_actions import service_action
from core.webhooks import services
from core.webhooks.facts import TYPES
from core.webhooks.models import PING, Delivery, Subscription


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("organization", "url", "active", "failing_since", "switched_off_at")
    list_filter = ("active",)
    search_fields = ("url", "description")


class TypeFilter(admin.SimpleListFilter):
    """Offers the types that there can be: the table itself would have to be read for them."""

    title = parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted([*TYPES, PING])]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        return queryset.filter(type=self.value()) if self.value() else queryset


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "subscription", "type", "key", "state", "attempts", "last_error")
    list_filter = ("state", TypeFilter)
    search_fields = ("=key", "=event_id")
    search_help_text = "A key or the id of a fact as recorded, or what finds the subscription."
    show_full_result_count = False
    actions = actions_detail = ("retry",)

    @service_action(
        "Retry: send it again, with all attempts",
        explanation="A delivery that was given up is due now and has all its attempts again.",
    )
    def retry(self, request: HttpRequest, delivery: Delivery) -> None:
        services.retry(delivery.pk)
