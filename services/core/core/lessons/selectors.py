"""Reads of bodies: learners read published ones, authors all."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import (
    Case,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from core.access.selectors import has_permission
from core.files.models import Blob
from core.kit.errors import NotFound
from core.lessons.markup import RENDERING, Section, sections
from core.lessons.models import Body, BodyFile, BodyState, Language
from core.users.models import Preferences, User
from ongoza_contracts.access import Permission


@dataclass(frozen=True)
class ShownSection:
    position: int
    section: Section
    file_bytes: int
    as_html: bool

    @property
    def text(self) -> str:
        return self.section.html if self.as_html else self.section.markdown


@dataclass(frozen=True)
class ShownBody:
    """A body as its readers get it."""

    body: Body
    languages: list[str]
    """Those in which the item has a published body."""
    as_html: bool

    @property
    def etag(self) -> str:
        markup = f"html-{RENDERING}" if self.as_html else "markdown"
        return f'"{self.body.etag[1:-1]}-{"-".join(self.languages)}-{markup}"'

    @cached_property
    def sections(self) -> list[ShownSection]:
        sizes = self._file_sizes()
        return [
            ShownSection(
                position, one, sum(sizes.get(each, 0) for each in one.references), self.as_html
            )
            for position, one in enumerate(sections(self.body.markdown), start=1)
        ]

    def _file_sizes(self) -> Mapping[UUID, int]:
        return dict(self.body.files.values_list("reference", "blob__size"))


def published_body(
    caller: User, content_id: str, language: Language | None, *, as_html: bool
) -> ShownBody:
    """The body in that language, else in the caller's, else in English, else in any.

    Raises NotFound for an item without a published body.
    """
    rows = Body.objects.filter(item__content_id=content_id, state=BodyState.PUBLISHED)
    by_language = {row.language: row for row in rows.select_related("item").defer("markdown")}
    wanted = _by_preference(caller, language)
    found = next((by_language[one] for one in wanted if one in by_language), None)
    if found is None:
        raise NotFound
    return ShownBody(found, sorted(by_language), as_html)


def _by_preference(caller: User, language: Language | None) -> list[str]:
    locale = Preferences.objects.filter(user=caller).values_list("locale", flat=True).first()
    return [one for one in (language, locale, Language.ENGLISH, *Language) if one]


def published_sizes(caller: User, language: Language | None) -> QuerySet[Body]:
    """Of each item the body that `published_body` finds, with its `bytes` and `file_bytes`."""
    wanted = _by_preference(caller, language)
    rank = Case(*(When(language=one, then=Value(place)) for place, one in enumerate(wanted)))
    published = Body.objects.filter(state=BodyState.PUBLISHED)
    best = published.filter(item=OuterRef("item")).order_by(rank).values("pk")[:1]
    files = BodyFile.objects.filter(body=OuterRef("pk")).order_by().values("body")
    file_bytes = Subquery(files.annotate(sum=Sum("blob__size")).values("sum"))
    return (
        published.filter(pk=Subquery(best))
        .select_related("item")
        .defer("markdown")
        .annotate(
            bytes=Func("markdown", function="octet_length", output_field=IntegerField()),
            file_bytes=Coalesce(file_bytes, 0),
        )
    )


def bodies_of(content_id: str) -> QuerySet[Body]:
    """Every version in every language, oldest first."""
    return Body.objects.filter(item__content_id=content_id).select_related("item")


def body_of(content_id: str, body_id: UUID) -> Body:
    """Raises NotFound."""
    found = bodies_of(content_id).filter(pk=body_id).first()
    if found is None:
        raise NotFound
    return found


def file_of(caller: User, content_id: str, reference: UUID) -> Blob:
    """The bytes of `files/<reference>` in a body of the item. Raises NotFound, also for those that
    only drafts refer to unless the caller writes content."""
    rows = BodyFile.objects.filter(body__item__content_id=content_id, reference=reference)
    if not has_permission(caller, Permission.CONTENT_MANAGE):
        rows = rows.exclude(body__state=BodyState.DRAFT)
    found = rows.select_related("blob").order_by("-pk").first()
    if found is None:
        raise NotFound
    return found.blob
