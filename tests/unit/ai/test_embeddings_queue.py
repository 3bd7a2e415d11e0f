import asyncio
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from ai.embeddings.encoder import InvalidText
from ai.embeddings.queue import SHORT_CHARACTERS, EncoderBusy, EncoderQueue
from ai.kit.vectors import Matrix, ModelIdentity


class SlowEncoder:
    identity = ModelIdentity(model="slow", revision="1", precision="fp32", dimension=1)

    def __init__(self) -> None:
        self.go = threading.Event()
        self.batches: list[list[str]] = []
        self.threads: set[int] = set()
        self.failing: set[str] = set()

    def encode(self, texts: Sequence[str]) -> Matrix:
        assert self.go.wait(5)
        self.threads.add(threading.get_ident())
        self.batches.append(list(texts))
        if self.failing.intersection(texts):
            raise RuntimeError("the model failed")
        return np.array([[ord(text[0])] for text in texts], dtype=np.float32)


@pytest.fixture
def encoder() -> SlowEncoder:
    return SlowEncoder()


@pytest.fixture
def queue(encoder: SlowEncoder) -> EncoderQueue:
    return EncoderQueue(encoder)


async def ask(
    queue: EncoderQueue, *requests: list[str], **how: bool
) -> list["asyncio.Task[Matrix]"]:
    """Requests that have reached the queue, each before the next."""
    asked = []
    for texts in requests:
        asked.append(asyncio.create_task(queue.encode(texts, **how)))
        await asyncio.sleep(0)
    return asked


async def test_texts_that_come_while_the_thread_is_busy_run_together_off_the_event_loop(
    queue: EncoderQueue, encoder: SlowEncoder
) -> None:
    waiting = await ask(queue, ["a"], ["b"], ["c", "d"])
    encoder.go.set()
    await asyncio.gather(*waiting)
    assert encoder.batches == [["a"], ["b", "c", "d"]]
    assert len(encoder.threads) == 1
    assert threading.get_ident() not in encoder.threads


async def test_a_text_in_flight_is_not_run_again_for_others_who_want_it(
    queue: EncoderQueue, encoder: SlowEncoder
) -> None:
    waiting = await ask(queue, ["a"], ["b", "a", "b"], ["a", "b"], ["c"])
    encoder.go.set()
    rows = await asyncio.gather(*waiting)
    assert encoder.batches == [["a"], ["c", "b"]]
    assert [found.ravel().tolist() for found in rows] == [[97], [98, 97, 98], [97, 98], [99]]
    await queue.encode(["a"])  # nobody wants it any more: it is run anew
    assert encoder.batches[2:] == [["a"]]


async def test_requests_run_before_what_has_waited_in_the_background(
    queue: EncoderQueue, encoder: SlowEncoder
) -> None:
    waiting = await ask(queue, ["first"])
    waiting += await ask(queue, ["b1", "b2"], background=True)
    waiting += await ask(queue, ["r1"], ["r2"])
    encoder.go.set()
    await asyncio.gather(*waiting)
    assert encoder.batches == [["first"], ["r1", "r2"], ["b1", "b2"]]


async def test_a_single_text_goes_before_a_long_list(
    queue: EncoderQueue, encoder: SlowEncoder
) -> None:
    long = [letter * 1000 for letter in "abcdefgh"]
    waiting = await ask(queue, ["first"])
    waiting += await ask(queue, long, ["search"])
    encoder.go.set()
    await asyncio.gather(*waiting)
    assert encoder.batches[1][0] == "search"


