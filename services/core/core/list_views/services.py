"""Everything that changes list views and dismissals."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from core.kit.errors import Conflict
from core.kit.limits import lock_parent, require_below_limit
from core.kit.versions import get_for_update
from core.list_views.models import Dismissal, ListView
from core.outbox.publish import publish
from core.programs.selectors import offered_content, require_known_content
from core.users.models import User
from ongoza_contracts.list_views import DismissalKind

VIEWS_MAX, DISMISSALS_MAX = 500, 500
"""Of one learner."""


class TooManyDismissals(Conflict):
    code = "too_many_dismissals"
    detail = f"{DISMISSALS_MAX} things are dismissed. Take one back first."


def record_list_views(*, user: User, views: Sequence[Mapping[str, Any]]) -> int:
    """Store lists that were shown to `user`; returns how many are stored or were already.

    A list that is reported again keeps its items: what was opened is added. Beyond VIEWS_MAX lists
    of a learner, new ones are left out. Raises programs' UnknownContent and Busy.
    """
    require_known_content({one["content_id"] for view in views for one in view["items"]})
    with lock_parent(User.objects.filter(pk=user.pk)):
        rows = ListView.objects.filter(user=user)
        known = {
            one.view_id: one
            for one in rows.filter(view_id__in=[view["view_id"] for view in views])
            .select_for_update(of=("self",))
            .order_by("id")
        }
        left = VIEWS_MAX - rows.count()
        for view in views:
            row = known.get(view["view_id"])
            if row is not None:
                add_opened(row, view["items"])
            elif left > 0:
                left -= 1
                items = sorted(view["items"], key=lambda one: int(one["place"]))
                row = ListView(user=user, **{**view, "items": items})
                known[row.view_id] = row
                publish(row)
    return sum(view["view_id"] in known for view in views)


def add_opened(row: ListView, items: Sequence[Mapping[str, Any]]) -> None:
    opened = {one["content_id"] for one in items if one["opened"]}
    merged = [{**one, "opened": one["opened"] or one["content_id"] in opened} for one in row.items]
    if merged != row.items:
        row.items = merged
        publish(row)


def dismiss(*, user: User, kind: DismissalKind, target: str) -> tuple[Dismissal, bool]:
    """Record that `user` does not want to see something; returns whether it is a change.

    Raises programs' UnknownContent, TooManyDismissals and Busy.
    """
    if kind == DismissalKind.RECOMMENDATION:
        offered_content(target)
    with lock_parent(User.objects.filter(pk=user.pk)):
        rows = Dismissal.objects.filter(user=user)
        same = rows.filter(kind=kind, target=target).select_for_update(of=("self",))
        row = same.first() or Dismissal(user=user, kind=kind, target=target)
        if row.dismissed:
            return row, False
        require_below_limit(rows.filter(dismissed=True), DISMISSALS_MAX, TooManyDismissals)
        row.dismissed = True
        publish(row)
    return row, True


@transaction.atomic
def take_back(*, user: User, kind: str, target: str) -> None:
    """Show it again. Raises NotFound if it is not dismissed."""
    rows = Dismissal.objects.filter(user=user, kind=kind, target=target, dismissed=True)
    row = get_for_update(rows)
    row.dismissed = False
    publish(row)
