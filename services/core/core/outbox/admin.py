"""The audit trail, and the records that wait to be sent."""

from collections.abc import Iterator

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Case, IntegerField, Model, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Cast, Substr
from django.http import HttpRequest
from unfold.decorators import display

from core.kit.admin import Link, ReadOnlyAdmin
from core.kit.versions import Versioned
from core.outbox.models import FactHistory, OutboxEvent, PublishedOffset
from core.outbox.publications import publication_of
from ongoza_contracts.topics import FACT_TYPES, TOPICS

USER_ACTOR = r"^user:[0-9]{1,9}$"


class TopicFilter(admin.SimpleListFilter):
    """Offers the declared topics: the table itself would have to be read for them."""

    title = parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(topic.name, topic.name) for topic in TOPICS if topic.producer == "core"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset.filter(topic=self.value()) if self.value() else queryset


class TypeFilter(admin.SimpleListFilter):
    title = parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(FACT_TYPES)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset.filter(type=self.value()) if self.value() else queryset


@admin.register(FactHistory)
class FactHistoryAdmin(ReadOnlyAdmin):
    list_display = ("time", "type", "key", "version", "shown_actor", "request_id")
    list_filter = (TopicFilter, TypeFilter)
    search_fields = ("=key", "=actor", "=request_id")
    search_help_text = "A key, an actor such as 'user:42', or a request id: exactly as recorded."
    readonly_fields = ("shown_actor",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[FactHistory]:
        """With the e-mail address of the actor, if that is a user."""
        is_user = When(actor__regex=USER_ACTOR, then=Cast(Substr("actor", 6), IntegerField()))
        users = get_user_model()._default_manager.filter(pk=OuterRef("actor_id"))
        rows: QuerySet[FactHistory] = super().get_queryset(request)
        rows = rows.annotate(actor_id=Case(is_user, default=None))
        return rows.annotate(actor_email=Subquery(users.values("email")[:1]))

    @display(description="By", ordering="actor", empty_value="Unknown")  # type: ignore[untyped-decorator]
    def shown_actor(self, fact: FactHistory) -> str | None:
        email: str | None = getattr(fact, "actor_email", None)
        return email or fact.actor

    def links_to_rows_of(self, obj: Model) -> Iterator[Link]:
        if isinstance(obj, Versioned) and obj.version:
            publication = publication_of(obj)
            key = publication.fact.key_of(*(getattr(obj, name) for name in publication.key_columns))
            yield Link("History", self.list_url(topic=publication.topic.name, key=key))
        if isinstance(obj, get_user_model()):
            yield Link("History: all of the user's", self.list_url(owner_id=obj.pk))
            yield Link("History: changes by the user", self.list_url(actor=f"user:{obj.pk}"))


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "key", "topic", "partition", "time")
    list_filter = (TopicFilter, TypeFilter)
    list_note = (
        "Records that wait to be sent to Kafka, which the relay deletes once the broker has them: "
        "an empty list is a good one."
    )
    search_fields = ("=key", "=event_id")
    ordering = ("id",)


@admin.register(PublishedOffset)
class PublishedOffsetAdmin(ReadOnlyAdmin):
    list_display = ("topic", "partition", "next_offset")
    list_filter = (TopicFilter,)
    list_note = "How many records of each partition the broker has acknowledged."
    search_fields = ("topic",)
    ordering = ("topic", "partition")
