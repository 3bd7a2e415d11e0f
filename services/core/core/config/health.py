"""Is core alive, and can it serve? Asked by the supervisor and by load balancers, at a cost that
does not grow with what waits; counts and causes are for operators."""

from django.db import Error
from drf_spectacular.utils import extend_schema, extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.jobs.selectors import JobsHealth, jobs_health
from core.kit.errors import Unavailable
from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.outbox import restore_state
from core.outbox.backlog import count_waiting, oldest_waiting
from ongoza_contracts.access import Permission
from ongoza_ops.promises import VISIBLE_SECONDS


@extend_schema_field({"type": "string", "const": "ok"})
class Ok(serializers.CharField):
    """The only status there is: else there is no answer."""


@extend_schema_field({"type": "string", "enum": ["ok", "degraded"]})
class Readiness(serializers.CharField):
    """Degraded: an operator has to do something, or facts reach Kafka too late. The process
    answers requests all the same."""


OUTBOX_STATUS = inline_serializer(
    "OutboxStatus",
    {"waiting": serializers.IntegerField(), "oldest_seconds": serializers.FloatField()},
)
JOBS_STATUS = inline_serializer(
    "JobsStatus",
    {
        "status": Readiness(
            help_text="Degraded with a tick or a job that is late by 150 seconds, or failed jobs."
        ),
        "tick_seconds": serializers.FloatField(
            allow_null=True,
            help_text="Since jobs were last looked for, in the queue where that is longest ago; "
            "null if a queue never was.",
        ),
        "failed": serializers.IntegerField(help_text="Jobs of which every attempt failed."),
    },
)
PROBLEMS = serializers.ListField(child=serializers.CharField())


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
        """Whether the database can be used, and whether an operator has to do something or facts
        reach Kafka too late: then `status` is `degraded`, and `health/details/` says why."""
        try:
            degraded = (
                bool(restore_state.problems())
                or jobs_health(count_failed=False).is_degraded
                or oldest_waiting() > VISIBLE_SECONDS
            )
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
        outbox = {"waiting": count_waiting(), "oldest_seconds": oldest_waiting()}
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
