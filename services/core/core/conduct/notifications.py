"""Kinds of notification about reports. No text names a person or says what was reported."""

from core.notifications.models import Channel
from core.notifications.registry import declare

REPORTED = "conduct.reported"
DECIDED = "conduct.decided"

declare(REPORTED, Channel.MAIL)
declare(DECIDED, Channel.MAIL)
