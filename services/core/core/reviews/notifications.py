"""Kinds of notification about claims and reviews."""

from collections.abc import Collection, Mapping

from core.notifications.models import Channel
from core.notifications.registry import declare
from core.reviews.models import Claim, QueueEntry, Review

DECIDED = "reviews.decided"
CLAIM_EXPIRED = "reviews.claim_expired"
CLAIM_TAKEN_AWAY = "reviews.claim_taken_away"
OVERDUE = "reviews.overdue"


def _reviews(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    rows = Review.objects.filter(pk__in=subjects).select_related("submission__mission")
    return {
        str(row.pk): {"mission": row.submission.mission.title, "outcome": row.outcome}
        for row in rows
    }


def _claims(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    rows = Claim.objects.filter(pk__in=subjects).select_related("submission__mission")
    return {
        str(row.pk): {"mission": row.submission.mission.title, "reason": row.reason} for row in rows
    }


def _entries(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    rows = QueueEntry.objects.filter(submission__pk__in=subjects)
    return {
        str(row.submission_id): {
            "mission": row.submission.mission.title,
            "promised_by": row.promised_by,
        }
        for row in rows.select_related("submission__mission")
    }


declare(DECIDED, Channel.MAIL, Channel.PUSH, contexts=_reviews)
declare(CLAIM_EXPIRED, Channel.PUSH, contexts=_claims)
declare(CLAIM_TAKEN_AWAY, Channel.PUSH, contexts=_claims)
declare(OVERDUE, Channel.MAIL, Channel.PUSH, contexts=_entries)
