from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from core.erasure import selectors, services
from core.erasure.serializers import EraseUserRequest, ErasureSerializer
from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.users import views as users
from core.users.throttles import OwnPasswordThrottle


class Me(users.Me):
    """The caller's account, which can be erased as well as read and changed."""

    permissions = {**users.Me.permissions, "DELETE": Principal.USER}
    if_match_methods = (*users.Me.if_match_methods, "DELETE")

    def get_throttles(self) -> list[BaseThrottle]:
        """Erasing takes the password, so that it could be guessed here."""
        return [OwnPasswordThrottle()] if self.request.method == "DELETE" else []

    @extend_schema(operation_id="users_erase_me", request=EraseUserRequest, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Erase the caller's account with all its data, permanently.

        409 for the last active admin.
        """
        body = self.body(EraseUserRequest)
        services.erase_oneself(user=self.caller, if_match=self.if_match, **body)
        return Response(status=204)


class Erasure(ApiView):
    permissions = {"GET": Principal.SERVICE}

    @extend_schema(operation_id="erasures_read", responses=ErasureSerializer)
    def get(self, request: Request, user_id: int) -> Response:
        """Erased and remaining rows of a user in core. For internal services."""
        return Response(ErasureSerializer(selectors.report(user_id)).data)
