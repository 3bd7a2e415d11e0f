from uuid import UUID

from django.db.models import QuerySet

from core.access.selectors import reach_organizations
from core.kit.errors import NotFound
from core.organizations.models import Organization
from core.users.models import User
from core.webhooks.models import Subscription
from ongoza_contracts.access import Permission


def manageable_subscriptions(caller: User) -> QuerySet[Subscription]:
    reached = reach_organizations(caller, Permission.WEBHOOK_MANAGE)
    return Subscription.objects.filter(organization__in=Organization.objects.filter(reached))


def manageable_subscription(caller: User, subscription_id: UUID) -> Subscription:
    """Raises NotFound alike for one that does not exist and one of another organization."""
    subscription = manageable_subscriptions(caller).filter(pk=subscription_id).first()
    if subscription is None:
        raise NotFound
    return subscription
