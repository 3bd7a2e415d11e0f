"""The encoder for callers on an event loop: a bounded queue of texts, one thread for whatever comes
next, and one that is for short single texts alone, while the other runs something long.

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
READ_CHARACTERS = 1200
"""About what the model reads of a text, however long it is."""
SHORT_CHARACTERS = 300
"""A single text of so many characters, such as a search, waits for none that is longer."""

SINGLE, REQUEST, BACKGROUND = 0, 1, 2
RUN_CHARACTERS = {SINGLE: SHORT_CHARACTERS, REQUEST: 2 * READ_CHARACTERS, BACKGROUND: 4096}
"""How long a run gets that begins with such a text. The encoder runs a few long texts on one
processor, which leaves the others to the requests of other callers; the background gets all."""


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
    """A place in the queue: requests come before the background, short single texts first, in order
    of arrival; the background runs by length."""

    urgency: int
    length: int
    number: int
    one: _Text = field(compare=False)


@dataclass(slots=True)
class _Lane:
    """A thread and what it runs."""

    thread: ThreadPoolExecutor
    batch: list[_Text] = field(default_factory=list)

    def is_long(self) -> bool:
        return any(one.urgency != SINGLE for one in self.batch)


class EncoderQueue:
    """Uses one thread for all kinds of texts, because several would only share the processor, and a
    second one only for a short text that would otherwise wait for longer ones."""

    def __init__(self, encoder: Encoder, *, texts_max: int = WAITING_TEXTS_MAX) -> None:
        self._encoder = encoder
        self._texts_max = texts_max
        self._texts: dict[str, _Text] = {}
        self._line: list[_Place] = []
        self._numbers = 0
        self._waiting = [0, 0, 0]
        """How many texts are queued or running, by urgency."""
        self._main, self._express = (
            _Lane(ThreadPoolExecutor(max_workers=1, thread_name_prefix=name))
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

    def close(self) -> None:
        for lane in (self._main, self._express):
            lane.thread.shutdown(wait=False, cancel_futures=True)

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

    def _take(self, *, short: bool) -> list[_Text]:
        """The texts of the next run, of bounded total length, never requests and background
        together; `short` for short single texts alone."""
        taken: list[_Text] = []
        left = 0
        while self._line:
            place = self._line[0]
            if not place.one.taken and place.one.callers:
                if short and place.urgency != SINGLE:
                    break
                if not taken:
                    first, left = place.urgency, RUN_CHARACTERS[place.urgency]
                left -= cost(place.one.text)
                other_kind = (place.urgency == BACKGROUND) != (first == BACKGROUND)
                if taken and (left < 0 or other_kind):
                    break
                place.one.taken = True
                taken.append(place.one)
            heapq.heappop(self._line)
        return taken

    def _run_next(self) -> None:
        if not self._main.batch:
            self._run(self._main, self._take(short=False))
        if self._main.is_long() and not self._express.batch:
            self._run(self._express, self._take(short=True))

    def _run(self, lane: _Lane, batch: list[_Text]) -> None:
        lane.batch = batch
        if not batch:
            return
        run = asyncio.get_running_loop().run_in_executor(
            lane.thread, self._encoder.encode, [one.text for one in batch]
        )
        run.add_done_callback(partial(self._done, lane))

    def _done(self, lane: _Lane, run: "asyncio.Future[Matrix]") -> None:
        batch, lane.batch = lane.batch, []
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
