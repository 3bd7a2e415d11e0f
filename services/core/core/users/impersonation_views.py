from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.serializers import StrictSerializer
from core.users import impersonation
from core.users.base_views import AccountView
from core.users.tokens import UserClaims
from ongoza_contracts.access import Permission


class ViewAsRequest(StrictSerializer):
    reason = serializers.CharField(
        min_length=10, max_length=500, help_text="Why; the user can read it in their export."
    )


class ViewAsToken(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="In seconds.")


class ViewAs(AccountView):
    gives_ids = True
    permissions = {"POST": Permission.USER_MANAGE}

    @extend_schema(
        operation_id="users_view_as", request=ViewAsRequest, responses={201: ViewAsToken}
    )
    def post(self, request: Request, user_id: int) -> Response:
        """Get an access token that reads what another user reads, for 15 minutes: admins alone.

        It changes nothing and does not open the routes of the account. The user sees it in the list
        of sign-ins and can end it there; it ends with the admin's own sign-in too. 403 for admins,
        directors and inactive users.
        """
        body = self.body(ViewAsRequest)
        sign_in = cast(UserClaims, request.auth).sid
        view = impersonation.view_as(
            user_id=user_id, viewer=self.caller, viewer_sign_in=sign_in, **body
        )
        return Response(view._asdict(), 201)
