"""By which channels a user gets which kinds of notification."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from django.db import transaction

from core.kit.versions import get_for_update
from core.notifications.models import Channel, NotificationPreferences
from core.notifications.registry import NotificationKind, notification_kinds
from core.users.models import User


class KindChannels(TypedDict):
    kind: str
    channels: Sequence[str]


def notification_preferences_of(user: User) -> NotificationPreferences:
    """The defaults for a user who never changed any."""
    found = NotificationPreferences.objects.filter(user=user).first()
    return found or NotificationPreferences(user=user)


def channels_by_kind(user: User) -> Mapping[str, frozenset[str]]:
    choice = notification_preferences_of(user).channels
    return {name: _channels(kind, choice) for name, kind in notification_kinds().items()}


def channels_of(user: User, kind: NotificationKind) -> frozenset[str]:
    return _channels(kind, notification_preferences_of(user).channels)


def _channels(kind: NotificationKind, choice: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """An urgent kind keeps its own channels, whatever was stored before it became urgent."""
    channels = frozenset(choice.get(kind.name, kind.channels))
    return channels | kind.channels if kind.urgent else channels


@transaction.atomic
def replace_preferences(
    *, user: User, weekly_digest: bool, kinds: Sequence[KindChannels]
) -> NotificationPreferences:
    """Kinds that are not named get their default channels."""
    get_for_update(User.objects.filter(pk=user.pk))
    preferences = notification_preferences_of(user)
    preferences.weekly_digest = weekly_digest
    preferences.channels = {one["kind"]: _sorted(one["channels"]) for one in kinds}
    preferences.save()
    return preferences


def _sorted(channels: Sequence[str]) -> list[str]:
    return [name for name in Channel.values if name in channels]
