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
    payload = models.BinaryField()

    class Meta:
        db_table = "outbox_event"

    def __str__(self) -> str:
        return f"{self.type} {self.key} {self.sequence}"
