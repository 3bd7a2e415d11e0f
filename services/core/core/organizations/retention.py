from datetime import timedelta

from core.kit.retention import RetentionRule, register
from core.organizations.invitations import OPEN, end_expired
from core.organizations.models import Invitation

register(
    RetentionRule(
        name="organizations.open_invitations",
        what="open invitations that have expired: they end, and are deleted later",
        rows=lambda: Invitation.objects.filter(status=OPEN),
        since="expires_at",
        age=timedelta(0),
        purge=end_expired,
    )
)
register(
    RetentionRule(
        name="organizations.ended_invitations",
        what="invitations that have ended: they hold addresses",
        rows=lambda: Invitation.objects.all(),
        since="ended_at",
        age=timedelta(days=30),
    )
)
