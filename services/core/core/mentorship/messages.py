"""Messages between the mentor and the learner of a match."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.db.models import Max, QuerySet

from core.files.models import Upload
from core.files.selectors import UploadIncomplete, uploads_of
from core.kit import clock
from core.kit.errors import DomainError, NotFound
from core.mentorship.conversation_models import Message, MessageArtifact
from core.mentorship.conversation_notifications import MESSAGE_RECEIVED
from core.mentorship.models import Match
from core.mentorship.pairs import locked_match, locked_open_match, other_of, own_match
from core.notifications import services as notifications
from core.notifications.models import Notification
from core.users.models import User
from core.users.user_keys import TextCipher, text_cipher


class UnknownFile(DomainError):
    code = "unknown_file"
    detail = "A message shows files that its author uploaded, each once: one of these is none."


@dataclass(frozen=True)
class Content:
    """What the pair alone can read of a message."""

    text: str
    links: Sequence[str] = ()

    def to_json(self) -> str:
        return json.dumps({"text": self.text, "links": [*self.links]})


def read_content(message: Message, cipher: TextCipher | None = None) -> Content:
    """`cipher` is that of the learner, for those who read many. Raises TextUnreadable."""
    cipher = cipher or text_cipher(message.match.learner_id)
    return Content(**json.loads(cipher.decrypt(bytes(message.encrypted), place=message.place)))


# --- reading -------------------------------------------------------------------------------------
def messages_of(match: Match) -> QuerySet[Message]:
    """The newest first."""
    return Message.objects.filter(match=match).prefetch_related("artifacts__upload__blob")


def unread_messages(match: Match, reader: User) -> QuerySet[Message]:
    """Those of the other one of the pair."""
    is_mentor = reader.pk != match.learner_id
    return Message.objects.filter(match=match, from_mentor=not is_mentor, read_at=None)


def artifact_of(reader: User, match_id: UUID, artifact_id: UUID) -> Upload:
    """A file that a message of one's own match shows. Raises NotFound."""
    match = own_match(reader, match_id)
    rows = MessageArtifact.objects.filter(pk=artifact_id, message__match=match)
    found = rows.select_related("upload__blob").first()
    if found is None or found.upload.blob is None:  # its bytes are being uploaded again
        raise NotFound
    return found.upload


# --- writing -------------------------------------------------------------------------------------
def send_message(
    *, author: User, match_id: UUID, content: Content, files: Sequence[UUID] = ()
) -> Message:
    """Add a message, and notify its reader unless they have an unread notice of the match.

    Raises NotFound, MatchEnded, Blocked, UnknownFile, UploadIncomplete and Busy.
    """
    with locked_open_match(author, match_id) as match:
        uploads = _complete_uploads(author, files)
        message = Message(
            match=match,
            number=_last_number(match) + 1,
            author=author,
            from_mentor=author.pk == match.mentor_id,
            created_at=clock.now(),
        )
        cipher = text_cipher(match.learner_id)
        message.encrypted = cipher.encrypt(content.to_json(), place=message.place)
        message.save(force_insert=True)
        MessageArtifact.objects.bulk_create(
            MessageArtifact(message=message, upload=upload) for upload in uploads
        )
        _notify_reader(match, message)
    return message


def _complete_uploads(author: User, files: Sequence[UUID]) -> list[Upload]:
    """In the given order. Raises UnknownFile and UploadIncomplete."""
    found = {upload.pk: upload for upload in uploads_of(author.pk).filter(pk__in=files)}
    if len(found) != len(files):
        raise UnknownFile
    if any(upload.blob_id is None for upload in found.values()):
        raise UploadIncomplete
    return [found[key] for key in files]


def _last_number(match: Match) -> int:
    last = Message.objects.filter(match=match).aggregate(last=Max("number"))["last"]
    return int(last or 0)


def _notify_reader(match: Match, message: Message) -> None:
    reader_id = cast(int, other_of(match, cast(int, message.author_id)))
    if not _unread_notices(match, reader_id).exists():
        notifications.notify(
            user_id=reader_id,
            kind=MESSAGE_RECEIVED,
            subject=str(match.pk),
            version=message.number,
        )


def _unread_notices(match: Match, reader_id: int) -> QuerySet[Notification]:
    return Notification.objects.filter(
        user=reader_id, kind=MESSAGE_RECEIVED, subject=str(match.pk), read_at=None
    )


def mark_read(*, reader: User, match_id: UUID, up_to: int) -> int:
    """Mark the messages of the other one up to this number as read, and after the last one the
    notice of them; how many are unread now. Raises NotFound and Busy."""
    with locked_match(reader, match_id) as match:
        unread = unread_messages(match, reader)
        unread.filter(number__lte=up_to).update(read_at=clock.now())
        left = unread.count()
        if not left:
            notices = _unread_notices(match, reader.pk).values_list("pk", flat=True)
            notifications.mark_read(user=reader, ids=[*notices])
    return left
