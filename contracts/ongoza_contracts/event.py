"""The base of every fact: the whole current state of one entity, with a version."""

import os
import time
from abc import abstractmethod
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Version = Annotated[int, Field(ge=1, le=2**63 - 1)]


class FactPart(BaseModel):
    """Base of whatever a fact is made of: frozen, and closed so that no field is added unseen."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        allow_inf_nan=False,
    )


class Fact(FactPart):
    """The whole current state of one entity as of `version`.

    A consumer keeps the fact with the highest version of each key and needs no other order.
    """

    type: ClassVar[str]
    """The CloudEvents type, `ongoza.<noun>.<past-tense verb>.v<n>`."""

    version: Version
    """Raised by one with every change of the entity, under its row lock."""

    @property
    @abstractmethod
    def key(self) -> str:
        """The entity, unique in its topic: the Kafka key, of which compaction keeps the last."""

    @property
    @abstractmethod
    def partition_key(self) -> str:
        """What decides the partition: the learner, so that one learner's facts stay in order."""


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, version 7): 48 bits of Unix milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10))
    value = (milliseconds & (2**48 - 1)) << 80 | random_bits
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
