"""The state of a user's export: follows from its job and its file."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet
from django.utils import timezone

from core.files.models import File
from core.jobs.models import Job, JobState
from core.kit.choices import enum_choices
from core.kit.errors import NotFound
from core.users.models import User

KIND = "export.build"


class ExportState(StrEnum):
    NONE = "none"
    UNDER_WAY = "under_way"
    READY = "ready"
    FAILED = "failed"


STATES = enum_choices(ExportState)


@dataclass(frozen=True)
class Export:
    state: ExportState
    file: File | None = None
    """The newest archive; also while the next one is under way."""

    @property
    def ready_at(self) -> datetime | None:
        return self.file.created_at if self.file else None

    @property
    def expires_at(self) -> datetime | None:
        return self.file.expires_at if self.file else None

    @property
    def size(self) -> int | None:
        return self.file.size if self.file else None

    @property
    def sha256(self) -> str | None:
        return self.file.sha256 if self.file else None


def export_of(user: User) -> Export:
    job = Job.objects.filter(kind=KIND, user=user).order_by("-id").first()
    file = archives_of(user).filter(expires_at__gt=timezone.now()).first()
    if job is not None and job.state == JobState.OPEN:
        return Export(ExportState.UNDER_WAY, file)
    if job is not None and job.state == JobState.FAILED:
        return Export(ExportState.FAILED, file)
    return Export(ExportState.READY if file else ExportState.NONE, file)


def archives_of(user: User) -> QuerySet[File]:
    """The newest first."""
    return File.objects.filter(owner=user, purpose=File.Purpose.EXPORT)


def archive_of(user: User) -> File:
    """Raises NotFound."""
    file = export_of(user).file
    if file is None:
        raise NotFound
    return file
