"""The browsers that show web push messages to a user."""

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http.request import validate_host

from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.outgoing import refuse_private
from core.kit.versions import get_for_update
from core.notifications.models import PushSubscription
from core.notifications.push_addresses import PushAddress, new_subscription
from core.users.models import User

MAX_SUBSCRIPTIONS = 20
LOOPBACK = "localhost", "127.0.0.1", "::1"


class PushOff(Conflict):
    code = "push_off"
    detail = "Web push is not set up on this server."


class UnknownPushService(DomainError):
    code = "unknown_push_service"
    detail = "Subscribe with a browser: this host is no push service that we know."


def add_subscription(*, user: User, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """Add a browser, or renew the keys of one. A browser that another user subscribed is this
    user's from now on; of too many the oldest are deleted. Raises PushOff, AddressRefused and
    UnknownPushService."""
    if not settings.VAPID_PRIVATE_KEY:
        raise PushOff
    refuse_private(endpoint)
    _refuse_unknown(endpoint)
    with transaction.atomic():
        get_for_update(User.objects.filter(pk=user.pk))
        row = new_subscription(user.pk, PushAddress(endpoint, p256dh, auth))
        PushSubscription.objects.filter(endpoint_hash=row.endpoint_hash).delete()
        added = _upsert(row)
        newest = PushSubscription.objects.filter(user=user).values_list("pk", flat=True)[
            :MAX_SUBSCRIPTIONS
        ]
        PushSubscription.objects.filter(user=user).exclude(pk__in=[*newest]).delete()
    return added


def _refuse_unknown(endpoint: str) -> None:
    """Hosts that anybody may name could each hold a worker for seconds."""
    allowed = [*settings.PUSH_HOSTS, *(LOOPBACK if settings.WEBHOOKS_TO_LOOPBACK else ())]
    if not validate_host(urlsplit(endpoint).hostname or "", allowed):
        raise UnknownPushService


def _upsert(subscription: PushSubscription) -> PushSubscription:
    """Replaces what another user adds for the same browser at this moment."""
    PushSubscription.objects.bulk_create(
        [subscription],
        update_conflicts=True,
        unique_fields=("endpoint_hash",),
        update_fields=("user", "encrypted", "created_at"),
    )
    return PushSubscription.objects.get(endpoint_hash=subscription.endpoint_hash)


@transaction.atomic
def delete_subscription(*, user: User, subscription_id: UUID) -> None:
    """Raises NotFound, for the subscription of somebody else as well."""
    deleted, _ = PushSubscription.objects.filter(pk=subscription_id, user=user).delete()
    if not deleted:
        raise NotFound
