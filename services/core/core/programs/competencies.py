"""Competencies, and which of them an item of content teaches."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet

from core.kit.errors import DomainError
from core.programs.models import Competency, ContentItem


class UnknownCompetency(DomainError):
    code = "unknown_competency"
    detail = "There is no such competency."


@transaction.atomic
def set_competency(*, framework: str, code: str, name: str) -> tuple[Competency, str | None]:
    """Create a competency or change its name. Returns it and the name before, None of a new one."""
    rows = Competency.objects.select_for_update(no_key=True)
    competency, is_new = rows.get_or_create(framework=framework, code=code, defaults={"name": name})
    if is_new:
        return competency, None
    before = competency.name
    if name != before:
        competency.name = name
        competency.save(update_fields=["name"])
    return competency, before


def named_competencies(texts: Collection[str]) -> set[Competency]:
    """The competencies that are written as `framework:code`. Raises UnknownCompetency."""
    found = {str(one): one for one in Competency.objects.filter(_any_of(texts))} if texts else {}
    for text in texts:
        if text not in found:
            raise UnknownCompetency(f"There is no competency {text}. Import its framework.")
    return {*found.values()}


def teaching(rows: QuerySet[ContentItem], text: str) -> QuerySet[ContentItem]:
    """The items that teach the competency that is written as `framework:code`."""
    return rows.filter(pk__in=Competency.objects.filter(_any_of([text])).values("items"))


def containing(rows: QuerySet[Competency], words: Collection[str]) -> QuerySet[Competency]:
    """The competencies whose code or name contains every word, in any case."""
    for word in words:
        rows = rows.filter(Q(code__icontains=word) | Q(name__icontains=word))
    return rows


def _any_of(texts: Collection[str]) -> Q:
    found = Q(pk=None)
    for text in texts:
        framework, _, code = text.partition(":")
        found |= Q(framework=framework, code=code)
    return found
