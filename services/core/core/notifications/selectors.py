"""Reads of a user's own notifications."""

from django.db.models import QuerySet

from core.notifications.models import Channel, Notification, PushSubscription
from core.notifications.preferences import channels_by_kind
from core.users.models import User


def visible_notifications(user: User) -> QuerySet[Notification]:
    """Notifications of the kinds that the user wants to see in the app."""
    channels = channels_by_kind(user)
    shown = [kind for kind, choice in channels.items() if Channel.IN_APP in choice]
    return Notification.objects.filter(user=user, kind__in=shown)


def unread(user: User) -> QuerySet[Notification]:
    return visible_notifications(user).filter(read_at=None)


def push_subscriptions(user: User) -> QuerySet[PushSubscription]:
    return PushSubscription.objects.filter(user=user)
