"""Kinds of notification about profiling."""

from core.notifications.models import Channel
from core.notifications.registry import declare

RESULT_READY = "profiling.result_ready"

declare(RESULT_READY, Channel.MAIL, Channel.PUSH)
