"""The registry of what core publishes: one Publication for each entity with a topic.

Each app registers its own in `publications.py`; `OutboxConfig.ready` imports them all, so that
reconcile and erasure know every entity in every process.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from graphlib import TopologicalSorter
from operator import attrgetter
from typing import Any, Generic

from django.db import models
from django.db.models import CharField, Expression, F, ForeignKey, Q, QuerySet, TextField
from django.db.models.functions import Collate

from core.kit.versions import Part, V, Versioned
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import Topic, topic_of


class PublicationError(TypeError):
    """A publication is declared wrongly, or a model has none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Publication(Generic[V]):
    """How the rows of a model become the facts of a topic."""

    model: type[V]
    fact: type[Fact]
    """The fact of a row; of several that a builder chooses from, any one but the deletion."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """The attribute of the row for each field that is named differently there; may be a path such
    as `content.content_type`."""
    builder: Callable[[V], Fact] | None = None
    """Makes the fact where columns do not suffice. Pure: it reads the row and its relations."""
    deletion: type[Fact] | None = None
    """The fact that reports that an entity was deleted; built from columns alone."""
    related: tuple[str, ...] = ()
    """The relations that the fact reads; fetched along with several rows. The rows of those to
    many are a `Part`, so that they change with a new version alone."""
    assign_row: Callable[[V, Any], None] | None = None
    """Sets the columns of a row from a fact, if reading `columns` in reverse does not suffice."""
    assign_related: Callable[[V, Any], None] | None = None
    """Sets the relations of a saved row from a fact."""
    restorable: bool = True
    """Whether a row that a restore lost can be created again from its last fact."""
    unpublished: Mapping[str, object] = field(default_factory=dict)
    """Columns that no fact holds, with the value they get in a row created from a fact."""

    def build(self, row: V) -> Fact:
        """The fact of the row's present state."""
        return self.builder(row) if self.builder else self._from_columns(self.fact, row)

    def build_deletion(self, row: V) -> Fact:
        """The fact that ends the entity, with the row's version."""
        if self.deletion is None:
            raise PublicationError(f"{self.model.__name__} has no fact for a deletion")
        return self._from_columns(self.deletion, row)

    def assign(self, row: V, fact: Fact) -> None:
        """Set the row's columns to the state in `fact`; the opposite of `build`."""
        if self.assign_row:
            self.assign_row(row, fact)
            return
        for name in type(fact).model_fields.keys() - {"version"}:
            column, value = self.column(name), getattr(fact, name)
            if "." not in column:
                setattr(row, column, value.value if isinstance(value, Enum) else value)

    @cached_property
    def topic(self) -> Topic:
        return topic_of(self.fact)

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        return tuple(self.column(name) for name in self.fact.key_fields)

    @property
    def parts(self) -> tuple[type[models.Model], ...]:
        """The models of the rows that the fact holds beside the row itself."""
        fields: list[Any] = [self.model._meta.get_field(name) for name in self.related]
        to_many = [one for one in fields if one.one_to_many or one.many_to_many]
        return tuple(
            getattr(field.remote_field, "through", field.related_model) for field in to_many
        )

    @property
    def owner_column(self) -> str | None:
        """The column of the user whose erasure deletes the row; None if it belongs to nobody."""
        return self.column(self.fact.subjects[0]) if self.fact.subjects else None

    @property
    def further_subject_columns(self) -> tuple[str, ...]:
        """The columns of the other users that the row names."""
        return tuple(self.column(name) for name in self.fact.subjects[1:])

    def column(self, name: str) -> str:
        return self.columns.get(name, name)

    def rows(self) -> QuerySet[V]:
        rows: QuerySet[Any] = self.model._default_manager.order_by()
        return rows.prefetch_related(*self.related)

    def owned_by(self, user_id: int) -> QuerySet[V]:
        column = self.owner_column
        return self.rows().filter(**{column: user_id}) if column else self.rows().none()

    def keys_of(self, rows: QuerySet[V]) -> list[str]:
        return [self.fact.key_of(*values) for values in rows.values_list(*self.key_columns)]

    def at(self, key: str) -> QuerySet[V]:
        """The published row with this key: none or one. Raises ValueError for a malformed key."""
        values = dict(zip(self.key_columns, self.fact.parse_key(key), strict=True))
        return self.rows().filter(version__gt=0, **values)

    def after(self, key: str | None) -> QuerySet[V]:
        """The published rows in the order of their keys' parts, after `key`. Raises
        ValueError for a malformed key."""
        order = {
            f"{column}_in_order": _in_byte_order(self.model, column) for column in self.key_columns
        }
        published: QuerySet[Any] = self.rows().filter(version__gt=0)
        rows: QuerySet[V] = published.alias(**order).order_by(*order)
        return rows if key is None else rows.filter(self._is_after(self.fact.parse_key(key)))

    def _is_after(self, values: tuple[Any, ...]) -> Q:
        """Row comparison, part by part: (a, b) > (x, y)."""
        equal, after = Q(), Q()
        for column, value in zip(self.key_columns, values, strict=True):
            after |= equal & Q(**{f"{column}_in_order__gt": value})
            equal &= Q(**{column: value})
        return after

    def _from_columns(self, fact: type[Fact], row: V) -> Fact:
        read = {name: attrgetter(self.column(name)) for name in fact.model_fields}
        return fact.model_validate({name: get(row) for name, get in read.items()})


