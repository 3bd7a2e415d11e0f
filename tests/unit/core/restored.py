"""A database of core that is put back to an earlier state, while the topics stay as they are."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from core.outbox.kafka import TopicRecord
from core.outbox.models import FactHistory
from core.outbox.publications import publications
from core.outbox.restore_check import unknown_among
from core.progress.models import Progress
from core.progress.services import report_progress
from core.users.models import User
from ongoza_contracts.vocabulary import ContentType, ProgressStatus
from tests.topics_double import Topics

COUNTED = ("users_user", "organizations_organization", "programs_contentitem")
COMMANDS = (
    "core.restore.management.commands.after_restore",
    "core.outbox.management.commands.refill_topic",
)


def read_by_commands(monkeypatch: pytest.MonkeyPatch) -> Topics:
    """Topics that operators' commands read in place of Kafka."""
    found = Topics()

    @contextmanager
    def reader(_: object) -> Iterator[Topics]:
        yield found

    for module in COMMANDS:
        monkeypatch.setattr(f"{module}.topic_reader", reader)
    return found


@contextmanager
def lost(topics: Topics) -> Iterator[None]:
    """What happens in the block is published, and the database put back to before it."""
    topics.take()
    with transaction.atomic():
        yield
        topics.take()
        transaction.set_rollback(True)
    for table in COUNTED:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"  # noqa: S608
                f" coalesce((SELECT max(id) FROM {table}), 1))"
            )


def after_restore(*options: str) -> str:
    out = io.StringIO()
    call_command("after_restore", *options, stdout=out)
    return out.getvalue()


def check_consistency(topics: Topics) -> None:
    """Every key's last record is the row's version, or a deletion where there is no row."""
    topics.take()
    last: dict[tuple[str, str], TopicRecord] = {}
    for one in topics.records:
        last[one.topic, one.key] = one
    for publication in publications():
        for row in publication.rows():
            fact = publication.build(row)
            record = last.pop((publication.topic.name, fact.key))
            assert record.value == fact.model_dump_json().encode()
            history = FactHistory.objects.filter(topic=publication.topic.name, key=fact.key)
            assert history.order_by("-version", "-id")[0].version == fact.version
    for record in last.values():
        kind = record.attribute("ce_type")
        assert record.value is None or kind.split(".")[2] in {"erased", "ended", "deleted"}
    assert unknown_among([one for one in topics.records if one.value is not None]) == []


def report(user: User, percentage: float, content_id: str = "course-1") -> Progress:
    return report_progress(
        user=user,
        content_id=content_id,
        content_type=ContentType.COURSE,
        status=ProgressStatus.IN_PROGRESS,
        completion_percentage=percentage,
    )[0]
