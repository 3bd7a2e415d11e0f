"""The load of several processes of each API, or of several releases, as a balancer spreads it."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol

import httpx

from scripts.chaos.load import Load


class Apis(Protocol):
    """One process of each API."""

    @property
    def core_url(self) -> str: ...

    @property
    def ai_url(self) -> str: ...


@dataclass
class BalancedLoad(Load):
    """Calls the processes of each API in turns, as a load balancer leads its clients."""

    serving: dict[str, list[str]] = field(default_factory=lambda: {"core": [], "ai": []})
    """The URLs by service."""
    answered: Counter[str] = field(default_factory=Counter)
    """The answers by URL."""
    failures: list[str] = field(default_factory=list)
    _under_way: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)
    _turns: Counter[str] = field(default_factory=Counter)

    def add(self, apis: Apis) -> None:
        with self.lock:
            self.serving["core"].append(apis.core_url)
            self.serving["ai"].append(apis.ai_url)

    def remove(self, apis: Apis) -> None:
        with self.lock:
            self.serving["core"].remove(apis.core_url)
            self.serving["ai"].remove(apis.ai_url)

    def is_drained(self, apis: Apis) -> bool:
        """Whether no request to it is under way."""
        with self.lock:
            return not self._under_way[apis.core_url] + self._under_way[apis.ai_url]

    def request(
        self, http: httpx.Client, service: str, method: str, path: str, token: str, **more: Any
    ) -> int:
        with self.lock:
            urls = self.serving[service]
            self._turns[service] += 1
            url = urls[self._turns[service] % len(urls)]
            self._under_way[url] += 1
        headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
        try:
            answer = http.request(method, f"{url}{path}", headers=headers, **more)
            status, said = answer.status_code, answer.text[:200]
        except httpx.TransportError as error:
            status, said = 0, repr(error)
        with self.lock:
            self._under_way[url] -= 1
            self.answered[url] += 1
            if status not in (200, 201):
                self.failures.append(f"{status} {method} {url}{path}: {said}")
        return status
