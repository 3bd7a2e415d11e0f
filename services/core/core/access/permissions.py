"""Enforces what views declare."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.access.selectors import has_permission
from core.kit.permissions import Principal, is_service
from ongoza_contracts.access import Permission
from ongoza_contracts.http.tokens import scope_allows

if TYPE_CHECKING:  # DRF imports this module while it is loading its views
    from rest_framework.views import APIView


class DeclaredPermission(BasePermission):
    """The default of every view. Refuses a view that declares nothing.

    `ApiView` checks that a view declares each method it handles, so any other is answered with 405.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        declared = getattr(view, "permissions", None)
        if declared is None:
            return False
        method = "GET" if request.method == "HEAD" else request.method
        needed = declared.get(method, Principal.ANYONE)
        if needed is Principal.ANYONE:
            return True
        if not is_in_scope(request, needed, private=getattr(view, "private", False)):
            return False
        if needed is Principal.SERVICE:
            return is_service(request.user)
        if not request.user or not request.user.is_authenticated or is_service(request.user):
            return False
        return needed is Principal.USER or has_permission(request.user, needed)


def is_in_scope(request: Request, needed: Principal | Permission, *, private: bool = False) -> bool:
    """Whether the scope of the caller's token, if it has one, allows the request."""
    scope: str | None = getattr(request.auth, "scope", None)
    words = None if scope is None else frozenset(scope.split(" "))
    permission = needed.value if isinstance(needed, Permission) else None
    return scope_allows(words, str(request.method), permission, private=private)
