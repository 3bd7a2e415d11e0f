"""Every metric of both services: its unit, its meaning, and the processes that report it.

The objects that count and docs/metrics.md are derived from these definitions. A label has few
values, whose number does not grow with users or content.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TypeAlias

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.metrics import MetricWrapperBase

disable_created_metrics()  # type: ignore[no-untyped-call]

PREFIX = "ongoza_"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "other"
"""A client may send any method, and a label has few values."""
UNMATCHED = "unmatched"
"""The route of a request whose path is none of ours."""
REQUEST_SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
VISIBLE_SECONDS_BUCKETS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300)


class Process(StrEnum):
    """The processes that report metrics, each under Prometheus's label `job`."""

    CORE = "core"
    AI = "ai"
    RELAY = "relay"
    WORKER = "worker"
    JOBS = "jobs"
    WEBHOOKS = "webhooks"


@dataclass(frozen=True, slots=True)
class Definition:
    kind: str
    name: str
    unit: str
    meaning: str
    processes: tuple[Process, ...]
    labels: tuple[str, ...]
    collector: MetricWrapperBase

    @property
    def series(self) -> tuple[str, ...]:
        """The names of its series in an answer to Prometheus."""
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
        return tuple(self.name + suffix for suffix in suffixes.get(self.kind, ("",)))


Where: TypeAlias = Process | tuple[Process, ...]
DEFINITIONS: list[Definition] = []


def _define(
    collector: MetricWrapperBase, unit: str, meaning: str, where: Where, labels: Sequence[str]
) -> None:
    (family,) = collector.describe()
    processes = (where,) if isinstance(where, Process) else where
    DEFINITIONS.append(
        Definition(family.type, family.name, unit, meaning, processes, tuple(labels), collector)
    )


def counter(name: str, unit: str, meaning: str, where: Where, *labels: str) -> Counter:
    one = Counter(PREFIX + name, meaning, labels, registry=None)
    _define(one, unit, meaning, where, labels)
    return one


def gauge(name: str, unit: str, meaning: str, where: Where, *labels: str) -> Gauge:
    """Of a server with several processes it is the sum of those that live."""
    one = Gauge(PREFIX + name, meaning, labels, registry=None, multiprocess_mode="livesum")
    _define(one, unit, meaning, where, labels)
    return one


def histogram(
    name: str, meaning: str, where: Where, *labels: str, buckets: Sequence[float]
) -> Histogram:
    one = Histogram(PREFIX + name, meaning, labels, buckets=buckets, registry=None)
    _define(one, "seconds", meaning, where, labels)
    return one


APIS = (Process.CORE, Process.AI)
MODELS = (Process.AI, Process.WORKER)
QUEUES = (Process.JOBS, Process.WEBHOOKS)
TAKE_MAX = "Both report every queue: take `max by (queue)`, a sum counts twice."

# --- requests ----------------------------------------------------------------------------------
REQUESTS = counter(
    "http_requests", "requests", "Requests answered, by template of the route.",
    APIS, "route", "method", "status",
)  # fmt: skip
REQUEST_SECONDS = histogram(
    "http_request_seconds",
    "Time from a request's arrival at the application to its answer.",
    APIS, "route", "method", buckets=REQUEST_SECONDS_BUCKETS,
)  # fmt: skip
IN_PROGRESS = gauge(
    "requests_in_progress", "requests",
    "Requests that core received and has not answered, that of Prometheus included. A process "
    "works on eight at a time, others wait for a thread.",
    Process.CORE,
)  # fmt: skip
THROTTLED = counter(
    "throttled_requests", "requests", "Requests refused by a limit of how often one may ask.",
    APIS, "limit",
)  # fmt: skip
REFUSED = counter(
    "refused_requests", "requests",
    "Connections and requests that the server refused before any route: too many connections, "
    "too slow, too long, malformed, or while ai has a thousand connections (`overloaded`).",
    APIS, "reason",
)  # fmt: skip

