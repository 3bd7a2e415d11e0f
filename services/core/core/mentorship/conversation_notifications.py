"""Kinds of notification about conversations. No text has anything that was written in one."""

from core.notifications.models import Channel
from core.notifications.registry import declare

MESSAGE_RECEIVED = "mentorship.message_received"
FLAG_RAISED = "mentorship.flag_raised"
WORK_OVERDUE = "mentorship.work_overdue"
GROUP_CANCELLED = "mentorship.group_cancelled"

declare(MESSAGE_RECEIVED, Channel.PUSH)
declare(FLAG_RAISED, Channel.MAIL)
declare(WORK_OVERDUE)
declare(GROUP_CANCELLED, Channel.MAIL, Channel.PUSH)
