"""Settings that differ between machines, read from the environment."""

import logging
import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ongoza_contracts.http.coaching import NUDGES_MAX
from ongoza_contracts.http.configuration import TOKEN_ALGORITHM, is_origin, unknown_variables

log = logging.getLogger(__name__)

Backend: TypeAlias = Literal["onnx", "sentence-transformers"]


class SettingsError(Exception):
    """A process cannot start with these settings; the text says which and why."""


class Settings(BaseSettings):
    """Secrets have no default: without them a process does not start."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    vector_db_host: str = "localhost"
    """The server of ai's database."""
    vector_db_port: int = 5433
    """The database server's port."""
    vector_db_name: str = "ongozacyberhub_vector"
    """ai's database."""
    vector_db_user: str = "postgres"
    """The role that ai connects as."""
    vector_db_password: str
    """Its password."""

    kafka_bootstrap_servers: str = "localhost:9092"
    """Addresses of brokers, separated by commas: one that answers names the others."""
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """`SASL_PLAINTEXT` is for one machine: all but the password is sent in clear."""
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """Nothing else is accepted."""
    kafka_sasl_username: str = Field(default="", validate_default=True)
    """The principal. Needed with `SASL_...`."""
    kafka_sasl_password: SecretStr = Field(default=SecretStr(""), validate_default=True)
    """Its password. Needed with `SASL_...`."""
    kafka_ssl_ca: str | None = None
    """A file with the certificates to trust instead of the machine's own."""
    kafka_fetch_wait_ms: int = Field(default=20, ge=1, le=5000)
    """How long a broker holds a fetch of the worker that finds no records. A longer time makes an
    idle worker and its broker cheaper, and a record may become visible that much later."""

    django_api_url: str = "http://localhost:8000"
    """Where ai reaches core."""
    django_api_timeout: float = Field(default=1.0, gt=0)
    """Seconds that one call to core may take; a read has a budget of one second altogether."""

    jwt_secret_key: str
    """Verifies the tokens that core signs; core has the same. 32 random bytes or more."""
    jwt_secret_key_previous: str = ""
    """Another key that verifies tokens while the key is changed, in core and ai."""
    jwt_algorithm: Literal["HS256"] = TOKEN_ALGORITHM
    """Nothing else is accepted."""
    allowed_hosts: Annotated[list[str], NoDecode] = ["localhost", "127.0.0.1", "[::1]"]
    """The names callers may address ai by."""
    connections_per_address: int = Field(default=256, ge=0)
    """How many connections one network address may hold; 0 behind a proxy, which limits them."""
    cors_origins: Annotated[list[str], NoDecode] = []
    """The origins whose pages may call ai, such as `https://app.example.org`."""
    ai_host: str = "127.0.0.1"
    """The address that ai listens on."""
    ai_port: int = 8001
    """The port that ai listens on."""
    metrics_port: int = Field(default=0, ge=0, le=65535)
    """The port on which this process answers Prometheus; 0 for none. Never a public one."""
    metrics_host: str = "127.0.0.1"
    """The address of that port."""
    embedding_backend: Backend = "onnx"
    """What computes embeddings; `sentence-transformers` needs `ai[torch]`."""
    multilingual_search: bool = False
    """Search in other languages than English with a second model; needs `ai[multilingual]`."""
    pinecone_host: str = ""
    """The host of an index that mirrors the vectors and is searched first; empty for none."""
    pinecone_api_key: SecretStr = Field(default=SecretStr(""), validate_default=True)
    """Its login. Needed with `PINECONE_HOST`."""

    nudges_per_day: int = Field(default=3, ge=0, le=NUDGES_MAX)
    """How many nudges the coach gives a learner on a day."""
    llm_base_url: str = Field(default="", pattern=r"^(https?://[^\s/?#@]+[^\s?#@]*)?$")
    """The address of an API that is compatible with OpenAI's, such as `http://localhost:8080/v1`;
    its language model words the coach's advice. Empty for none."""
    llm_model: str = Field(default="", max_length=100, validate_default=True)
    """The model's name there. Needed with `LLM_BASE_URL`."""
    llm_api_key: SecretStr = Field(default=SecretStr(""), validate_default=True)
    """The login there, if it asks for one."""
    llm_seconds: float = Field(default=10, gt=0, le=60)
    """How long one call to the model may take; no read waits for it."""
    llm_calls_per_day: int = Field(default=100, ge=0)
    """How many calls all processes together make on a day."""

    worker_parked_share: float = Field(default=0.5, gt=0, le=1)
    """The worker stops when more than this share of its last 100 records had to be parked."""
    worker_stuck_seconds: float = Field(default=60, gt=0)
    """The worker exits when it made no progress for so long although records were waiting."""

    @field_validator("kafka_sasl_username", "kafka_sasl_password")
    @classmethod
    def _needed_for_a_login(cls, value: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        if "SASL" in info.data.get("kafka_security_protocol", "") and not len(value):
            raise ValueError("needed with KAFKA_SECURITY_PROTOCOL=SASL_...")
        return value

    @field_validator("pinecone_api_key")
    @classmethod
    def _needed_for_an_index(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if info.data.get("pinecone_host") and not len(value):
            raise ValueError("needed with PINECONE_HOST")
        return value

    @field_validator("llm_model", "llm_api_key")
    @classmethod
    def _require_model_address(
        cls, value: str | SecretStr, info: ValidationInfo
    ) -> str | SecretStr:
        is_on = bool(info.data.get("llm_base_url"))
        if len(value) and not is_on:
            raise ValueError("needs LLM_BASE_URL")
        if is_on and info.field_name == "llm_model" and not len(value):
            raise ValueError("needed with LLM_BASE_URL")
        return value

    @field_validator("kafka_ssl_ca", mode="before")
    @classmethod
    def _none_when_empty(cls, value: Any) -> Any:
        return value or None

    @field_validator("cors_origins", "allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [name.strip() for name in value.split(",") if name.strip()]
        return value

    @field_validator("cors_origins")
    @classmethod
    def _without_wildcards(cls, value: list[str]) -> list[str]:
        """A wildcard with credentials would let every site act for a signed-in user."""
        if not all(map(is_origin, value)):
            raise ValueError("not a list of origins such as https://app.example.org")
        return value


PROCESSES: Mapping[str, str] = {
    **{name: "worker" for name in Settings.model_fields if name.startswith(("worker_", "kafka_"))},
    **dict.fromkeys(("ai_host", "ai_port", "allowed_hosts", "connections_per_address"), "ai"),
    "cors_origins": "ai",
}
"""The processes that use a setting, unless all of ai's do."""


def load_settings() -> Settings:
    """Raises SettingsError with the names of the variables that are missing or invalid.

    Logs the names of variables that begin like ours and are unknown.
    """
    for name in unknown_variables(os.environ):
        log.warning("unknown variable, which nothing reads: %s", name)
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(str(fault["loc"][0]).upper() for fault in error.errors())
        raise SettingsError(f"Missing or invalid: {names}.") from None
