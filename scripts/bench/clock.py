"""When rows were committed: the clock of both sides of a measure."""

import time


class Clock:
    """Runs from the first batch's arrival to the moment `count` records are dealt with."""

    def __init__(self, count: int) -> None:
        self._count = self._open = count
        self._began = self._ended = 0.0

    def arrived(self) -> None:
        self._began = self._began or time.perf_counter()

    def committed(self, records: int) -> bool:
        """Whether that was the last of them."""
        self._open -= records
        self._ended = time.perf_counter()
        return self._open <= 0

    def result(self) -> dict[str, float]:
        return {"per_second": self._count / (self._ended - self._began)}
