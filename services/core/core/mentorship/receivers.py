"""Keeps reflections from mentors with whom there is a block."""

from typing import Any

from django.dispatch import receiver

from core.coaching.models import Reflection
from core.coaching.signals import shared_with_mentors
from core.mentorship.blocks import blocked_with


@receiver(shared_with_mentors)
def leave_out_blocked(*, reflection: Reflection, **_: Any) -> None:
    reflection.shares.filter(mentor__in=blocked_with(reflection.user_id)).delete()
