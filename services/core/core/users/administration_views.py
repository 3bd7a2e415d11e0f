"""Routes by which admins manage accounts, and the list of users."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.permissions import is_in_scope
from core.kit.filters import apply_filters
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.users import administration, selectors
from core.users.administration_serializers import (
    ChangeRoleRequest,
    CreateUserRequest,
    ListedUserSerializer,
)
from core.users.filters import UserFilters
from core.users.models import User
from ongoza_contracts.access import Permission


class _UserView(ApiView):
    def rows(self) -> QuerySet[User]:
        in_scope = is_in_scope(self.request, Permission.LEARNER_CONTACT_READ)
        return selectors.listed_users(self.caller, contact_in_scope=in_scope)

    def shown(self, user_id: int) -> Any:
        user = self.rows().get(pk=user_id)
        return ListedUserSerializer(user).data

    def change(self, user_id: int, **changes: Any) -> Response:
        administration.change_user(user_id=user_id, changed_by=self.caller, **changes)
        return Response(self.shown(user_id))


class Users(_UserView):
    gives_ids = True
    permissions = {"GET": Permission.USER_LIST, "POST": Permission.USER_MANAGE}
    query_parameters = (*PAGE_PARAMETERS, *UserFilters.names())

    @extend_schema(
        operation_id="users_list",
        parameters=[*UserFilters.parameters(), *PAGE],
        responses=page_of(ListedUserSerializer),
    )
    def get(self, request: Request) -> Response:
        """Users: all of them for admins, the members of their organizations for directors.

        `email` is null for callers without the permission `learner.contact.read` on the user, and
        for a token whose scope does not allow it.
        """
        return self.page(apply_filters(UserFilters, request, self.rows()), ListedUserSerializer)

    @extend_schema(
        operation_id="users_create",
        request=CreateUserRequest,
        responses={201: ListedUserSerializer},
    )
    def post(self, request: Request) -> Response:
        """Add a user, who gets a mail with a link to set a password: admins alone."""
        user = administration.create_user(**self.body(CreateUserRequest))
        return Response(self.shown(user.id), 201)


class UserRole(_UserView):
    permissions = {"PUT": Permission.USER_MANAGE}

    @extend_schema(
        operation_id="users_change_role",
        request=ChangeRoleRequest,
        responses=ListedUserSerializer,
    )
    def put(self, request: Request, user_id: int) -> Response:
        """Change a user's main role, which voids their access tokens: admins alone.

        409 for the last active admin and for the caller's own role.
        """
        return self.change(user_id, **self.body(ChangeRoleRequest))


class DeactivateUser(_UserView):
    permissions = {"POST": Permission.USER_MANAGE}

    @extend_schema(operation_id="users_deactivate", request=None, responses=ListedUserSerializer)
    def post(self, request: Request, user_id: int) -> Response:
        """End all sign-ins of a user, who cannot sign in any more: admins alone.

        409 for the last active admin and for the caller's own account.
        """
        return self.change(user_id, is_active=False)


class ActivateUser(_UserView):
    permissions = {"POST": Permission.USER_MANAGE}

    @extend_schema(operation_id="users_activate", request=None, responses=ListedUserSerializer)
    def post(self, request: Request, user_id: int) -> Response:
        """Let a deactivated user sign in again: admins alone."""
        return self.change(user_id, is_active=True)
