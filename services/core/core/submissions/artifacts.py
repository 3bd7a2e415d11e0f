"""Everything that changes what a draft consists of."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db.models import Sum

from core.files.selectors import complete_upload
from core.files.uploads import release_blobs
from core.kit import clock
from core.kit.errors import Conflict, NotFound
from core.kit.etags import IfMatch
from core.kit.limits import lock_parent, require_below_limit
from core.kit.versions import get_for_update
from core.submissions.models import Artifact, ArtifactKind, Submission
from core.submissions.similarity import fingerprints
from core.users.models import User
from ongoza_contracts.submissions import ARTIFACTS_MAX, SubmissionState

BYTES_MAX = 200 * 10**6
"""Of one attempt, which holds its files even where its learner deletes the uploads."""


class NotADraft(Conflict):
    code = "not_a_draft"
    detail = "What was handed in does not change."


class TooManyArtifacts(Conflict):
    code = "too_many_artifacts"
    detail = f"An attempt has at most {ARTIFACTS_MAX} artifacts."


class SubmissionTooLarge(Conflict):
    code = "submission_too_large"


class NotAText(Conflict):
    code = "not_a_text"
    detail = "Only texts change: delete the artifact, and add another one."


def add_artifact(
    *,
    user: User,
    submission_id: UUID,
    kind: str,
    name: str = "",
    text: str = "",
    url: str = "",
    file: UUID | None = None,
) -> Artifact:
    """Add a text, a URL, or the file of a complete upload of the user's, which keeps its name.

    Raises NotFound, UploadIncomplete, NotADraft, TooManyArtifacts, SubmissionTooLarge and Busy.
    """
    with _own_draft(user, submission_id) as draft:
        require_below_limit(draft.artifact_set.all(), ARTIFACTS_MAX, TooManyArtifacts)
        new = Artifact(submission=draft, kind=kind, name=name)
        if file is not None:
            upload = complete_upload(user.pk, file)
            new.name, new.blob = upload.name, upload.content
            new.size, new.sha256 = upload.size, upload.sha256
        else:
            _set_text(new, text, url)
        new.save(force_insert=True)
        _require_size(draft)
        return new


def change_text(
    *,
    user: User,
    submission_id: UUID,
    artifact_id: UUID,
    name: str | None = None,
    text: str | None = None,
    if_match: IfMatch | None = None,
) -> Artifact:
    """Change text or name. Raises NotFound, PreconditionFailed, NotADraft, NotAText,
    SubmissionTooLarge and Busy."""
    with _own_draft(user, submission_id) as draft:
        artifact = _artifact(draft, artifact_id, if_match)
        if artifact.kind != ArtifactKind.TEXT:
            raise NotAText
        artifact.name = artifact.name if name is None else name
        _set_text(artifact, artifact.text if text is None else text, "")
        artifact.changed_at = clock.now()
        artifact.save()
        _require_size(draft)
        return artifact


def delete_artifact(
    *, user: User, submission_id: UUID, artifact_id: UUID, if_match: IfMatch | None = None
) -> None:
    """Raises NotFound, PreconditionFailed, NotADraft and Busy."""
    with _own_draft(user, submission_id) as draft:
        artifact = _artifact(draft, artifact_id, if_match)
        artifact.delete()
        if artifact.blob_id:
            release_blobs([artifact.blob_id])


def content_sha256(artifacts: Iterable[Artifact]) -> str:
    """The hash of the artifacts' hashes in their order, each on a line of its own."""
    hashes = "".join(f"{one.sha256}\n" for one in artifacts)
    return hashlib.sha256(hashes.encode()).hexdigest()


@contextmanager
def _own_draft(user: User, submission_id: UUID) -> Iterator[Submission]:
    """With the lock of the user, by which uploads are deleted as well."""
    with lock_parent(User.objects.filter(pk=user.pk)):
        draft = get_for_update(Submission.objects.filter(user=user, pk=submission_id))
        if draft.state != SubmissionState.DRAFT:
            raise NotADraft
        yield draft


def _artifact(draft: Submission, artifact_id: UUID, if_match: IfMatch | None) -> Artifact:
    found = draft.artifact_set.filter(pk=artifact_id).first()
    if found is None:
        raise NotFound
    if if_match:
        if_match.require(found)
    return found


def _require_size(draft: Submission) -> None:
    size = draft.artifact_set.aggregate(size=Sum("size"))["size"] or 0
    if size > BYTES_MAX:
        raise SubmissionTooLarge(f"An attempt has at most {BYTES_MAX} bytes, and not {size}.")


def _set_text(artifact: Artifact, text: str, url: str) -> None:
    """One of both is empty."""
    content = (text or url).encode()
    artifact.text, artifact.url = text, url
    artifact.size, artifact.sha256 = len(content), hashlib.sha256(content).hexdigest()
    artifact.fingerprints = fingerprints(text)
