"""Reflections: private texts, encrypted with a key of their author's. Nothing is published."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from core.coaching.models import Reflection, ReflectionShare
from core.coaching.selectors import consents_to_mentors, mentorships_of
from core.coaching.signals import shared_with_mentors
from core.kit import clock
from core.kit.errors import Conflict, NotFound
from core.kit.versions import get_for_update
from core.users.models import User
from core.users.user_keys import TextCipher, text_cipher


class ConsentMissing(Conflict):
    code = "consent_missing"
    detail = "Consent first: POST users/me/consents/ with kind mentor_reads_reflections."


@transaction.atomic
def write_reflection(
    *, user: User, text: str, mood: str | None = None, tags: Iterable[str] = ()
) -> Reflection:
    """A new reflection of the user's, which nobody else reads."""
    reflection = Reflection(user=user, mood=mood, tags=[*tags], created_at=clock.now())
    _encrypt(reflection, text)
    reflection.save()
    return reflection


@transaction.atomic
def change_reflection(
    *,
    user: User,
    reflection_id: UUID,
    text: str | None = None,
    shared: bool | None = None,
    **changes: Any,
) -> Reflection:
    """Change one's own reflection, share it with the mentors one has now, or end that.

    Raises NotFound, and ConsentMissing where the user does not consent to mentors who read
    reflections.
    """
    if shared:
        get_for_update(User.objects.filter(pk=user.pk))  # as a withdrawal of the consent
    rows = Reflection.objects.filter(user=user, pk=reflection_id)
    reflection = rows.select_for_update(no_key=True).first()
    if reflection is None:
        raise NotFound
    if text is not None:
        _encrypt(reflection, text)
    for name, value in changes.items():
        setattr(reflection, name, value)
    if shared is not None and shared != (reflection.shared_at is not None):
        _share(reflection, shared=shared)
    reflection.updated_at = clock.now()
    reflection.save()
    return reflection


def end_sharing(user_id: int) -> None:
    """Share none of the user's reflections any more."""
    ReflectionShare.objects.filter(reflection__user=user_id).delete()
    Reflection.objects.filter(user=user_id).update(shared_at=None)


def end_sharing_with(user_id: int, mentor_id: int) -> None:
    """Share none of the user's reflections with this mentor any more. The caller holds the user's
    lock."""
    rows = Reflection.objects.filter(user=user_id, shared_at__isnull=False)
    ReflectionShare.objects.filter(reflection__in=rows, mentor=mentor_id).delete()
    rows.filter(shares=None).update(shared_at=None)


@transaction.atomic
def delete_reflection(*, user: User, reflection_id: UUID) -> None:
    """Raises NotFound."""
    deleted, _ = Reflection.objects.filter(user=user, pk=reflection_id).delete()
    if not deleted:
        raise NotFound


def decrypt(
    reflections: Iterable[Reflection], cipher: TextCipher | None = None
) -> list[Reflection]:
    """The same reflections, all of one author, with their `text`. `cipher` is that of the author,
    for those who read them one by one. Raises TextUnreadable."""
    rows = [*reflections]
    for row in rows:
        cipher = cipher or text_cipher(row.user_id)
        row.text = cipher.decrypt(bytes(row.encrypted), place=_place(row))
    return rows


def _encrypt(reflection: Reflection, text: str) -> None:
    cipher = text_cipher(reflection.user_id)
    reflection.encrypted = cipher.encrypt(text, place=_place(reflection))


def _place(reflection: Reflection) -> str:
    return f"reflection:{reflection.pk}:text"


def _share(reflection: Reflection, *, shared: bool) -> None:
    """Raises ConsentMissing."""
    reflection.shares.all().delete()
    if shared:
        if not consents_to_mentors(reflection.user_id).exists():
            raise ConsentMissing
        mentors = mentorships_of(reflection.user_id).values_list("user_id", flat=True)
        for mentor_id in sorted({*mentors}):
            reflection.shares.create(mentor_id=mentor_id)
        shared_with_mentors.send(Reflection, reflection=reflection)
    reflection.shared_at = clock.now() if shared else None
