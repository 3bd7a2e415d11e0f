"""Bases for the pages of the admin."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters, get_content_type_for_model
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import ValidationError
from django.db.models import BinaryField, CharField, Field, ForeignKey, Model, QuerySet, TextField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework.exceptions import APIException
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.views import ChangeList as UnfoldChangeList

from core.kit.errors import DomainError
from core.kit.etags import IfMatch, parse_if_match
from ongoza_contracts.http.strict_text import is_line, is_prose

MAX_SEARCH_LENGTH = 200
REFUSAL = "service_refusal"
"""The attribute of a request with what its service refused."""
NUL = "\0"
"""PostgreSQL has no text with it."""


class Link(NamedTuple):
    title: str
    url: str


def _require_line(text: str) -> None:
    if not is_line(text):
        raise ValidationError("Write one line without control characters.", "bad_text")


def _require_prose(text: str) -> None:
    if not is_prose(text):
        raise ValidationError("Control characters are not possible here.", "bad_text")


class ChangeList(UnfoldChangeList):  # type: ignore[misc]
    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Django's form refuses NUL in the search box; this does in every other parameter."""
        filters = {name: values for name, values in request.GET.lists() if name != SEARCH_VAR}
        if any(NUL in value for values in filters.values() for value in values):
            raise IncorrectLookupParameters
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        return rows


class EtagForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form that knows from which state it was filled: somebody else may change the row since."""

    etag = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.instance._state.adding:
            self.initial["etag"] = self.instance.etag

    @property
    def if_match(self) -> IfMatch | None:
        return parse_if_match(self.cleaned_data["etag"] or None)


class ModelAdmin(UnfoldModelAdmin):  # type: ignore[misc]
    """Shows what services refuse, deletes nothing, and links to all related rows."""

    change_form_outer_before_template = "kit/admin/related_links.html"
    list_before_template = "kit/admin/list_note.html"
    list_note = ""
    """A sentence above the list."""
    hidden: tuple[str, ...] = ()
    """Columns that nobody may see, such as hashes of tokens."""

    # --- lists -----------------------------------------------------------------------------------
    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return ChangeList

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        """Every row's name may show the rows that it refers to."""
        return tuple(field.name for field in _foreign_keys(self.model))

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """A row is found by its own columns and by what finds the rows that it refers to."""
        related = (
            path for field in _foreign_keys(self.model) for path in self._search_fields_of(field)
        )
        return (*self.search_fields, *related)

    def _search_fields_of(self, field: Any) -> Iterator[str]:
        try:
            page = self.admin_site.get_model_admin(field.related_model)
        except NotRegistered:
            return
        for found in page.search_fields:
            path = found.lstrip("=")
            yield f"{found[: len(found) - len(path)]}{field.name}__{path}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.replace(NUL, "")[:MAX_SEARCH_LENGTH]
        found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, term)
        return found

    # --- one row ---------------------------------------------------------------------------------
    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        return None if NUL in object_id else super().get_object(request, object_id, from_field)

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        """Shows the form again, with the reason, where a service refuses it."""
        try:
            response: HttpResponse = super().changeform_view(request, *args, **options)
        except (DomainError, APIException) as refusal:
            if request.method != "POST":
                raise
            setattr(request, REFUSAL, refusal_text(refusal))
            return super().changeform_view(request, *args, **options)  # type: ignore[no-any-return]
        return response

    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        form: Any = super().get_form(request, *args, **options)
        refusal = getattr(request, REFUSAL, None)
        return _refused(form, refusal) if refusal else form

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **options: Any
    ) -> HttpResponse:
        links = self._related_links(obj) if obj else []
        full = {**context, "related_links": links}
        page: HttpResponse = super().render_change_form(request, full, *args, obj=obj, **options)
        return page

    def _related_links(self, obj: Model) -> list[Link]:
        pages = self.admin_site._registry.values()
        links = (link for page in pages for link in page.links_to_rows_of(obj))
        return sorted(links, key=lambda link: link.title)

    def links_to_rows_of(self, obj: Model) -> Iterator[Link]:
        """Links to lists of this page's rows that refer to `obj`."""
        keys = [key for key in _foreign_keys(self.model) if key.related_model is type(obj)]
        plural = str(self.opts.verbose_name_plural).capitalize()
        for key in keys:
            title = plural if len(keys) == 1 else f"{plural}: {key.verbose_name}"
            value = getattr(obj, key.target_field.attname)
            yield Link(title, self.list_url(**{key.name: value}))

    def list_url(self, **filters: object) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return f"{reverse(name)}?{urlencode(filters)}"

    # --- writing ---------------------------------------------------------------------------------
    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **options: Any
    ) -> Any:
        """Texts are refused as the APIs refuse them."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field and isinstance(db_field, (CharField, TextField)):
            is_prose_field = isinstance(db_field, TextField)
            field.validators.append(_require_prose if is_prose_field else _require_line)
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows end by actions that call a service, such as an erasure."""
        return False

    def has_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the user may call a page's actions, which call services."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self._log(request, obj, ADDITION, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self._log(request, obj, CHANGE, message)

    def _log(self, request: HttpRequest, obj: Model, flag: int, message: Any) -> None:
        """Without the row's name, which may be a person's: an erasure does not reach this log."""
        LogEntry.objects.create(
            user_id=request.user.pk,  # type: ignore[misc]
            content_type=get_content_type_for_model(obj),
            object_id=str(obj.pk),
            object_repr=f"{self.opts.verbose_name} {obj.pk}"[:200],
            action_flag=flag,
            change_message=message if isinstance(message, str) else json.dumps(message),
        )


class ReadOnlyAdmin(ModelAdmin):
    """For rows that only services change: an edit here would not be published."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Everything but bytes, and what is hidden: also what no form could edit."""
        if obj is None or self.fields or self.fieldsets:
            return tuple(super().get_fields(request, obj))
        columns = self.model._meta.concrete_fields
        shown = (column.name for column in columns if not isinstance(column, BinaryField))
        names = (name for name in shown if name not in self.hidden)
        return (*names, *self.readonly_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None or self.fieldsets:
            return tuple(self.readonly_fields)
        return self.get_fields(request, obj)


def _refused(form: Any, text: str) -> Any:
    """The form's class, with an error that belongs to no field."""

    class RefusedForm(form):  # type: ignore[misc]
        def clean(self) -> Any:
            cleaned = super().clean()
            self.add_error(None, text)
            return cleaned

    return RefusedForm


def refusal_text(refusal: DomainError | APIException) -> str:
    return " ".join(sentences(refusal.detail))


def sentences(detail: Any) -> list[str]:
    """The messages of DRF's errors, which are grouped by field and, in lists, by index."""
    if isinstance(detail, str):
        return [str(detail)]
    groups = detail.values() if isinstance(detail, dict) else detail
    return [sentence for group in groups for sentence in sentences(group)]


def _foreign_keys(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
