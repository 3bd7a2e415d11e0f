"""A circuit breaker: after several failures in a row calls are refused for a while."""

import time
from collections.abc import Callable


class CircuitBreaker:
    """Closed until `failures` calls in a row fail, then open for `cool_down` seconds; after that
    one call at a time is let through as a probe until one succeeds.

    Ask `allows()` before each call, and report each allowed call as `succeeded`, `failed` or
    `abandoned`, which is a call that its caller cancelled.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        cool_down: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._cool_down = cool_down
        self._clock = clock
        self._failed_in_a_row = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        return self._opened_at is not None

    def allows(self) -> bool:
        if self._opened_at is None:
            return True
        if self._probing or self._clock() - self._opened_at < self._cool_down:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        self._failed_in_a_row = 0
        self._opened_at = None
        self._probing = False

    def failed(self) -> None:
        self._failed_in_a_row += 1
        self._probing = False
        if self._failed_in_a_row >= self._limit:
            self._opened_at = self._clock()

    def abandoned(self) -> None:
        self._probing = False
