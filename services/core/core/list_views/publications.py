"""Lists that were shown and dismissals are published whole."""

from core.list_views.models import Dismissal, ListView
from core.outbox.publications import Publication, register
from ongoza_contracts.list_views import DismissalUpdated, ListViewUpdated


def assign_list_view(row: ListView, fact: ListViewUpdated) -> None:
    row.user_id, row.view_id = fact.user_id, fact.view_id
    row.surface, row.items = fact.surface.value, [one.model_dump() for one in fact.items]
    row.created_at, row.updated_at = fact.created_at, fact.updated_at


LIST_VIEWS = register(
    Publication(
        model=ListView,
        fact=ListViewUpdated,
        assign_row=assign_list_view,
    )
)
DISMISSALS = register(Publication(model=Dismissal, fact=DismissalUpdated))
