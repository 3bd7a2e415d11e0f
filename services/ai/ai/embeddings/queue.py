"""The encoder for callers on an event loop: a bounded queue of texts, one thread for all of them,
and a second one for short single texts while the first runs longer ones.

Micro-batching without a waiting window: a text that finds the thread free runs at once; texts that
arrive while it is busy run together next.
"""

import asyncio
import heapq
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from ai.embeddings.encoder import Encoder, check_texts
from ai.kit.errors import ServiceUnavailable
from ai.kit.vectors import Matrix, ModelIdentity, Row
from ongoza_ops.metrics import ENCODER_TEXTS

WAITING_TEXTS_MAX = 256
READ_CHARACTERS = 1200
"""About what the model reads of a text, however long it is."""
SHORT_CHARACTERS = 300
"""A single text of at most this length, such as a search, does not wait for longer ones."""

SINGLE, REQUEST, BACKGROUND = 0, 1, 2
URGENCIES = "single", "request", "background"
RUN_CHARACTERS = {SINGLE: SHORT_CHARACTERS, REQUEST: 2 * READ_CHARACTERS, BACKGROUND: 4096}
"""The length of a run, by the urgency of its first text. The encoder runs a few long texts on one
processor and leaves the other processors to requests; background texts use all of them."""


class EncoderBusy(ServiceUnavailable):
    code = "encoder_busy"
    detail = "Too many texts are waiting to be embedded; try again."
    retry_after = 2


@dataclass(slots=True, eq=False)
class _Text:
    """A text that is queued or running, and the number of callers who wait for its vector."""

    text: str
    row: asyncio.Future[Row]
    urgency: int = BACKGROUND
    callers: int = 0
    taken: bool = False


@dataclass(order=True, slots=True)
class _QueueEntry:
    """A text in the queue: short single texts come first, then other requests, each in the order of
    arrival; background texts come last, the shortest first."""

    urgency: int
    length: int
    number: int
    one: _Text = field(compare=False)


@dataclass(slots=True)
class _EncoderThread:
    """A thread and the batch it runs."""

    executor: ThreadPoolExecutor
    batch: list[_Text] = field(default_factory=list)

    def is_long(self) -> bool:
        return any(one.urgency != SINGLE for one in self.batch)


class EncoderQueue:
    """Uses one thread for all kinds of texts, because several would only share the processor, and a
    second thread for short texts that would otherwise wait for longer ones."""

    def __init__(self, encoder: Encoder, *, texts_max: int = WAITING_TEXTS_MAX) -> None:
        self._encoder = encoder
        self._texts_max = texts_max
        self._texts: dict[str, _Text] = {}
        self._queue: list[_QueueEntry] = []
        self._numbers = 0
        self._waiting = [0, 0, 0]
        """How many texts are queued or running, by urgency."""
        self._all_texts, self._short_texts = (
            _EncoderThread(ThreadPoolExecutor(max_workers=1, thread_name_prefix=name))
            for name in ("encoder", "encoder-short")
        )

    @property
    def identity(self) -> ModelIdentity:
        return self._encoder.identity

    async def encode(self, texts: Sequence[str], *, background: bool = False) -> Matrix:
        """One unit vector for each text; a text that is already queued or running is not run twice.

        Raises InvalidText, and EncoderBusy instead of waiting long; a short single text is not
        refused because of lists, which it does not wait for. Background texts run after those of
        requests and are never refused, because their callers limit them.
        """
        check_texts(texts)  # here, so that an invalid text fails only its own caller
        urgency = BACKGROUND if background else SINGLE if _is_short(texts) else REQUEST
        waiting = self._waiting[urgency]
        if not background and waiting and waiting + len(texts) > self._texts_max:
            raise EncoderBusy
        if not texts:
            return np.empty((0, self.identity.dimension), np.float32)
        wanted = [self._join(text, urgency) for text in texts]
        self._run_next()
        try:
            await asyncio.wait({one.row for one in wanted})
        finally:
            for one in wanted:
                self._leave(one)
        return np.stack([one.row.result() for one in wanted])

    def report(self) -> None:
        """Sets the metric of texts that wait or run."""
        for name, count in zip(URGENCIES, self._waiting, strict=True):
            ENCODER_TEXTS.labels(name).set(count)

    def close(self) -> None:
        for thread in (self._all_texts, self._short_texts):
            thread.executor.shutdown(wait=False, cancel_futures=True)

    def _join(self, text: str, urgency: int) -> _Text:
        one = self._texts.get(text)
        if one is None:
            one = self._texts[text] = _Text(text, asyncio.get_running_loop().create_future())
            self._waiting[one.urgency] += 1
            self._enqueue(one, urgency)
        elif urgency < one.urgency and not one.taken:
            self._enqueue(one, urgency)  # its first entry is skipped later
        one.callers += 1
        return one

    def _enqueue(self, one: _Text, urgency: int) -> None:
        self._waiting[one.urgency] -= 1
        self._waiting[urgency] += 1
        one.urgency = urgency
        self._numbers += 1
        length = cost(one.text) if urgency == BACKGROUND else 0
        heapq.heappush(self._queue, _QueueEntry(urgency, length, self._numbers, one))

    def _leave(self, one: _Text) -> None:
        one.callers -= 1
        if not one.callers and not one.taken:
            self._forget(one)

    def _forget(self, one: _Text) -> None:
        del self._texts[one.text]
        self._waiting[one.urgency] -= 1

    def _take(self, *, short: bool) -> list[_Text]:
        """The texts of the next run, of bounded total length, never requests and background
        together; with `short` only short single texts."""
        taken: list[_Text] = []
        left = 0
        while self._queue:
            entry = self._queue[0]
            if not entry.one.taken and entry.one.callers:
                if short and entry.urgency != SINGLE:
                    break
                if not taken:
                    first, left = entry.urgency, RUN_CHARACTERS[entry.urgency]
                left -= cost(entry.one.text)
                other_kind = (entry.urgency == BACKGROUND) != (first == BACKGROUND)
                if taken and (left < 0 or other_kind):
                    break
                entry.one.taken = True
                taken.append(entry.one)
            heapq.heappop(self._queue)
        return taken

    def _run_next(self) -> None:
        if not self._all_texts.batch:
            self._run(self._all_texts, self._take(short=False))
        if self._all_texts.is_long() and not self._short_texts.batch:
            self._run(self._short_texts, self._take(short=True))

    def _run(self, thread: _EncoderThread, batch: list[_Text]) -> None:
        thread.batch = batch
        if not batch:
            return
        run = asyncio.get_running_loop().run_in_executor(
            thread.executor, self._encoder.encode, [one.text for one in batch]
        )
        run.add_done_callback(partial(self._done, thread))

    def _done(self, thread: _EncoderThread, run: "asyncio.Future[Matrix]") -> None:
        batch, thread.batch = thread.batch, []
        failure = None if run.cancelled() else run.exception()
        for position, one in enumerate(batch):
            self._forget(one)
            if run.cancelled() or not one.callers:
                one.row.cancel()
            elif failure:
                one.row.set_exception(failure)
                # Retrieved, because a caller of several texts raises only the first failure.
                one.row.exception()
            else:
                one.row.set_result(run.result()[position])
        if not run.cancelled():
            self._run_next()


def _is_short(texts: Sequence[str]) -> bool:
    return len(texts) == 1 and len(texts[0]) <= SHORT_CHARACTERS


def cost(text: str) -> int:
    """How many characters of a text the model reads, which its time grows with."""
    return min(len(text), READ_CHARACTERS)
