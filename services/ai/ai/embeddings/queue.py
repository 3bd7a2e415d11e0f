"""The encoder for callers on an event loop: one thread and a bounded queue of texts.

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

WAITING_TEXTS_MAX = 256
RUN_CHARACTERS = 4096
"""About 100 ms of work: the longest a new text waits for the run before it."""
READ_CHARACTERS = 1200
"""About what the model reads of a text, however long it is."""

SINGLE, REQUEST, BACKGROUND = 0, 1, 2
"""A single text, such as a search, does not wait for a list of sixty-four long ones."""


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
class _Place:
    """A place in the queue: requests come before the background, single texts first, in order of
    arrival; the background runs by length."""

    urgency: int
    length: int
    number: int
    one: _Text = field(compare=False)


class EncoderQueue:
    """Uses one thread, because several would only share the processor."""

    def __init__(self, encoder: Encoder, *, texts_max: int = WAITING_TEXTS_MAX) -> None:
        self._encoder = encoder
        self._texts_max = texts_max
        self._texts: dict[str, _Text] = {}
        self._line: list[_Place] = []
        self._numbers = 0
        self._waiting = [0, 0, 0]
        """How many texts are queued or running, by urgency."""
        self._running = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    @property
    def identity(self) -> ModelIdentity:
        return self._encoder.identity

    async def encode(self, texts: Sequence[str], *, background: bool = False) -> Matrix:
        """One unit vector for each text; a text that is already queued or running is not run twice.

        Raises InvalidText, and EncoderBusy instead of waiting long; a single text is not refused
        because of lists, which it does not wait for. Background texts run after those of requests
        and are never refused, because their callers limit them.
        """
        check_texts(texts)  # here, so that an invalid text fails only its own caller
        urgency = BACKGROUND if background else SINGLE if len(texts) == 1 else REQUEST
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

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _join(self, text: str, urgency: int) -> _Text:
        one = self._texts.get(text)
        if one is None:
            one = self._texts[text] = _Text(text, asyncio.get_running_loop().create_future())
            self._waiting[one.urgency] += 1
            self._stand_in_line(one, urgency)
        elif urgency < one.urgency and not one.taken:
            self._stand_in_line(one, urgency)  # its first place is skipped later
        one.callers += 1
        return one

    def _stand_in_line(self, one: _Text, urgency: int) -> None:
        self._waiting[one.urgency] -= 1
        self._waiting[urgency] += 1
        one.urgency = urgency
        self._numbers += 1
        length = cost(one.text) if urgency == BACKGROUND else 0
        heapq.heappush(self._line, _Place(urgency, length, self._numbers, one))

    def _leave(self, one: _Text) -> None:
        one.callers -= 1
        if not one.callers and not one.taken:
            self._forget(one)

    def _forget(self, one: _Text) -> None:
        del self._texts[one.text]
        self._waiting[one.urgency] -= 1

    def _take(self) -> list[_Text]:
        """The texts of the next run, of bounded total length, never requests and background
        together."""
        taken: list[_Text] = []
        urgency, left = None, RUN_CHARACTERS
        while self._line:
            place = self._line[0]
            if not place.one.taken and place.one.callers:
                left -= cost(place.one.text)
                other_kind = (place.urgency == BACKGROUND) != (urgency == BACKGROUND)
                if taken and (left < 0 or other_kind):
                    break
                urgency, place.one.taken = place.urgency, True
                taken.append(place.one)
            heapq.heappop(self._line)
        return taken

    def _run_next(self) -> None:
        if self._running or not (batch := self._take()):
            return
        self._running = True
        run = asyncio.get_running_loop().run_in_executor(
            self._thread, self._encoder.encode, [one.text for one in batch]
        )
        run.add_done_callback(partial(self._done, batch))

    def _done(self, batch: list[_Text], run: "asyncio.Future[Matrix]") -> None:
        self._running = False
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


def cost(text: str) -> int:
    """How many characters of a text the model reads, which its time grows with."""
    return min(len(text), READ_CHARACTERS)
