"""Notes that the mentor and the learner of a match share, about the match or one session of it."""

from uuid import UUID

from django.db.models import QuerySet

from core.kit import clock
from core.kit.errors import DomainError, NotFound
from core.kit.limits import lock_parent
from core.mentorship.conversation_models import Note
from core.mentorship.models import Session
from core.mentorship.pairs import locked_open_match, own_match
from core.users.models import User
from core.users.user_keys import TextCipher, text_cipher


class UnknownSession(DomainError):
    code = "unknown_session"
    detail = "session is no session of this match."


def notes_of(reader: User, match_id: UUID) -> QuerySet[Note]:
    """The newest first. Raises NotFound for a match of others."""
    return Note.objects.filter(match=own_match(reader, match_id))


def write_note(*, author: User, match_id: UUID, text: str, session_id: UUID | None = None) -> Note:
    """Raises NotFound, MatchEnded, Blocked, UnknownSession and Busy."""
    with locked_open_match(author, match_id) as match:
        if session_id and not Session.objects.filter(match=match, pk=session_id).exists():
            raise UnknownSession
        note = Note(
            match=match,
            session_id=session_id,
            author=author,
            from_mentor=author.pk == match.mentor_id,
            created_at=clock.now(),
            changed_at=clock.now(),
        )
        note.encrypted = text_cipher(match.learner_id).encrypt(text, place=note.place)
        note.save(force_insert=True)
    return note


def change_note(*, author: User, note_id: UUID, text: str) -> Note:
    """Raises NotFound for a note of somebody else too, MatchEnded, Blocked and Busy."""
    rows = Note.objects.filter(author=author, pk=note_id)
    match_id = rows.values_list("match_id", flat=True).first()
    if match_id is None:
        raise NotFound
    with locked_open_match(author, match_id) as match, lock_parent(rows) as note:
        note.encrypted = text_cipher(match.learner_id).encrypt(text, place=note.place)
        note.changed_at = clock.now()
        note.save(update_fields=["encrypted", "changed_at"])
    return note


def delete_note(*, author: User, note_id: UUID) -> None:
    """Raises NotFound for a note of somebody else too."""
    if not Note.objects.filter(author=author, pk=note_id).delete()[0]:
        raise NotFound


def read_note(note: Note, cipher: TextCipher | None = None) -> str:
    """`cipher` is that of the learner, for those who read many. Raises TextUnreadable."""
    cipher = cipher or text_cipher(note.match.learner_id)
    return cipher.decrypt(bytes(note.encrypted), place=note.place)
