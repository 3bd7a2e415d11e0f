"""The report of an erasure: rows that remain, and rows that were erased."""

from dataclasses import dataclass

from django.apps import apps
from django.db.models import ForeignKey, Model

from core.erasure.models import ErasureReceipt
from core.files.services import remaining_files
from core.outbox.history import remaining_history
from core.outbox.models import DeletedEntityKey, OutboxEvent
from core.users.models import User
from ongoza_contracts.topics import TOPICS
from ongoza_contracts.users import UserErased


@dataclass(frozen=True)
class Report:
    receipts: list[ErasureReceipt]
    remaining: dict[str, int]
    """Rows that are still there, by place; only places that have some."""


def report(user_id: int) -> Report:
    """Every table that refers to users is counted, so a new one cannot be overlooked."""
    found = {"users.User": User.objects.filter(pk=user_id).count()}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model is User:
                place = f"{model._meta.label}.{field.name}"
                found[place] = _count(model, **{field.attname: user_id})
    found["outbox"] = _waiting_facts(user_id)
    found["fact_history"] = remaining_history(user_id)
    found["stored files"] = remaining_files(user_id)
    found["deleted entity keys"] = _count(DeletedEntityKey, user_id=user_id)
    return Report(
        receipts=list(ErasureReceipt.objects.filter(user_id=user_id).order_by("place")),
        remaining={place: count for place, count in found.items() if count},
    )


def _waiting_facts(user_id: int) -> int:
    """A partition key is a user's id on the topics that users own, and only there."""
    topics = [topic.name for topic in TOPICS if topic.owned]
    owned = OutboxEvent.objects.filter(topic__in=topics, partition_key=str(user_id))
    return owned.filter(payload__isnull=False).exclude(type=UserErased.type).count()


def _count(model: type[Model], **where: int) -> int:
    return model._default_manager.filter(**where).count()
