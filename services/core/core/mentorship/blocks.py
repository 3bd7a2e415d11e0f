"""Blocks: a user wants no contact with another. Both may still read the messages and notes that
were written before; reflections are not shared between them any more."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core.coaching.reflections import end_sharing_with
from core.kit import clock
from core.kit.errors import Conflict, NotFound
from core.mentorship.conversation_models import Block
from core.mentorship.locks import locked_users
from core.users.models import User


class Blocked(Conflict):
    code = "blocked"
    detail = "One of you has blocked the other: no requests, sessions and messages are possible."


def is_blocked(one: int, other: int) -> bool:
    """Whether one of the two users has blocked the other. A caller who writes something that needs
    their contact holds the lock of both."""
    pairs = Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one)
    return Block.objects.filter(pairs).exists()


def blocked_with(user_id: int) -> QuerySet[Any]:
    """The ids of users who have blocked this one or whom this one has blocked, as a subquery."""
    blockers = Block.objects.filter(blocked=user_id).order_by().values("blocker")
    return blockers.union(Block.objects.filter(blocker=user_id).order_by().values("blocked"))


def blocks_of(user: User) -> QuerySet[Block]:
    """Those that the user made. Nobody lists who blocked them."""
    return Block.objects.filter(blocker=user)


def block(*, user: User, blocked_id: int) -> tuple[Block, bool]:
    """The user's block of another, and whether it is new. It ends the sharing of reflections.
    Raises NotFound for a user who is erased meanwhile, and Busy."""
    with locked_users(user.pk, blocked_id):
        end_sharing_with(user.pk, blocked_id)
        end_sharing_with(blocked_id, user.pk)
        return Block.objects.get_or_create(
            blocker=user, blocked_id=blocked_id, defaults={"created_at": clock.now()}
        )


def unblock(*, user: User, block_id: UUID) -> None:
    """Raises NotFound."""
    if not blocks_of(user).filter(pk=block_id).delete()[0]:
        raise NotFound
