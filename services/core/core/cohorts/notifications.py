"""Kinds of notification about enrolments and announcements."""

from collections.abc import Collection, Mapping

from core.cohorts.models import Announcement, Enrolment
from core.notifications.models import Channel
from core.notifications.registry import declare
from core.subscriptions.models import Charge

OFFERED = "cohorts.seat_offered"
ACTIVATED = "cohorts.enrolment_active"
EXPIRED = "cohorts.enrolment_expired"
SUSPENDED = "cohorts.enrolment_suspended"
WITHDRAWN = "cohorts.enrolment_withdrawn"
COMPLETED = "cohorts.enrolment_completed"
PAYMENT_RETURNED = "cohorts.payment_returned"
ANNOUNCED = "cohorts.announcement"


def _enrolments(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    rows = Enrolment.objects.filter(pk__in=subjects).select_related("cohort")
    return {str(row.pk): {"cohort": row.cohort.name, "until": row.expires_at} for row in rows}


def _payments(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    paid_for = {str(row.pk): str(row.subject) for row in Charge.objects.filter(pk__in=subjects)}
    found = _enrolments(paid_for.values())
    return {key: found[subject] for key, subject in paid_for.items() if subject in found}


def _announcements(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    rows = Announcement.objects.filter(pk__in=subjects).select_related("cohort")
    return {
        str(row.pk): {"cohort": row.cohort.name, "title": row.title, "text": row.text}
        for row in rows
    }


for kind in (OFFERED, ACTIVATED, EXPIRED, SUSPENDED, WITHDRAWN, COMPLETED):
    declare(kind, Channel.MAIL, Channel.PUSH, contexts=_enrolments)
declare(PAYMENT_RETURNED, Channel.MAIL, Channel.PUSH, contexts=_payments)
declare(ANNOUNCED, Channel.MAIL, Channel.PUSH, contexts=_announcements)
