"""After several failures in a row another server is not asked for a while.

pybreaker 1.4 holds a lock during each call, so that its callers would wait for one another."""

import time

FAILURES, COOL_DOWN_SECONDS = 5, 2.0


class Breaker:
    """Of this process. It is not locked: racing threads may open it one failure later."""

    def __init__(self) -> None:
        self.failed_in_a_row = 0
        self.closed_from = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self.closed_from

    def record(self, *, answered: bool) -> None:
        self.failed_in_a_row = 0 if answered else self.failed_in_a_row + 1
        if self.failed_in_a_row >= FAILURES:
            self.closed_from = time.monotonic() + COOL_DOWN_SECONDS
