"""Everything that changes feedback."""

from django.db import transaction

from core.feedback.models import Feedback
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update, get_or_create_for_update
from core.outbox.publish import publish
from core.programs.selectors import offered_content
from core.users.models import User
from ongoza_contracts.vocabulary import Verdict


@transaction.atomic
def give_feedback(*, user: User, content_id: str, verdict: Verdict) -> tuple[Feedback, bool]:
    """Record what `user` says of an item, in place of what they said before.

    Returns the feedback and whether there was none before. Raises programs' UnknownContent.
    """
    content = offered_content(content_id)
    feedback = get_or_create_for_update(
        Feedback.objects.filter(user=user, content=content), Feedback(user=user, content=content)
    )
    feedback.content = content
    created = feedback.verdict == ""
    set_verdict(feedback, verdict)
    return feedback, created


@transaction.atomic
def withdraw_feedback(*, user: User, content_id: str, if_match: IfMatch | None = None) -> None:
    """Take back what `user` said of an item.

    Raises NotFound when there is nothing to take back, and PreconditionFailed.
    """
    rows = Feedback.objects.filter(user=user, content__content_id=content_id).exclude(verdict="")
    set_verdict(get_for_update(rows, if_match=if_match), "")


def set_verdict(feedback: Feedback, verdict: str) -> None:
    if feedback.verdict == verdict:
        return
    feedback.verdict = verdict
    publish(feedback)
