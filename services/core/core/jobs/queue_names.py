"""The queues of Celery. Each has a worker with slots of its own, so none delays another."""

from enum import StrEnum


class QueueName(StrEnum):
    JOBS = "jobs"
    WEBHOOKS = "webhooks"
    """Calls to receivers, each of which may take as long as `core.kit.outgoing` allows."""

    @property
    def ticks(self) -> str:
        """The queue of the ticks for the same worker, so that a tick waits for no backlog."""
        return f"{self}.ticks"
