"""Who may do what. The default everywhere is `IsUser`; a view says so when it wants another."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth import get_user_model
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from ongoza_contracts.vocabulary import Role

if TYPE_CHECKING:  # DRF imports this module while it is loading its views
    from rest_framework.views import APIView

SEES_EVERY_LEARNER = frozenset({Role.MENTOR, Role.DIRECTOR, Role.ADMIN})


class IsUser(BasePermission):
    """A person who is signed in; not a service."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return bool(request.user and request.user.is_authenticated) and not is_service(request.user)


class IsService(BasePermission):
    """Another service of ours acting for itself, known by its service token."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return is_service(request.user)


class _HasRole(IsUser):
    roles: ClassVar[frozenset[Role]] = frozenset()

    def has_permission(self, request: Request, view: "APIView") -> bool:
        caller: Any = request.user
        return super().has_permission(request, view) and caller.role in self.roles


def has_role(*roles: Role) -> type[BasePermission]:
    """A permission class for users with one of these roles: others get 403."""
    return type("HasRole", (_HasRole,), {"roles": frozenset(roles)})


IsAdmin = has_role(Role.ADMIN)


def is_service(caller: Any) -> bool:
    return getattr(caller, "is_service", False)


def may_see_learner(caller: Any, user_id: int) -> bool:
    """Whether `caller` may read what belongs to that user. Refuse with 404, never 403.

    One's own always; mentors, directors and admins everybody's; sponsors those of the
    organization they belong to. True does not say that the user exists.
    """
    if caller.id == user_id or caller.role in SEES_EVERY_LEARNER:
        return True
    if caller.role != Role.SPONSOR or caller.organization_id is None:
        return False
    members = get_user_model()._default_manager.filter(organization_id=caller.organization_id)
    return members.filter(pk=user_id).exists()
