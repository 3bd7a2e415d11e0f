"""Read-only pages in the admin for published models that no app registers itself."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import CharField, ForeignKey

from core.kit.admin import ReadOnlyAdmin
from core.outbox.publications import Publication, publications


def complete(site: admin.AdminSite) -> None:
    """Django's groups go: what somebody may do follows from their memberships."""
    site.unregister(Group)
    for publication in publications():
        if not site.is_registered(publication.model):
            site.register(publication.model, read_only_admin(publication))


def read_only_admin(publication: Publication[Any]) -> type[ReadOnlyAdmin]:
    """Shows whom and what a row refers to by name, then its own name, its choices and version;
    filters by the choices, and finds by the names and addresses of the users it refers to."""
    fields = publication.model._meta.concrete_fields
    choices = tuple(field.name for field in fields if field.choices)
    return type(
        f"{publication.model.__name__}Admin",
        (ReadOnlyAdmin,),
        {
            "list_display": (*_names(publication), *choices, "version", "updated_at"),
            "list_filter": choices,
            "search_fields": tuple(name for name in _texts(publication)),
        },
    )


def _names(publication: Publication[Any]) -> Iterator[str]:
    for field in publication.model._meta.concrete_fields:
        if isinstance(field, ForeignKey):
            yield field.name
    yield from _texts(publication)


def _texts(publication: Publication[Any]) -> Iterator[str]:
    for field in publication.model._meta.concrete_fields:
        if isinstance(field, CharField) and field.editable and not field.choices:
            yield field.name
