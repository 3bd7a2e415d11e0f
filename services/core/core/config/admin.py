"""Read-only pages in Django's admin for published models that no app registers itself."""

from typing import Any

from django.contrib import admin
from django.db.models import CharField, TextField

from core.kit.admin import ReadOnlyAdmin
from core.outbox.publications import Publication, publications


def register_remaining(site: admin.AdminSite) -> None:
    for publication in publications():
        if not site.is_registered(publication.model):
            site.register(publication.model, read_only_admin(publication))


def read_only_admin(publication: Publication[Any]) -> type[ReadOnlyAdmin]:
    """Shows the key, every choice and the version; finds by owner and by text of the key."""
    fields = publication.model._meta.concrete_fields
    choices = tuple(field.name for field in fields if field.choices)
    shown = ("pk", *publication.key_columns, *choices, "version", "updated_at")
    return type(
        f"{publication.model.__name__}Admin",
        (ReadOnlyAdmin,),
        {
            "list_display": tuple(dict.fromkeys(shown)),
            "list_filter": choices,
            "search_fields": tuple(_search_fields(publication)),
        },
    )


def _search_fields(publication: Publication[Any]) -> list[str]:
    owner = publication.owner_column
    found = []
    for column in dict.fromkeys((*([owner] if owner else []), *publication.key_columns)):
        field: Any = publication.model._meta.get_field(column)
        path = field.name
        if field.remote_field:
            field = field.target_field
            path = f"{path}__{field.name}"
        if column == owner or isinstance(field, CharField | TextField):
            found.append(f"={path}")
    return found
