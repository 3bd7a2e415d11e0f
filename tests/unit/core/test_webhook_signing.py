"""The request that a subscriber gets: a signed CloudEvent, of which nothing else is stored."""

import base64
import json
import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs.models import Job
from core.outbox.models import OutboxEvent
from core.webhooks import services
from core.webhooks.models import Delivery, Subscription
from core.webhooks.signing import keys_of
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.vocabulary import ProgressStatus
from tests.unit.core.school import World
from tests.unit.core.webhook_receiver import (
    Receiver,
    is_genuine,
    progress,
    send_again,
    send_all,
    subscribe,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_a_fact_is_sent_as_a_signed_cloud_event(world: World, receiver: Receiver) -> None:
    _, secret = subscribe(world.school, receiver, ProgressUpdated.type)
    key = progress(world.learner)
    send_all()

    (call,) = receiver.calls
    row = OutboxEvent.objects.get(type=ProgressUpdated.type)
    assert call.headers["content-type"] == "application/cloudevents+json"
    assert call.headers["webhook-id"] == str(row.event_id)
    assert call.event == {
        "specversion": "1.0",
        "id": str(row.event_id),
        "source": "urn:ongoza:core",
        "type": ProgressUpdated.type,
        "subject": key,
        "time": row.time,
        "dataschema": row.dataschema,
        "partitionkey": str(world.learner.id),
        "sequence": row.sequence,
        "traceparent": row.traceparent,
        "datacontenttype": "application/json",
        "data": json.loads(bytes(row.payload or b"")),
    }
    assert is_genuine(secret, call)
    assert not is_genuine("whsec_" + base64.b64encode(bytes(32)).decode(), call)
    assert not is_genuine(secret, call._replace(body=call.body + b" "))
    assert not is_genuine(secret, call, **{"webhook-id": "another"})
    long_ago = str(int(call.headers["webhook-timestamp"]) - 3600)
    assert not is_genuine(secret, call, **{"webhook-timestamp": long_ago})


def test_requests_carry_both_signatures_for_a_day_after_the_secret_was_replaced(
    world: World, receiver: Receiver
) -> None:
    subscription, old = subscribe(world.school, receiver, ProgressUpdated.type)
    _, new = services.rotate_secret(subscription_id=subscription.pk)
    progress(world.learner)
    send_all()
    assert is_genuine(new, receiver.calls[0])
    assert is_genuine(old, receiver.calls[0])
    Subscription.objects.update(rotated_at=timezone.now() - DAY)
    progress(world.learner)
    send_all()
    assert is_genuine(new, receiver.calls[1])
    assert not is_genuine(old, receiver.calls[1])


def test_no_secret_and_no_body_is_in_a_job_a_delivery_or_a_log(
    world: World, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    subscription, secret = subscribe(world.school, receiver, ProgressUpdated.type)
    progress(world.learner)
    receiver.status = 500
    send_all()
    jobs = [*Job.objects.filter(kind__startswith="webhooks").values_list("kind", "subject", "key")]
    assert jobs == [("webhooks.send", str(subscription.pk), str(subscription.pk))]
    rows = [*Delivery.objects.values(), *Job.objects.values()]
    receiver.status = 200
    send_again()
    rows += [*Delivery.objects.values(), *Job.objects.values()]
    (key,), body = keys_of(subscription), receiver.calls[0].body.decode()
    assert receiver.calls[0].event["data"]["status"] == ProgressStatus.IN_PROGRESS
    texts = (secret, secret.removeprefix("whsec_"), key.hex(), str(key))
    for text in (*texts, body, json.dumps(receiver.calls[0].event["data"]), "in_progress"):
        assert text not in str(rows) + caplog.text
    assert str(Delivery.objects.get().pk) in str(rows)
    assert not {"body", "payload", "response"} & {f.name for f in Delivery._meta.get_fields()}
