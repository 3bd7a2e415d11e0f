"""The text of notifications, in the reader's language where there is a template in it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.template.loader import select_template

from core.notifications.models import Notification
from core.notifications.registry import kind_named
from core.users.models import Preferences

DEFAULT_LOCALE = Preferences.Locale.ENGLISH.value


class Text(NamedTuple):
    title: str
    text: str


def locale_of(user_id: int) -> str:
    found = Preferences.objects.filter(user_id=user_id).values_list("locale", flat=True).first()
    return found or DEFAULT_LOCALE


def render(notifications: Sequence[Notification], locale: str) -> list[Text]:
    """One for each, in the same order: one query for each kind among them."""
    contexts = _contexts(notifications)
    return [_render(one, contexts[one.kind].get(one.subject, {}), locale) for one in notifications]


def _contexts(
    notifications: Sequence[Notification],
) -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    subjects: defaultdict[str, set[str]] = defaultdict(set)
    for one in notifications:
        subjects[one.kind].add(one.subject)
    return {kind: kind_named(kind).contexts(found) for kind, found in subjects.items()}


def _render(notification: Notification, context: Mapping[str, object], locale: str) -> Text:
    """The first line of the template is the title."""
    name = kind_named(notification.kind).template
    template = select_template([f"{name}.{locale}.txt", f"{name}.txt"])
    title, _, text = template.render(dict(context)).strip().partition("\n")
    return Text(title, text.strip())
