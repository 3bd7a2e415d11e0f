"""The demo's learners, signed in without their passwords."""

from typing import TypeAlias, cast

import django

from ongoza_contracts.vocabulary import ProgressStatus, Role
from scripts.stack.child import run_child
from scripts.stack.served import wait_until_served
from scripts.stack.stack import Stack

Learner: TypeAlias = tuple[int, str, list[str]]
"""The id, a token, and items on which progress can be reported again and again."""


def sign_in(stack: Stack, items: int = 0) -> list[Learner]:
    """Every learner, with up to `items` items. Waits until their lists are computed."""
    if not wait_until_served(stack):
        raise RuntimeError("what was seeded is not served in time")
    return cast(list[Learner], run_child(stack, sign_in_here, items))


def sign_in_here(items: int) -> list[Learner]:
    """Like `sign_in`, in a process with the environment of the stack."""
    django.setup()
    from core.programs.models import ContentItem
    from core.users.models import User
    from core.users.tokens import issue

    def open_items(user: User) -> list[str]:
        completed = user.progress.filter(status=ProgressStatus.COMPLETED).values("content")
        found = ContentItem.objects.filter(retired=False).exclude(content_id__in=completed)
        return list(found.values_list("content_id", flat=True)[:items])

    return [
        (user.id, issue(user, user.sign_ins.create()).access, open_items(user))
        for user in User.objects.filter(role=Role.LEARNER, is_active=True).order_by("id")
    ]
