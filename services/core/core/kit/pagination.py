"""Pages of lists, 20 rows by default: `{count, next, previous, results}`.

`next` and `previous` are links with a cursor, so that no row is skipped or repeated when the list
changes between two pages. With `?page=` they are links to page numbers.
"""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import InvalidPage
from django.db.models import QuerySet
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from core.kit.cursors import Keyset
from core.kit.errors import BadParameter
from ongoza_contracts.http.strict_text import is_whole_number

PAGE_PARAMETERS = ("page", "page_size", "cursor")
MAX_PAGE_SIZE = 100
MAX_PAGE = 1_000_000
MAX_CURSOR_LENGTH = 4096


class Pages(PageNumberPagination):
    """A page that does not exist is a bad parameter, not a 404; so is a size out of range."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    last_page_strings = ()

    def get_page_size(self, request: Request) -> int:
        return page_size(request)

    def paginate_queryset(
        self,
        queryset: QuerySet[Any] | Sequence[Any],
        request: Request,
        view: Any = None,
    ) -> list[Any]:
        self.request = request
        number = positive_int_param(request, self.page_query_param, default=1, most=MAX_PAGE)
        paginator = self.django_paginator_class(queryset, self.get_page_size(request))
        try:
            self.page = paginator.page(number)
        except InvalidPage:
            raise BadParameter(f"There is no page {number}.") from None
        return list(self.page)


def page_at_cursor(rows: QuerySet[Any], request: Request) -> tuple[list[Any], dict[str, Any]]:
    """The rows of the page that was asked for, and what the answer says beside them."""
    cursor = request.query_params.get("cursor")
    if len(cursor or "") > MAX_CURSOR_LENGTH:
        raise BadParameter("cursor is too long.")
    found = Keyset(rows).page(cursor, page_size(request))
    links = {"next": found.next, "previous": found.previous}
    url = request.build_absolute_uri()
    shown = {name: at and replace_query_param(url, "cursor", at) for name, at in links.items()}
    return found.rows, {"count": rows.count(), **shown}


def page_size(request: Request) -> int:
    return positive_int_param(request, "page_size", default=20, most=MAX_PAGE_SIZE)


def positive_int_param(request: Request, name: str, *, default: int, most: int) -> int:
    """The whole number in a query parameter, from 1 to `most`."""
    value = request.query_params.get(name)
    if value is None:
        return default
    if not (is_whole_number(value) and 1 <= int(value) <= most):
        raise BadParameter(f"{name} is not a whole number from 1 to {most}.")
    return int(value)
