"""Records on their way to Kafka."""

from django.db import models


class OutboxEvent(models.Model):
    """A Kafka record that waits to be sent: each column is what goes on the wire.

    Rows are written by `append` alone and removed by the relay when the broker has acknowledged
    them, so the table is short and its oldest row tells how far the relay is behind.
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
    payload = models.BinaryField(null=True)  # without one, the key is to be forgotten

    class Meta:
        db_table = "outbox_event"

    def __str__(self) -> str:
        return f"{self.type} {self.key} {self.sequence}"


class DeletedEntityKey(models.Model):
    """A key on a topic whose entity is gone from here: its last fact has to be found when the
    learner it belongs to is erased."""

    user_id = models.PositiveIntegerField(db_index=True)
    topic = models.TextField()
    key = models.TextField()

    class Meta:
        db_table = "outbox_deleted_entity_key"

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"
