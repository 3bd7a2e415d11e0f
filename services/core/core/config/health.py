"""Is core alive, and can it serve? Asked by the supervisor and by load balancers."""

from django.db import Error, connection
from drf_spectacular.utils import extend_schema, extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.errors import Unavailable
from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.outbox import restore_state

# How many records wait, and how long the oldest has.
OUTBOX = """
    SELECT count(*), (
        SELECT extract(epoch FROM now() - time::timestamptz) FROM outbox_event ORDER BY id LIMIT 1
    )
    FROM outbox_event
"""


@extend_schema_field({"type": "string", "const": "ok"})
class Ok(serializers.CharField):
    """The only status there is: else there is no answer."""


@extend_schema_field({"type": "string", "enum": ["ok", "degraded"]})
class Readiness(serializers.CharField):
    """Degraded: an operator has to do something."""


OUTBOX_STATUS = inline_serializer(
    "OutboxStatus",
    {"waiting": serializers.IntegerField(), "oldest_seconds": serializers.FloatField()},
)
PROBLEMS = serializers.ListField(child=serializers.CharField())


def read_outbox() -> tuple[int, float]:
    """How many records wait to be sent to Kafka, and for how many seconds the oldest has."""
    with connection.cursor() as cursor:
        cursor.execute(OUTBOX)
        waiting, oldest = cursor.fetchone()
    return waiting, round(float(oldest or 0), 3)


class Live(ApiView):
    authentication_classes = ()
    permissions = {"GET": Principal.ANYONE}

    @extend_schema(
        operation_id="health_live", responses=inline_serializer("Live", {"status": Ok()})
    )
    def get(self, request: Request) -> Response:
        """Whether the process answers."""
        return Response({"status": "ok"})


class Ready(ApiView):
    authentication_classes = ()
    permissions = {"GET": Principal.ANYONE}

    @extend_schema(
        operation_id="health_ready",
        responses=inline_serializer(
            "Ready", {"status": Readiness(), "outbox": OUTBOX_STATUS, "problems": PROBLEMS}
        ),
    )
    def get(self, request: Request) -> Response:
        """Whether the database can be used, how many records wait to be sent, and the problems that
        an operator has to solve; with any, `status` is `degraded`."""
        try:
            waiting, oldest = read_outbox()
            problems = restore_state.problems()
        except Error:
            raise Unavailable("The database does not answer or is not migrated.") from None
        outbox = {"waiting": waiting, "oldest_seconds": oldest}
        status = "degraded" if problems else "ok"
        return Response({"status": status, "outbox": outbox, "problems": problems})
