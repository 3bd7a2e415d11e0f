"""Facts to append, and the records of them on the topic."""

import json
from datetime import UTC, datetime

from django.db import transaction

from core.outbox.append import append
from ongoza_contracts.progress import ProgressUpdated
from tests.integration.story import records
from tests.servers import SERVERS

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def progress_fact(user_id: int, version: int) -> ProgressUpdated:
    """Facts of different versions differ in their percentage, too."""
    return ProgressUpdated.model_validate(
        {
            "version": version,
            "user_id": user_id,
            "content_id": "course-1",
            "content_type": "course",
            "status": "in_progress",
            "completion_percentage": version,
            "created_at": NOW,
            "updated_at": NOW,
        }
    )


def append_progress(user_id: int, *versions: int) -> None:
    with transaction.atomic():
        for version in versions:
            append(progress_fact(user_id, version))


def sent_versions(user_id: int, content_id: str = "course-1") -> list[int]:
    """The versions on the topic, by offset."""
    found = records(SERVERS, "ongoza.progress", f"{user_id}:{content_id}")
    return [json.loads(message.value() or b"")["version"] for message in found]


def wait_patiently() -> None:
    """Called while the publisher waits for the broker."""
