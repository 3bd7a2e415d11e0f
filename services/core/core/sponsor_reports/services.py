"""Asking for a report, and writing it outside of a transaction."""

import json
from datetime import timedelta
from io import BytesIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.certificates.signing import CredentialsOff
from core.files.models import File
from core.files.services import delete_bytes, write_file
from core.jobs.services import schedule
from core.kit.errors import NotFound
from core.sponsor_dashboard.selectors import sponsored_organizations
from core.sponsor_reports.documents import signed_report
from core.sponsor_reports.models import SponsorReport
from core.sponsor_reports.selectors import KIND
from core.users.models import User
from core.users.recipients import active_recipient


@transaction.atomic
def request_report(*, user: User, organization_id: int) -> SponsorReport:
    """Schedule a report about now. Raises NotFound, and CredentialsOff without a key to sign."""
    if not sponsored_organizations(user).filter(pk=organization_id).exists():
        raise NotFound
    if not settings.CERTIFICATE_KEY:
        raise CredentialsOff
    row = SponsorReport.objects.create(owner=user, organization_id=organization_id)
    schedule(KIND, subject=str(row.pk), user_id=user.pk, key=str(row.pk))
    return row


def write_report(row: SponsorReport) -> None:
    """Without effect for an owner who was erased; without a file for one who sponsors the
    organization no more."""
    user = active_recipient(row.owner_id)
    if user is None:
        return
    if not sponsored_organizations(user).filter(pk=row.organization_id).exists():
        SponsorReport.objects.filter(pk=row.pk).update(ended_at=timezone.now())
        return
    document = signed_report(row.organization, row.as_of)
    file = write_file(
        owner_id=row.owner_id,
        purpose=File.Purpose.TABLE,
        content=BytesIO(json.dumps(document, indent=2, ensure_ascii=False).encode()),
        content_type="application/json",
        expires_at=timezone.now() + timedelta(days=settings.EXPORT_DAYS),
    )
    if not _end(row, file):
        delete_bytes([file.name])


@transaction.atomic
def _end(row: SponsorReport, file: File) -> bool:
    """Whether the report still waits for its file, and its owner exists."""
    waiting = SponsorReport.objects.filter(pk=row.pk, ended_at=None)
    if active_recipient(row.owner_id) is None or not waiting.select_for_update().exists():
        return False
    file.save(force_insert=True)
    waiting.update(file=file, was_written=True, ended_at=timezone.now())
    return True
