"""Records on their way to Kafka, and the history of every fact."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class OutboxEvent(models.Model):
    """A Kafka record that waits to be sent: each column is what goes on the wire.

    Rows are written by `append` alone and removed by the relay when the broker has acknowledged
    them, so the table is short and the age of its oldest row is the relay's lag.
    """

    id = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField()
    topic = models.TextField()
    partition = models.PositiveIntegerField()
    key = models.TextField()
    partition_key = models.TextField()
    type = models.TextField()
    subject = models.TextField()
    time = models.TextField()
    dataschema = models.TextField()
    sequence = models.TextField()
    traceparent = models.TextField(null=True)  # noqa: DJ001  (a header that is absent, not empty)
    payload = models.BinaryField(null=True)  # a tombstone has none
    queued_at = models.DateTimeField(db_default=Now())
    """When the row was written, sent as the record's timestamp. A fact that is published again
    keeps its `time`, but not this."""

    class Meta:
        db_table = "outbox_event"

    def __str__(self) -> str:
        return f"{self.type} {self.key} {self.sequence}"


class DeletedEntityKey(models.Model):
    """The key of a deleted entity, which needs a tombstone when its owner is erased."""

    user_id = models.PositiveIntegerField(db_index=True)
    topic = models.TextField()
    key = models.TextField()

    class Meta:
        db_table = "outbox_deleted_entity_key"

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class FactHistory(models.Model):
    """A fact that was published, for ever: who changed which entity, when, and to what.

    Rows are written by `append` beside the outbox row. The table is partitioned by month of
    `recorded_at` (`core.outbox.partitions`). Facts are states: nothing is computed by folding rows.
    """

    id = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    topic = models.TextField()
    type = models.TextField()
    key = models.TextField()
    version = models.BigIntegerField()
    event_id = models.UUIDField()
    time = models.DateTimeField()
    traceparent = models.TextField(null=True)  # noqa: DJ001  (unknown, not empty)
    owner_id = models.IntegerField(null=True)
    further_subject_ids = ArrayField(models.IntegerField())
    actor = models.TextField(null=True)  # noqa: DJ001  (unknown, or erased)
    request_id = models.TextField(null=True)  # noqa: DJ001  (outside a request)
    body = models.JSONField()

    class Meta:
        db_table = "fact_history"
        ordering = ("-id",)
        verbose_name_plural = "fact history"

    def __str__(self) -> str:
        return f"{self.type} {self.key} version {self.version}"


class PublishedOffset(models.Model):
    """The offset after the last record of a partition that was acknowledged to the relay. Written
    in the statement that deletes the outbox rows."""

    topic = models.TextField()
    partition = models.PositiveIntegerField()
    next_offset = models.PositiveBigIntegerField(null=True)
    """Null until the first check, which stores the partition's last stable offset, or 0 without
    one."""

    class Meta:
        db_table = "outbox_published_offset"
        constraints = (
            models.UniqueConstraint(fields=("topic", "partition"), name="one_published_offset"),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.partition}: {self.next_offset}"


class RestoreCheck(models.Model):
    """The one row with the result of the last comparison of the topics with a database, and the
    identity of that database. Only `core.outbox.restore_check` writes it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    database = models.TextField()
    """Server, its start and the database's oid, of which a restore changes at least one."""
    written_by = models.TextField()
    """The transaction that wrote the row. A row loaded from a dump was written by another."""
    pending_since = models.DateTimeField(null=True)
    unknown_count = models.PositiveBigIntegerField(default=0)
    unknown_records = models.JSONField(default=list)
    lost_topics = models.JSONField(default=list)
    """Topics that ended before the last acknowledged record and were not refilled since."""

    class Meta:
        db_table = "outbox_restore_check"

    def __str__(self) -> str:
        return f"pending since {self.pending_since}" if self.pending_since else "checked"