class SlowForLists(SlowEncoder):
    """Answers a single text at once."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        if len(texts) == 1 and len(texts[0]) <= SHORT_CHARACTERS:
            self.threads.add(threading.get_ident())
            return np.ones((1, 1), np.float32)
        return super().encode(texts)


@pytest.mark.parametrize("background", [False, True])
async def test_a_short_text_does_not_wait_for_a_list_that_runs(background: bool) -> None:
    encoder = SlowForLists()
    queue = EncoderQueue(encoder)
    (long,) = await ask(queue, ["a" * 1000, "b"], background=background)
    for text in ("search", "another search"):
        assert len(await queue.encode([text])) == 1
    assert not long.done()
    encoder.go.set()
    await long
    assert len(encoder.threads) == 2


async def test_a_short_text_does_not_run_in_one_run_with_long_ones(
    queue: EncoderQueue, encoder: SlowEncoder
) -> None:
    waiting = await ask(queue, ["first"], ["l" * 1000], ["search"], ["m" * 300, "n"])
    encoder.go.set()
    await asyncio.gather(*waiting)
    assert [[text[0] for text in batch] for batch in encoder.batches] == [
        ["f"],
        ["s"],
        ["l", "m", "n"],
    ]


async def test_lists_of_requests_run_in_pieces_of_two_long_texts(
    queue: EncoderQueue, encoder: SlowEncoder
) -> None:
    (long,) = await ask(queue, [letter * 1500 for letter in "abcde"])
    encoder.go.set()
    await long
    assert [len(batch) for batch in encoder.batches] == [2, 2, 1]


async def test_a_request_takes_a_text_out_of_the_background(
    queue: EncoderQueue, encoder: SlowEncoder
) -> None:
    waiting = await ask(queue, ["first"])
    waiting += await ask(queue, ["x", "y"], background=True)
    waiting += await ask(queue, ["y"])
    encoder.go.set()
    await asyncio.gather(*waiting)
    assert encoder.batches == [["first"], ["y"], ["x"]]


async def test_the_background_runs_by_length_in_pieces_that_requests_can_come_between(
    queue: EncoderQueue, encoder: SlowEncoder
) -> None:
    texts = [
        letter * length
        for letter, length in zip("abcdef", (900, 5, 2000, 7, 1300, 800), strict=True)
    ]
    waiting = await ask(queue, ["first"])
    waiting += await ask(queue, texts, background=True)
    encoder.go.set()
    await asyncio.gather(*waiting)
    lengths = [[len(text) for text in batch] for batch in encoder.batches]
    assert lengths == [[5], [5, 7, 800, 900, 2000], [1300]]


async def test_a_bad_text_fails_its_own_caller_alone(
    queue: EncoderQueue, encoder: SlowEncoder
) -> None:
    good, bad, other = await ask(queue, ["a"], ["b", "\ud800"], ["c"])
    encoder.go.set()
    with pytest.raises(InvalidText, match="text 1 "):
        await bad
    assert len(await good) == len(await other) == 1
    assert encoder.batches == [["a"], ["c"]]


async def test_a_failing_model_fails_those_who_wait_for_that_run_and_nobody_else(
    queue: EncoderQueue, encoder: SlowEncoder
) -> None:
    encoder.failing = {"b"}
    waiting = await ask(queue, ["a"], ["b"], ["c"])
    encoder.go.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one).__name__ for one in found] == ["ndarray", "RuntimeError", "RuntimeError"]
    assert len(await queue.encode(["c"])) == 1


async def test_no_texts_have_no_vectors(queue: EncoderQueue, encoder: SlowEncoder) -> None:
    assert (await queue.encode([])).shape == (0, 1)
    assert encoder.batches == []


async def test_a_full_queue_refuses_at_once_and_recovers(encoder: SlowEncoder) -> None:
    queue = EncoderQueue(encoder, texts_max=4)
    waiting = await ask(queue, ["u", "v"], ["w", "x"])
    waiting += await ask(queue, list("abcdefgh"), background=True)  # bounded by whoever sends it
    with pytest.raises(EncoderBusy) as refusal:
        await queue.encode(["y", "z"])
    assert (refusal.value.status, refusal.value.headers) == (503, {"Retry-After": "2"})
    encoder.go.set()
    await asyncio.gather(*waiting)
    assert len(await queue.encode(["y", "z"])) == 2


async def test_a_request_larger_than_the_queue_is_served_when_nothing_waits(
    encoder: SlowEncoder,
) -> None:
    encoder.go.set()
    assert len(await EncoderQueue(encoder, texts_max=4).encode([str(n) for n in range(64)])) == 64


async def test_a_client_that_leaves_gives_its_place_back(encoder: SlowEncoder) -> None:
    queue = EncoderQueue(encoder, texts_max=4)
    first, second = await ask(queue, ["x"], ["y1", "y2", "y3"])
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    (third,) = await ask(queue, ["z1", "z2", "y1"])
    encoder.go.set()
    await asyncio.gather(first, third)
    assert encoder.batches == [["x"], ["z1", "z2", "y1"]]
