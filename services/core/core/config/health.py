"""Is core alive, and can it serve? Asked by the supervisor and by load balancers, at a cost that
does not grow with what waits; counts and causes are for operators."""

from django.db import Error, connection
from drf_spectacular.utils import extend_schema, extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.jobs.selectors import JobsHealth, jobs_health
from core.kit.errors import Unavailable
from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.outbox import restore_state
from ongoza_contracts.access import Permission

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
JOBS_STATUS = inline_serializer(
    "JobsStatus",
    {
        "status": Readiness(help_text="Degraded with a tick later than 5 minutes or failed jobs."),
        "tick_seconds": serializers.FloatField(
            allow_null=True,
            help_text="Since jobs were last looked for, in the queue where that is longest ago; "
            "null if a queue never was.",
        ),
        "failed": serializers.IntegerField(help_text="Jobs of which every attempt failed."),
    },
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
        responses=inline_serializer("Ready", {"status": Readiness()}),
    )
    def get(self, request: Request) -> Response:
        """Whether the database can be used, and whether an operator has to do something: then
        `status` is `degraded`, and `health/details/` says what."""
        try:
            degraded = bool(restore_state.problems()) or jobs_health(count_failed=False).is_degraded
        except Error:
            raise Unavailable("The database does not answer or is not migrated.") from None
        return Response({"status": "degraded" if degraded else "ok"})


class Details(ApiView):
    permissions = {"GET": Permission.OPERATIONS_MANAGE}

    @extend_schema(
        operation_id="health_details",
        responses=inline_serializer(
            "HealthDetails",
            {"outbox": OUTBOX_STATUS, "jobs": JOBS_STATUS, "problems": PROBLEMS},
        ),
    )
    def get(self, request: Request) -> Response:
        """How many records wait to be sent, how background jobs do, and the problems that an
        operator has to solve: admins alone."""
        waiting, oldest = read_outbox()
        outbox = {"waiting": waiting, "oldest_seconds": oldest}
        return Response(
            {
                "outbox": outbox,
                "jobs": _shown(jobs_health()),
                "problems": restore_state.problems(),
            }
        )


def _shown(jobs: JobsHealth) -> dict[str, object]:
    age = jobs.tick_age
    seconds = None if age is None else round(age.total_seconds(), 3)
    status = "degraded" if jobs.is_degraded else "ok"
    return {"status": status, "tick_seconds": seconds, "failed": jobs.failed}