# --- facts on their way ------------------------------------------------------------------------
OUTBOX_RECORDS = gauge("outbox_records", "records", "Facts that wait to be sent.", Process.RELAY)
OUTBOX_OLDEST_SECONDS = gauge(
    "outbox_oldest_seconds", "seconds", "How long the oldest waiting fact has waited; 0 if none.",
    Process.RELAY,
)  # fmt: skip
PUBLISHED = counter(
    "published_records", "records", "Records that the brokers acknowledged.", Process.RELAY, "topic"
)
PUBLISH_FAILURES = counter(
    "publish_failures", "tries",
    "Tries to send that a topic did not acknowledge; `topic` is `all` when no broker did.",
    Process.RELAY, "topic",
)  # fmt: skip
CONSUMER_LAG = gauge(
    "consumer_lag_records", "records",
    "Records that can be read and are not applied, in the partitions of this worker. Where "
    "there are more than 1,000 it is the difference of offsets. Absent while the brokers do not "
    "answer.",
    Process.WORKER, "topic",
)  # fmt: skip
OLDEST_UNAPPLIED_SECONDS = gauge(
    "oldest_unapplied_seconds", "seconds",
    "For how long the oldest record that this worker has not applied has waited; 0 if none waits. "
    "Absent while the brokers do not answer.",
    Process.WORKER, "topic",
)  # fmt: skip
CONSUMED = counter(
    "consumed_records", "records",
    "Records read: facts, records of unknown types, tombstones and parked ones.",
    Process.WORKER, "outcome",
)  # fmt: skip
PARKED = gauge(
    "parked_records", "records", "Parked records; each waits for an operator.", Process.WORKER
)
FACT_VISIBLE_SECONDS = histogram(
    "fact_visible_seconds",
    "From the timestamp of a fact's record, which is when core queued it: `applied` until it is "
    "stored in ai, for each fact; "
    "`listed` until the list with it is stored, for each list, from the oldest fact of the batch.",
    Process.WORKER, "step", buckets=VISIBLE_SECONDS_BUCKETS,
)  # fmt: skip

# --- lists and vectors -------------------------------------------------------------------------
MARKS = gauge(
    "marks_waiting", "learners", "Learners whose list waits to be recomputed.", Process.WORKER
)
OLDEST_MARK_SECONDS = gauge(
    "oldest_mark_seconds", "seconds", "How long the oldest mark has waited; 0 if none.",
    Process.WORKER,
)  # fmt: skip
LISTS = counter("lists", "lists", "Lists answered, by source.", Process.AI, "source")
TEXTS_WAITING = gauge(
    "texts_waiting", "texts", "Items of content whose present text has no vector.", Process.WORKER
)
ENCODER_TEXTS = gauge(
    "encoder_texts", "texts",
    "Texts that wait for the encoder of this process or run in it, by urgency; without those of "
    "multilingual search.",
    MODELS, "urgency",
)  # fmt: skip
DATABASE_CONNECTIONS = gauge(
    "database_connections", "connections",
    "Connections of this process's pool to ai's database: `open`, and of these `in_use`.",
    MODELS, "state",
)  # fmt: skip
FAILING_JOBS = gauge(
    "background_job_failures", "runs",
    "Runs of a background job that failed one after the other; 0 after one without failure.",
    Process.WORKER, "task",
)  # fmt: skip

# --- jobs and what is around the processes -----------------------------------------------------
# Both workers report every queue, so that one whose worker is down still has values.
JOBS_DUE = gauge(
    "jobs_due", "jobs",
    f"Jobs that are due and not running. {TAKE_MAX}",
    QUEUES, "queue",
)  # fmt: skip
JOBS_OLDEST_DUE_SECONDS = gauge(
    "jobs_oldest_due_seconds", "seconds",
    f"How long ago the oldest of them became due; 0 if none. {TAKE_MAX}",
    QUEUES, "queue",
)  # fmt: skip
JOBS_FAILED = gauge(
    "jobs_failed", "jobs",
    f"Jobs of which every attempt failed, until an operator retries them. {TAKE_MAX}",
    QUEUES, "queue",
)  # fmt: skip
JOBS_TICK_SECONDS = gauge(
    "jobs_tick_age_seconds", "seconds",
    f"How long ago jobs of the queue were last looked for. {TAKE_MAX}",
    QUEUES, "queue",
)  # fmt: skip
WEB_SESSIONS = gauge(
    "web_sessions", "keys",
    "Keys in the store of web sessions: one for each session, and few others for seconds. Absent "
    "without `WEB_SESSIONS_URL`.",
    Process.JOBS, "store",
)  # fmt: skip
DISK_FREE = gauge(
    "disk_free_bytes",
    "bytes",
    "Free space of the file system of this folder.",
    Process.JOBS,
    "folder",
)
DISK_SIZE = gauge(
    "disk_size_bytes", "bytes", "Size of the file system of this folder.", Process.JOBS, "folder"
)
CERTIFICATE_EXPIRES = gauge(
    "certificate_expires_timestamp_seconds", "seconds since 1970",
    "When the certificate of this public address expires; 0 while it cannot be read. Absent "
    "without https.",
    Process.JOBS, "address",
)  # fmt: skip


@cache
def _request_series(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    """Looked up once for each combination: `labels` takes longer than both counts."""
    return REQUESTS.labels(route, method, status), REQUEST_SECONDS.labels(route, method)


def count_request(route: str | None, method: str | None, status: int, seconds: float) -> None:
    """`route` is the template of the path, or None for an unknown path."""
    known = method if method in METHODS else OTHER_METHOD
    requests, durations = _request_series(route or UNMATCHED, str(known), status)
    requests.inc()
    durations.observe(seconds)
