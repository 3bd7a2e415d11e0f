"""Reads of reports: one's own, and the queue of those who decide."""

from uuid import UUID

from django.db.models import QuerySet

from core.conduct.models import Report
from core.kit.errors import NotFound
from core.mentorship.managers import about_managed_learners
from core.users.models import User
from core.users.user_keys import text_cipher


def own_reports(user: User) -> QuerySet[Report]:
    """Those that the user made, the oldest first. Nobody lists who reported them."""
    return Report.objects.filter(reporter=user)


def own_report(user: User, report_id: UUID) -> Report:
    """Raises NotFound."""
    return _one(own_reports(user), report_id)


def queue(caller: User) -> QuerySet[Report]:
    """The reports in matches of learners whom the caller manages, the oldest first; never those by
    or about the caller. Once the learner is erased, admins alone have the report."""
    rows = Report.objects.filter(about_managed_learners(caller, "match__learner"))
    rows = rows.exclude(reported=caller).exclude(reporter=caller)
    return rows.select_related("reporter", "reported")


def queued_report(caller: User, report_id: UUID) -> Report:
    """Raises NotFound."""
    rows = queue(caller).select_related("match")
    shown = "shown__message__artifacts__upload"
    return _one(rows.prefetch_related("decisions", shown), report_id)


def _one(rows: QuerySet[Report], report_id: UUID) -> Report:
    report = rows.filter(pk=report_id).first()
    if report is None:
        raise NotFound
    return report


def read_text(report: Report) -> str | None:
    """What was reported; None once the reporter was erased."""
    if report.reporter_id is None:
        return None
    cipher = text_cipher(report.reporter_id)
    return cipher.decrypt(bytes(report.encrypted), place=report.place)
