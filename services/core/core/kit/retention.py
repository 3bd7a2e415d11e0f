"""How long rows are stored. An app declares its rules in a module `retention`.

One job carries out all of them (`core.jobs`), and `docs/retention.md` lists them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.utils import timezone

BATCH = 1000
Rows = QuerySet[Any]


def lock_rows(rows: Rows) -> Rows:
    """The rows, locked one after the other in the order of their keys: UPDATE and DELETE alone lock
    in any order, so that two transactions would wait for each other."""
    in_order = rows.order_by("pk").select_for_update()
    keys = [*in_order.values_list("pk", flat=True)]
    found: Rows = rows.model._default_manager.filter(pk__in=keys)
    return found


def delete_rows(rows: Rows) -> None:
    lock_rows(rows).delete()


@dataclass(frozen=True, kw_only=True)
class RetentionRule:
    """Rows whose column `since` is older than `age` are purged."""

    name: str
    """`<app>.<kind of row>`; the key of the setting RETENTION_DAYS that replaces `age`."""
    what: str
    """The rows in words, as docs/retention.md says it."""
    rows: Callable[[], Rows]
    since: str
    age: timedelta
    purge: Callable[[Rows], object] = delete_rows
    """Deletes or ends the rows; locks them in the order of their keys."""

    @property
    def present_age(self) -> timedelta:
        days = settings.RETENTION_DAYS.get(self.name)
        return self.age if days is None else timedelta(days=days)

    def due(self, now: datetime) -> Rows:
        return self.rows().filter(**{f"{self.since}__lte": now - self.present_age})

    def oldest(self, now: datetime) -> Rows:
        """The rows of the next batch; an index on `since` finds them without sorting the table."""
        return self.due(now).order_by(self.since, "pk")[:BATCH]

    def carry_out(self) -> bool:
        """Purge the oldest rows; whether there may be more."""
        now = timezone.now()
        keys = [*self.oldest(now).values_list("pk", flat=True)]
        if keys:
            self.purge(self.due(now).filter(pk__in=keys).order_by("pk"))
        return len(keys) == BATCH


_RULES: dict[str, RetentionRule] = {}


def register(rule: RetentionRule) -> RetentionRule:
    if rule.name in _RULES:
        raise ValueError(f"two retention rules are called {rule.name}")
    _RULES[rule.name] = rule
    return rule


def rules() -> Mapping[str, RetentionRule]:
    return _RULES


def check_setting(days: Mapping[str, Any]) -> None:
    """Raises ImproperlyConfigured for an unknown rule, and for what is no whole number of days."""
    for name, value in days.items():
        if name not in _RULES or type(value) is not int or value < 0:
            raise ImproperlyConfigured(f"RETENTION_DAYS: {name}: {value!r}")
