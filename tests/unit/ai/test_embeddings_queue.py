import asyncio
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from ai.embeddings.encoder import Matrix, ModelIdentity
from ai.embeddings.queue import EncoderBusy, EncoderQueue


class SlowEncoder:
    identity = ModelIdentity(model="slow", revision="1", precision="fp32", dimension=1)

    def __init__(self) -> None:
        self.go = threading.Event()
        self.batches: list[list[str]] = []
        self.threads: set[int] = set()

    def encode(self, texts: Sequence[str]) -> Matrix:
        assert self.go.wait(5)
        self.threads.add(threading.get_ident())
        self.batches.append(list(texts))
        return np.ones((len(texts), 1), dtype=np.float32)


@pytest.fixture
def encoder() -> SlowEncoder:
    return SlowEncoder()


async def test_texts_are_encoded_in_turn_off_the_event_loop(encoder: SlowEncoder) -> None:
    queue = EncoderQueue(encoder)
    waiting = [asyncio.create_task(queue.encode([text])) for text in "abc"]
    await asyncio.sleep(0.01)
    encoder.go.set()
    await asyncio.gather(*waiting)
    assert encoder.batches == [["a"], ["b"], ["c"]]
    assert len(encoder.threads) == 1
    assert threading.get_ident() not in encoder.threads


async def test_a_full_queue_refuses_at_once_and_recovers(encoder: SlowEncoder) -> None:
    queue = EncoderQueue(encoder, texts_max=4)
    waiting = [asyncio.create_task(queue.encode(["x", "y"])) for _ in range(2)]
    await asyncio.sleep(0.01)
    with pytest.raises(EncoderBusy) as refusal:
        await queue.encode(["z"])
    assert (refusal.value.status, refusal.value.headers) == (503, {"Retry-After": "2"})
    encoder.go.set()
    await asyncio.gather(*waiting)
    assert len(await queue.encode(["z"])) == 1


async def test_a_request_larger_than_the_queue_is_served_when_nothing_waits(
    encoder: SlowEncoder,
) -> None:
    encoder.go.set()
    assert len(await EncoderQueue(encoder, texts_max=4).encode(["x"] * 64)) == 64


async def test_a_client_that_leaves_gives_its_place_back(encoder: SlowEncoder) -> None:
    queue = EncoderQueue(encoder, texts_max=4)
    first = asyncio.create_task(queue.encode(["x"]))
    second = asyncio.create_task(queue.encode(["y", "y", "y"]))
    await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    third = asyncio.create_task(queue.encode(["z", "z", "z"]))
    await asyncio.sleep(0.01)
    encoder.go.set()
    await asyncio.gather(first, third)
    assert encoder.batches == [["x"], ["z", "z", "z"]]
