"""The kinds of jobs and their functions. An app declares its kinds in a module `jobs`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from core.jobs.models import Job
from core.jobs.queue_names import QueueName

Run = Callable[[Job], None]

DEFAULT_ATTEMPTS = 14  # within a little more than a day


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """`run` is called in the transaction that ends the job; it may be called again after a crash
    or an exception. With `every` there is always one open job of this kind, due at the next
    multiple of it in UTC. Without `atomic` it is called outside of any transaction, for jobs that
    call other hosts: what it writes stays when it fails, and only when it takes longer than
    `services.LONGEST_RUN` it may run a second time beside itself. The workers of `queue` run it:
    those of `jobs`, unless it calls hosts that users name, each of which may hold up a worker."""

    name: str
    run: Run
    max_attempts: int
    every: timedelta | None
    atomic: bool
    queue: QueueName


_KINDS: dict[str, JobKind] = {}


def job_kind(
    name: str,
    *,
    max_attempts: int = DEFAULT_ATTEMPTS,
    every: timedelta | None = None,
    atomic: bool = True,
    queue: QueueName = QueueName.JOBS,
) -> Callable[[Run], Run]:
    """Register the decorated function as what runs jobs of the kind `name`."""

    def register(run: Run) -> Run:
        if name in _KINDS:
            raise ValueError(f"two job kinds are called {name}")
        _KINDS[name] = JobKind(
            name=name,
            run=run,
            max_attempts=max_attempts,
            every=every,
            atomic=atomic,
            queue=queue,
        )
        return run

    return register


def job_kinds() -> Mapping[str, JobKind]:
    return _KINDS


def queue_of(kind: str) -> QueueName:
    """The queue `jobs` for a kind that no app declares, for instance one of a later release."""
    return _KINDS[kind].queue if kind in _KINDS else QueueName.JOBS


def in_queue(name: QueueName) -> Q:
    """The condition that a job's kind is of this queue."""
    elsewhere = [kind.name for kind in _KINDS.values() if kind.queue != name]
    if name == QueueName.JOBS:
        return ~Q(kind__in=elsewhere)  # kinds that no app declares too
    return Q(kind__in=[*_KINDS.keys() - elsewhere])
