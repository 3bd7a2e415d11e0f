"""Writes rows of progress."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from core.imports.content import find_content
from core.imports.services import InvalidRow, Outcome, outcome
from core.kit.errors import DomainError
from core.progress.rules import AlreadyCompleted, ContradictoryProgress, NeedsQuiz, NeedsReview
from core.progress.services import OwnProgress, import_report
from core.users.guardians import BirthYearRequired, GuardianConsentRequired, require_consent
from core.users.models import User

STATE = ("status", "completion_percentage", "score")


class ProgressWriter:
    """Records reports on the word of whoever runs the import."""

    fields: ClassVar[Mapping[type[DomainError], str]] = {
        AlreadyCompleted: "status",
        BirthYearRequired: "email",
        ContradictoryProgress: "status",
        GuardianConsentRequired: "email",
        NeedsQuiz: "status",
        NeedsReview: "status",
        OwnProgress: "email",
    }

    def __init__(self, caller_id: int | None = None) -> None:
        """`caller_id` is the user on whose word it is, and who cannot vouch for their own."""
        self._caller_id = caller_id
        self._written: set[tuple[int, str, datetime]] = set()

    def write(self, values: dict[str, Any]) -> Outcome:
        """Raises InvalidRow and what `require_consent` and `import_report` do."""
        learner, content = _learner(values), find_content(values)
        if learner.pk == self._caller_id:
            raise OwnProgress
        if content is None:
            field = "content_id" if "content_id" in values else "external_id"
            raise InvalidRow(field, "There is no such item.")
        key = (learner.pk, content.content_id, values["reported_at"])
        if key in self._written:
            raise InvalidRow("reported_at", "An earlier row is of the same report.")
        progress, before = import_report(
            user=learner,
            content=content,
            reported_at=values["reported_at"],
            source=values["source"],
            **{name: values[name] for name in STATE if name in values},
        )
        self._written.add(key)
        return outcome(before=before, after=progress.version)


def _learner(values: dict[str, Any]) -> User:
    users = User.objects.select_related("minor")
    if "user_id" in values:
        learner = users.filter(pk=values["user_id"]).first()
        field = "user_id"
    else:
        learner = users.filter(email=values["email"].lower()).first()
        field = "email"
    if learner is None:
        raise InvalidRow(field, "There is no such user.")
    require_consent(learner)
    return learner
