"""Is core alive, and can it serve? Asked by the supervisor and by load balancers."""

from django.db import connection
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.views import ApiView

OUTBOX = """
    SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)
    FROM outbox_event
"""


class Live(ApiView):
    """The process answers."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="health_live", responses={200: dict[str, str]})
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class Ready(ApiView):
    """The database answers; and how much the outbox still holds."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="health_ready", responses={200: dict[str, str]})
    def get(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute(OUTBOX)
            waiting, seconds = cursor.fetchone()
        return Response({"status": "ok", "outbox": {"waiting": waiting, "age_s": float(seconds)}})
