"""The base of every fact: the whole current state of one entity, with a version.

A fact's class line declares it once; its key, its partition, whose it is and the wire follow:

    class GoalUpdated(Fact, type="ongoza.goal.updated.v1", key=("goal_id",), partition="user_id",
                      subjects=("user_id",)): ...
"""

import os
import time
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.fields import FieldInfo

Version = Annotated[int, Field(ge=1, le=2**63 - 1)]

TEXT_KEYS = frozenset({"content_id"})
"""Keys that are neither UUIDs nor begin with the owner's id. They predate the rule; add none."""


class FactPart(BaseModel):
    """Base of whatever a fact consists of: frozen, and closed so that no field is added unseen."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        allow_inf_nan=False,
    )


class FactDeclarationError(TypeError):
    """A fact's class line is wrong or incomplete. Type checkers do not see these keywords."""


class Fact(FactPart):
    """The whole current state of one entity as of `version`.

    A consumer stores the fact with the highest version of each key and needs no other order.
    A base class without `type` may carry keywords that its subclasses share.
    """

    type: ClassVar[str] = ""
    """The CloudEvents type, `ongoza.<noun>.<past-tense verb>.v<n>`."""
    key_fields: ClassVar[tuple[str, ...]] = ()
    """The fields that identify the entity within its topic."""
    partition_field: ClassVar[str] = ""
    """Decides the partition: the owner where there is one, so that one learner's facts stay in
    order."""
    subjects: ClassVar[tuple[str, ...]] = ()
    """The fields that name people. The first owns the entity, which their erasure deletes; the
    erasure of a further one only clears the field. Empty for an entity that belongs to nobody."""
    deletion: ClassVar[bool] = False
    """Whether the fact ends its entity."""

    version: Version
    """Raised by one with every change of the entity, under its row lock."""

    def __init_subclass__(
        cls,
        *,
        type: str | None = None,
        key: tuple[str, ...] | None = None,
        partition: str | None = None,
        subjects: tuple[str, ...] | None = None,
        deletion: bool = False,
        **configuration: Any,
    ) -> None:
        if configuration:
            raise FactDeclarationError(f"{cls.__name__}: no such keyword: {[*configuration]}")
        super().__init_subclass__()
        cls.type = type or ""
        cls.deletion = deletion
        if key is not None:
            cls.key_fields = key
        if partition is not None:
            cls.partition_field = partition
        if subjects is not None:
            cls.subjects = subjects

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Called when the fields are known."""
        if faults := [*_declaration_faults(cls)] if cls.type else []:
            raise FactDeclarationError(f"{cls.__name__}: {'; '.join(faults)}")

    @property
    def key(self) -> str:
        """The entity, unique in its topic: the Kafka key, of which compaction keeps the last."""
        values = self.__dict__  # faster than `getattr`: the worker compares the key of every record
        return self.key_of(*[values[name] for name in self.key_fields])

    @property
    def partition_key(self) -> str:
        return str(getattr(self, self.partition_field))

    @property
    def owner_id(self) -> int | None:
        """The user whose erasure deletes the entity; None where it belongs to nobody."""
        return getattr(self, self.subjects[0]) if self.subjects else None

    @property
    def further_subject_ids(self) -> tuple[int, ...]:
        """The other users the fact names."""
        named = (getattr(self, name) for name in self.subjects[1:])
        return tuple(user_id for user_id in named if user_id is not None)

    @classmethod
    def key_of(cls, *values: object) -> str:
        """The key of the entity with these values of `key_fields`."""
        return ":".join([str(value) for value in values])

    @classmethod
    def parse_key(cls, text: str) -> tuple[Any, ...]:
        """The values of `key_fields` in a key. Raises ValueError for what is no key of this fact:
        only the one spelling that `key_of` gives is accepted."""
        parts = text.split(":")
        if len(parts) != len(cls.key_fields):
            raise ValueError(f"a key of {cls.type} has {len(cls.key_fields)} parts")
        adapters = (_adapter(cls.model_fields[name]) for name in cls.key_fields)
        values = tuple(
            adapter.validate_strings(part) for adapter, part in zip(adapters, parts, strict=True)
        )
        if cls.key_of(*values) != text:
            raise ValueError(f"not the canonical form of a key of {cls.type}")
        return values


def _adapter(field: FieldInfo) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, Annotated[field.annotation, field]))


def _declaration_faults(fact: type[Fact]) -> Iterator[str]:
    """The faults of a fact's class line, as messages."""
    declared = (fact.key_fields, fact.subjects)
    if not all(isinstance(names, tuple) for names in declared):
        yield "key and subjects are tuples of field names"
        return
    if not fact.key_fields or not fact.partition_field:
        yield "key and partition are required"
        return
    named = {*fact.key_fields, *fact.subjects, fact.partition_field}
    if unknown := named - fact.model_fields.keys():
        yield f"no such fields: {sorted(unknown)}"
        return
    if fact.subjects and fact.subjects[0] != fact.partition_field:
        yield "the first subject owns the entity, so it is the partition field"
    for name in fact.subjects[1:]:
        field = fact.model_fields[name]
        if field.is_required() or field.default is not None or name in fact.key_fields:
            yield f"{name}, a further subject, must be optional and outside the key"
    if not (
        fact.key_fields[0] in {*fact.subjects[:1], *TEXT_KEYS}
        or fact.model_fields[fact.key_fields[0]].annotation is UUID
    ):
        yield "a key is a UUID (version 7) or begins with the owner's id"


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, version 7): 48 bits of Unix milliseconds, 12 bits of the
    fraction of the millisecond (section 6.2, method 3), then random bits.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = nanoseconds * 2**12 // 1_000_000
    random_bits = int.from_bytes(os.urandom(8)) & (2**62 - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | random_bits)
