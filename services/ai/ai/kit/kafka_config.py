"""The connection of ai's clients to Kafka, and the settings that all its consumers share."""

import ssl
from dataclasses import dataclass, field
from typing import Any, Literal

from faststream.security import BaseSecurity, SASLScram512

from ai.kit.settings import Settings

READ_COMMITTED: Literal["read_committed"] = "read_committed"
WAIT_MS = 500
"""The longest time that a batch waits for its first record."""
FETCH_WAIT_MS = 20
"""The longest time that a broker holds a fetch without records. A fetch leaves out partitions whose
records are still being handled, and aiokafka sends no other fetch before it has returned, so their
next records may wait this long."""

SESSION_MS, HEARTBEAT_MS = 6_000, 1_000
"""After how long a worker that does not answer counts as dead and other workers get its partitions:
brokers allow no shorter time by default. And how often each worker asks for a rebalance."""


@dataclass(frozen=True, slots=True)
class KafkaConfig:
    """The address of the brokers and the login."""

    servers: str
    """Addresses of brokers, separated by commas."""
    protocol: str = "PLAINTEXT"
    username: str = ""
    password: str = field(default="", repr=False)
    ca: str | None = None
    fetch_wait_ms: int = FETCH_WAIT_MS
    """Of the worker's consumer."""

    @classmethod
    def of(cls, settings: Settings) -> "KafkaConfig":
        return cls(
            settings.kafka_bootstrap_servers,
            settings.kafka_security_protocol,
            settings.kafka_sasl_username,
            settings.kafka_sasl_password.get_secret_value(),
            settings.kafka_ssl_ca,
            settings.kafka_fetch_wait_ms,
        )

    def client(self) -> dict[str, Any]:
        """For clients of aiokafka."""
        signed_in = {
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }
        return {
            "bootstrap_servers": self.servers,
            "security_protocol": self.protocol,
            "ssl_context": self._context(),
            **(signed_in if "SASL" in self.protocol else {}),
        }

    def librdkafka(self) -> dict[str, str]:
        """For clients of confluent-kafka."""
        signed_in = {
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": self.username,
            "sasl.password": self.password,
        }
        return {
            "bootstrap.servers": self.servers,
            "security.protocol": self.protocol,
            **({"ssl.ca.location": self.ca} if self.ca and "SSL" in self.protocol else {}),
            **(signed_in if "SASL" in self.protocol else {}),
        }

    def security(self) -> BaseSecurity | None:
        """For FastStream."""
        if "SASL" in self.protocol:
            return SASLScram512(self.username, self.password, ssl_context=self._context())
        return BaseSecurity(ssl_context=self._context()) if "SSL" in self.protocol else None

    def _context(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.ca) if "SSL" in self.protocol else None