def _in_byte_order(model: type[Versioned], column: str) -> Expression | F:
    """Texts are compared byte by byte: the order must not depend on how a database is set up."""
    target: Any = model._meta.get_field(column)
    while target.remote_field:
        target = target.target_field
    return Collate(F(column), "C") if isinstance(target, CharField | TextField) else F(column)


_BY_MODEL: dict[type[Versioned], Publication[Any]] = {}


def register(publication: Publication[V]) -> Publication[V]:
    """Raises PublicationError for a publication that is declared wrongly."""
    if faults := [*_faults(publication)]:
        raise PublicationError(f"{publication.model.__name__}: {'; '.join(faults)}")
    _BY_MODEL[publication.model] = publication
    return publication


def _faults(publication: Publication[Any]) -> Iterator[str]:
    model, fact, deletion = publication.model, publication.fact, publication.deletion
    if model in _BY_MODEL or publication.topic in {found.topic for found in publications()}:
        yield "the model or the topic is registered already"
    if fact.deletion:
        yield f"{fact.__name__} is no state of a row"
    if deletion and not (deletion.deletion and topic_of(deletion) is publication.topic):
        yield f"{deletion.__name__} does not end entities of this topic"
    needed = {*fact.key_fields, *fact.subjects} if publication.builder else fact.model_fields
    columns = {publication.column(name).partition(".")[0] for name in needed}
    if missing := sorted(name for name in columns if not hasattr(model, name)):
        yield f"it has no {', '.join(missing)}"
    for part in publication.parts:
        if not issubclass(part, Part):
            yield f"{part.__name__} is no Part"


def publications() -> tuple[Publication[Any], ...]:
    return tuple(_BY_MODEL.values())


def publication_of(row: V) -> Publication[V]:
    """Raises PublicationError for a row whose model is not registered."""
    found = _BY_MODEL.get(type(row))
    if found is None:
        raise PublicationError(f"{type(row).__name__} has no publication")
    return found


def publication_of_kind(kind: str) -> Publication[Any]:
    """Raises KeyError for a kind that core does not publish."""
    return {found.topic.kind: found for found in publications()}[kind]


def in_deletion_order() -> Iterator[Publication[Any]]:
    """An entity comes before the entities that it or its parts refer to."""
    order: TopologicalSorter[type[Versioned]] = TopologicalSorter()
    for model, publication in _BY_MODEL.items():
        order.add(model)
        for key in (key for one in (model, *publication.parts) for key in one._meta.get_fields()):
            referred = key.related_model
            if isinstance(key, ForeignKey) and referred in _BY_MODEL and referred is not model:
                order.add(referred, model)
    return (_BY_MODEL[model] for model in order.static_order())
