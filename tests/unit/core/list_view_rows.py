"""Rows of lists that were shown, and of dismissals."""

from uuid import UUID

from core.kit.versions import Versioned
from core.list_views.models import ListView
from core.list_views.services import dismiss, record_list_views
from core.users.models import User
from ongoza_contracts.list_views import DismissalKind


def list_views(learner: User, number: int = 1) -> dict[str, Versioned]:
    """A list that was shown, and a dismissal; `course-1` exists."""
    items = [{"content_id": "course-1", "place": 1, "opened": False}]
    view_id = UUID(int=number)
    record_list_views(user=learner, views=[{"view_id": view_id, "surface": "home", "items": items}])
    return {
        "list-views": ListView.objects.get(view_id=view_id),
        "dismissals": dismiss(user=learner, kind=DismissalKind.ADVICE, target=f"rule-{number}")[0],
    }
