"""Settings that differ between machines, read from the environment."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ongoza_contracts.http.coaching import NUDGES_MAX
from ongoza_contracts.http.configuration import TOKEN_ALGORITHM, is_origin

Backend: TypeAlias = Literal["onnx", "sentence-transformers"]


class SettingsError(Exception):
    """A process cannot start with these settings; the text says which and why."""


class Settings(BaseSettings):
    """Secrets have no default: without them a process does not start."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    vector_db_host: str = "localhost"
    vector_db_port: int = 5433
    vector_db_name: str = "ongozacyberhub_vector"
    vector_db_user: str = "postgres"
    vector_db_password: str

    kafka_bootstrap_servers: str = "localhost:9092"
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str = Field(default="", validate_default=True)
    kafka_sasl_password: SecretStr = Field(default=SecretStr(""), validate_default=True)
    kafka_ssl_ca: str | None = None
    """A file with the certificates to trust instead of the machine's own."""
    kafka_fetch_wait_ms: int = Field(default=20, ge=1, le=5000)
    """How long a broker holds a fetch of the worker that finds no records. A longer time makes an
    idle worker and its broker cheaper, and a record may become visible that much later."""

    django_api_url: str = "http://localhost:8000"
    django_api_timeout: float = Field(default=1.0, gt=0)
    """Seconds that one call to core may take; a read has a budget of one second altogether."""

    jwt_secret_key: str
    jwt_algorithm: Literal["HS256"] = TOKEN_ALGORITHM
    allowed_hosts: Annotated[list[str], NoDecode] = ["localhost", "127.0.0.1", "[::1]"]
    """The names callers may address ai by."""
    connections_per_address: int = Field(default=256, ge=0)
    """How many connections one network address may hold; 0 behind a proxy, which limits them."""
    cors_origins: Annotated[list[str], NoDecode] = []
    ai_host: str = "127.0.0.1"
    ai_port: int = 8001
    embedding_backend: Backend = "onnx"
    multilingual_search: bool = False
    """Search in other languages than English with a second model; needs `ai[multilingual]`."""
    pinecone_host: str = ""
    """The host of an index that mirrors the vectors and is searched first; empty for none."""
    pinecone_api_key: SecretStr = Field(default=SecretStr(""), validate_default=True)

    nudges_per_day: int = Field(default=3, ge=0, le=NUDGES_MAX)
    """How many nudges the coach gives a learner on a day."""
    llm_base_url: str = Field(default="", pattern=r"^(https?://[^\s/?#@]+[^\s?#@]*)?$")
    """The address of an API that is compatible with OpenAI's, such as `http://localhost:8080/v1`;
    its language model words the coach's advice. Empty for none."""
    llm_model: str = Field(default="", max_length=100, validate_default=True)
    llm_api_key: SecretStr = Field(default=SecretStr(""), validate_default=True)
    llm_seconds: float = Field(default=10, gt=0, le=60)
    """How long one call to the model may take; no read waits for it."""
    llm_calls_per_day: int = Field(default=100, ge=0)
    """Of all processes together."""

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


def load_settings() -> Settings:
    """Raises SettingsError with the names of the variables that are missing or invalid."""
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(str(fault["loc"][0]).upper() for fault in error.errors())
        raise SettingsError(f"Missing or invalid: {names}.") from None
