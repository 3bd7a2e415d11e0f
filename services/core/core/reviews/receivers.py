"""Puts what a learner hands in into the queue."""

from typing import Any

from django.dispatch import receiver

from core.reviews.queue import follow
from core.submissions.models import Submission
from core.submissions.signals import submitted


@receiver(submitted)
def enter_queue(*, submission: Submission, **_: Any) -> None:
    follow(submission)
