"""Receipts: signed statements of what a learner handed in, and when.

A receipt is a JSON Web Token, signed with the key of credentials, so that it is verified with the
keys that certificates publish, the former ones too.
"""

from datetime import UTC, datetime
from typing import Any

from core.certificates.signing import sign, verified_claims
from core.kit.errors import Conflict
from core.submissions.artifacts import content_sha256
from core.submissions.models import Artifact, Submission

TOKEN_TYPE = "submission-receipt+jwt"  # noqa: S105  (no secret)
"""In the header, so that no other token of the key is taken for a receipt."""
VERSION = 1
"""Of the claims of a receipt."""


class NotSubmitted(Conflict):
    code = "not_submitted"
    detail = "There is a receipt for what was handed in, and not for a draft."


class ArtifactsLost(Conflict):
    code = "artifacts_lost"
    detail = "Core has lost what was handed in: a receipt from before proves it."


def receipt(submission: Submission) -> str:
    """The compact form of the token: the same for the same attempt and key.

    Raises NotSubmitted, ArtifactsLost after a restore, and CredentialsOff.
    """
    if submission.submitted_at is None:
        raise NotSubmitted
    artifacts = [*submission.artifact_set.all()]
    if content_sha256(artifacts) != submission.content_sha256:
        raise ArtifactsLost
    claims = _claims(submission, submission.submitted_at, artifacts)
    return sign(claims, token_type=TOKEN_TYPE)


def verified_receipt(token: str) -> dict[str, Any] | None:
    """What a receipt states; None for one that core did not sign, or whose key was withdrawn."""
    return verified_claims(token, token_type=TOKEN_TYPE)


def _claims(
    submission: Submission, submitted_at: datetime, artifacts: list[Artifact]
) -> dict[str, Any]:
    return {
        "receipt_version": VERSION,
        "submission": str(submission.pk),
        "mission": str(submission.mission_id),
        "rubric_version": submission.rubric_version,
        "user": submission.user_id,
        "attempt": submission.attempt,
        "submitted_at": submitted_at.astimezone(UTC).isoformat(),
        "late_minutes": submission.late_minutes,
        "artifacts": [
            {"id": str(one.pk), "kind": one.kind, "size": one.size, "sha256": one.sha256}
            for one in artifacts
        ],
        "sha256": submission.content_sha256,
    }
