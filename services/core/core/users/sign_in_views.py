"""Routes of the caller's sign-ins."""

from typing import cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.users import selectors, services
from core.users.base_views import AccountView
from core.users.serializers import SignInSerializer
from core.users.tokens import UserClaims


class SignIns(AccountView):
    permissions = {"GET": Principal.USER, "DELETE": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="auth_sessions_list", parameters=PAGE, responses=page_of(SignInSerializer)
    )
    def get(self, request: Request) -> Response:
        """The devices on which the caller is signed in, the last used first."""
        rows = selectors.sign_ins_of(self.caller, current=_current(request))
        return self.page(rows, SignInSerializer)

    @extend_schema(operation_id="auth_sessions_end_others", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out everywhere but here: all other sign-ins of the caller end."""
        services.end_other_sign_ins(user=self.caller, current=_current(request))
        return Response(status=204)


class SignInDetail(AccountView):
    permissions = {"DELETE": Principal.USER}

    @extend_schema(operation_id="auth_sessions_end", responses={204: None})
    def delete(self, request: Request, sign_in_id: UUID) -> Response:
        """End one of the caller's sign-ins, access tokens included."""
        services.end_sign_in(user=self.caller, sign_in_id=sign_in_id)
        return Response(status=204)


def _current(request: Request) -> UUID:
    return cast(UserClaims, request.auth).sid
