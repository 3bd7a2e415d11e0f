"""The encoder for callers on an event loop: one thread, and a bounded number of texts before it."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ai.embeddings.encoder import Encoder, Matrix, ModelIdentity
from ai.kit.errors import TryAgain

WAITING_TEXTS_MAX = 256


class EncoderBusy(TryAgain):
    code = "encoder_busy"
    detail = "Too many texts are waiting to be embedded; try again."
    retry_after = 2


class EncoderQueue:
    """First come, first served. More than one thread would only make them share the processor."""

    def __init__(self, encoder: Encoder, *, texts_max: int = WAITING_TEXTS_MAX) -> None:
        self._encoder = encoder
        self._texts_max = texts_max
        self._waiting = 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    @property
    def identity(self) -> ModelIdentity:
        return self._encoder.identity

    async def encode(self, texts: Sequence[str]) -> Matrix:
        """One unit vector for each text. Raises EncoderBusy at once instead of waiting long."""
        if self._waiting and self._waiting + len(texts) > self._texts_max:
            raise EncoderBusy
        self._waiting += len(texts)
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._thread, self._encoder.encode, texts)
        future.add_done_callback(lambda _: self._done(len(texts)))
        return await future

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _done(self, count: int) -> None:
        self._waiting -= count
