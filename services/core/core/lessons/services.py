"""Everything that changes bodies."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Max

from core.files.models import Blob, Upload
from core.files.uploads import get_or_create_blob, release_blobs
from core.kit import clock
from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.etags import IfMatch
from core.kit.limits import lock_parent
from core.kit.transitions import StateMachine, Transition
from core.lessons.markup import check
from core.lessons.models import Body, BodyFile, BodyState
from core.programs.models import ContentItem
from core.programs.services import Retired
from core.users.models import User
from ongoza_contracts.vocabulary import ContentType

BODY_STATES = StateMachine(
    "body",
    (
        Transition(BodyState.DRAFT, "publish", None, BodyState.PUBLISHED),
        Transition(BodyState.PUBLISHED, "supersede", None, BodyState.SUPERSEDED),
    ),
)


class NoBody(DomainError):
    code = "no_body"
    detail = "Courses and modules have bodies; a mission has its description."


class DraftExists(Conflict):
    code = "draft_exists"


class NotADraft(Conflict):
    code = "not_a_draft"
    detail = "A published body does not change: write another draft."


class UnknownFile(DomainError):
    code = "unknown_file"


def write_draft(*, author: User, content_id: str, language: str, markdown: str) -> Body:
    """A new draft of an item's body. Its files are complete uploads of the author, or files that
    another body of the item has.

    Raises NotFound, Retired, NoBody, DraftExists, InvalidMarkdown, UnknownFile and Busy.
    """
    references = check(markdown)
    with lock_parent(ContentItem.objects.filter(content_id=content_id)) as item:
        if draft := _newest(item, language, BodyState.DRAFT):
            raise DraftExists(f"Publish, change or delete the draft {draft.pk} first.")
        body = _add(item, language, markdown)
        _set_files(body, references, _uploads_of(author, references))
        return body


def import_text(
    *, content_id: str, language: str, markdown: str, files: Mapping[UUID, Blob]
) -> tuple[Body, bool]:
    """The draft of an item's body with this text, new or changed; or the body that has the text
    already. Returns it, and whether it changed. `files` are the blobs, not saved yet, of what the
    text refers to.

    Raises NotFound, Retired, NoBody, InvalidMarkdown, UnknownFile and Busy.
    """
    references = check(markdown)
    with lock_parent(ContentItem.objects.filter(content_id=content_id)) as item:
        draft = _newest(item, language, BodyState.DRAFT)
        present = draft or _newest(item, language, BodyState.PUBLISHED)
        if present and present.markdown == markdown:
            return present, False
        if draft:
            draft.markdown, draft.changed_at = markdown, clock.now()
            draft.save()
        body = draft or _add(item, language, markdown)
        stored = {reference: get_or_create_blob(blob).pk for reference, blob in files.items()}
        _set_files(body, references, stored)
        return body, True


def change_draft(
    *, author: User, content_id: str, body_id: UUID, markdown: str, if_match: IfMatch | None = None
) -> Body:
    """Raises NotFound, PreconditionFailed, NotADraft, InvalidMarkdown, UnknownFile and Busy."""
    references = check(markdown)
    with lock_parent(ContentItem.objects.filter(content_id=content_id)) as item:
        body = _draft(item, body_id, if_match)
        body.markdown, body.changed_at = markdown, clock.now()
        body.save()
        _set_files(body, references, _uploads_of(author, references))
        return body


def delete_draft(*, content_id: str, body_id: UUID, if_match: IfMatch | None = None) -> None:
    """Raises NotFound, PreconditionFailed, NotADraft and Busy."""
    with lock_parent(ContentItem.objects.filter(content_id=content_id)) as item:
        body = _draft(item, body_id, if_match)
        blobs = {*body.files.values_list("blob_id", flat=True)}
        body.delete()
        release_blobs(blobs)


def publish_body(*, content_id: str, body_id: UUID, if_match: IfMatch | None = None) -> Body:
    """Let learners read a draft in place of the published body of its language.

    Raises NotFound, PreconditionFailed, IllegalTransition and Busy.
    """
    with lock_parent(ContentItem.objects.filter(content_id=content_id)) as item:
        body = _body(item, body_id, if_match)
        BODY_STATES.move(body, "publish")
        former = _newest(item, body.language, BodyState.PUBLISHED)
        if former:
            BODY_STATES.move(former, "supersede")
            former.save()
        body.published_at = clock.now()
        body.save()
        return body


def _draft(item: ContentItem, body_id: UUID, if_match: IfMatch | None) -> Body:
    """Raises NotFound, PreconditionFailed and NotADraft."""
    body = _body(item, body_id, if_match)
    if body.state != BodyState.DRAFT:
        raise NotADraft
    return body


def _body(item: ContentItem, body_id: UUID, if_match: IfMatch | None) -> Body:
    """Raises NotFound and PreconditionFailed. The caller holds the lock of the item."""
    body = Body.objects.select_related("item").filter(item=item, pk=body_id).first()
    if body is None:
        raise NotFound
    if if_match:
        if_match.require(body)
    return body


def _newest(item: ContentItem, language: str, state: BodyState) -> Body | None:
    """There is at most one draft and one published body."""
    return Body.objects.filter(item=item, language=language, state=state).first()


def _add(item: ContentItem, language: str, markdown: str) -> Body:
    """Raises Retired and NoBody."""
    if item.retired:
        raise Retired
    if item.content_type == ContentType.MISSION:
        raise NoBody
    present = Body.objects.filter(item=item, language=language)
    number = (present.aggregate(last=Max("number"))["last"] or 0) + 1
    return Body.objects.create(item=item, language=language, number=number, markdown=markdown)


def _set_files(body: Body, references: set[UUID], new: Mapping[UUID, str]) -> None:
    """Let the body have these files: its own, those of the item's other bodies, and new ones, by
    the key of their blob. Raises UnknownFile."""
    present = dict(body.files.values_list("reference", "blob_id"))
    others = BodyFile.objects.filter(body__item=body.item, reference__in=references)
    known = {**new, **dict(others.values_list("reference", "blob_id"))}
    if missing := sorted(map(str, references - known.keys())):
        raise UnknownFile(f"You have no complete file {missing[0]}.")
    removed = present.keys() - references
    body.files.filter(reference__in=removed).delete()
    release_blobs({present[one] for one in removed})
    BodyFile.objects.bulk_create(
        BodyFile(body=body, reference=reference, blob_id=known[reference])
        for reference in references - present.keys()
    )


def _uploads_of(author: User, references: set[UUID]) -> Mapping[UUID, str]:
    """By their id, the blobs of those that the author uploaded completely."""
    own = Upload.objects.filter(owner=author, pk__in=references).exclude(blob=None)
    return dict(own.values_list("pk", "blob__pk"))
