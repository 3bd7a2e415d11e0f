"""Every page of the admin, whatever is registered: it opens for admins and for nobody else."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import CharField, ForeignKey, Model, TextField
from django.http import HttpRequest, QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, reverse
from unfold.mixins import ActionModelAdminMixin

import core.config.urls  # noqa: F401  (completes the registry)
from core.kit.admin import ModelAdmin
from core.outbox.publications import publications
from core.users.models import ApiToken, OneTimeToken, RecoveryCode, TotpSecret, User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.rows import Rows
from tests.unit.core.world import admin_site_client, person

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
OWNERS = {
    one.model: one.owner_column.removesuffix("_id")
    for one in publications()
    if one.owner_column and one.model is not User
}
"""By model, the name of its owner."""
FEW, MANY = 2, 8
FIRST_PAGE = "/admin/"
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)

ODD_QUERIES = [
    "q=%00&o=9.9.-9",
    "q=%27%22%25%5C%20" + "long%20" * 500 + "&p=x",
    "p=999999",
    "e=1",
    "id__exact=%00",
    "pk=%00",
    "cursor=%00",
    "nothing=1",
    "_changelist_filters=%00",
]


@pytest.fixture
def client() -> Client:
    return admin_site_client(person("ada", Role.ADMIN))


def page_of(model: type[Model]) -> Any:
    return admin.site._registry[model]


def url(model: type[Model], name: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def shown(row: Model) -> str:
    """The page of a row."""
    return url(type(row), "change", row.pk)


@pytest.mark.slow
@every_model
def test_the_pages_of_a_row_open_for_an_admin_and_show_no_secret(
    model: type[Model], client: Client
) -> None:
    (row,) = Rows().of(model, 1)
    page = client.get(shown(row))
    assert page.status_code == 200
    assert secrets_of(row, page.content.decode()) == []
    assert client.get(url(model, "history", row.pk)).status_code == 200
    assert_redirected_to_first_page(client.get(url(model, "change", "\0")))
    may_add = page_of(model).has_add_permission(page.wsgi_request)
    assert client.get(url(model, "add")).status_code == (200 if may_add else 403)
    assert client.get(url(model, "delete", row.pk)).status_code == 403


def secrets_of(row: Model, content: str) -> list[str]:
    """The columns of secrets whose text the page has."""
    return [
        field.name
        for field in row._meta.concrete_fields
        if isinstance(field, CharField | TextField)
        if re.search(r"hash|jti|secret|token|password", field.name)
        if str(getattr(row, field.attname)) in content
    ]


def assert_redirected_to_first_page(answer: Any) -> None:
    """There is no such row."""
    assert (answer.status_code, answer["Location"]) == (302, FIRST_PAGE)


def test_the_first_page_says_that_there_is_no_such_row(client: Client) -> None:
    page = client.get(url(User, "change", "\0"), follow=True)
    assert page.redirect_chain == [(FIRST_PAGE, 302)]
    assert page.status_code == 200
    assert "Perhaps it was deleted?" in page.content.decode()


@pytest.mark.slow
@every_model
def test_a_list_opens_with_any_query(model: type[Model], client: Client) -> None:
    Rows().of(model, 1)
    for query in ODD_QUERIES:
        answer = client.get(f"{url(model, 'changelist')}?{query}")
        led_to_all = answer.status_code == 302 and answer["Location"].endswith("?e=1")
        assert led_to_all or answer.status_code == 200, query


@pytest.mark.slow
@every_model
def test_the_actions_of_a_row_ask_before_they_do_anything(
    model: type[Model], client: Client
) -> None:
    (row,) = Rows().of(model, 1)
    before = model._default_manager.filter(pk=row.pk).values().get()
    for action in page_of(model)._get_base_actions_detail():
        answer = client.get(reverse(f"admin:{action.action_name}", args=(row.pk,)))
        assert answer.status_code == 200
        assert 'id="confirmation-form"' in answer.content.decode()
        assert_redirected_to_first_page(
            client.get(reverse(f"admin:{action.action_name}", args=("%00",)))
        )
    assert model._default_manager.filter(pk=row.pk).values().get() == before


def all_urls() -> Iterator[str]:
    """Every route of the admin, with 1 for each object."""

    def routes(patterns: list[Any], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from routes(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern):
                yield re.sub(r"<[^>]+>", "1", route)

    return routes(admin.site.get_urls(), "/admin/")


LOG_IN, LOG_OUT = "/admin/login/", "/admin/logout/"
PLAIN = [one for one in all_urls() if not re.search(r"[(^$]", one) and one != LOG_IN]


@pytest.mark.slow
@pytest.mark.parametrize("role", [None, *(role for role in Role if role != Role.ADMIN)])
def test_nobody_but_an_admin_opens_any_page(role: Role | None) -> None:
    client = admin_site_client(person("somebody", role)) if role else Client()
    assert len(PLAIN) > 5 * len(MODELS)
    for path in PLAIN:
        for method in ("GET", "POST") if role in (None, Role.DIRECTOR) else ("GET",):
            answer = client.generic(method, path)
            assert answer.status_code == 302, path
            target = FIRST_PAGE if path == LOG_OUT else LOG_IN
            assert answer["Location"].startswith(target), path


@pytest.mark.parametrize("role", Role)
def test_the_site_admits_admins_alone(role: Role) -> None:
    answer = admin_site_client(person("somebody", role)).get(FIRST_PAGE)
    assert (answer.status_code == 200) is (role == Role.ADMIN)
    assert admin.site.has_permission(answer.wsgi_request) is (role == Role.ADMIN)


@pytest.mark.slow
@every_model
def test_a_list_costs_as_many_queries_with_many_rows_as_with_few(
    model: type[Model], client: Client
) -> None:
    rows = Rows()
    counts = []
    for count in (FEW, MANY):
        rows.of(model, count)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url(model, "changelist"))
        assert page.status_code == 200
        assert page.context["cl"].result_count >= count
        counts.append(len(queries))
    assert counts[0] == counts[1]


@every_model
def test_a_page_is_ours_and_writes_through_a_service(model: type[Model]) -> None:
    page, defined = page_of(model), type(page_of(model)).save_model
    assert isinstance(page, ModelAdmin)
    request = Client().get("/admin/login/").wsgi_request
    request.user = person("ada", Role.ADMIN)
    if page.has_add_permission(request) or page.has_change_permission(request):
        assert defined is not ActionModelAdminMixin.save_model


def test_tables_of_tokens_have_no_page() -> None:
    assert not {ApiToken, OneTimeToken, RecoveryCode, TotpSecret} & {*MODELS}


@every_model
def test_a_row_is_called_by_a_name(model: type[Model]) -> None:
    (row,) = Rows().of(model, 1)
    assert str(row) != str(row.pk)
    assert str(row) != f"{model.__name__} object ({row.pk})"
    plural = str(model._meta.verbose_name_plural)
    assert not plural.endswith(("sss", "feedbacks"))


@pytest.mark.slow
@pytest.mark.parametrize("model", OWNERS, ids=lambda model: model._meta.label)
def test_what_a_user_owns_is_named_after_them_found_by_them_and_linked_from_them(
    model: type[Model], client: Client
) -> None:
    rows: list[Any] = Rows().of(model, 3)
    row, user = rows[1], getattr(rows[1], OWNERS[model])
    assert user.email in str(row)
    page = client.get(shown(user))
    for text in (user.email, user.first_name, user.last_name, user.pk):
        found = listed(model, page.wsgi_request, q=text)
        assert row in found
        assert rows[0] not in found
    field = next(
        one.name
        for one in model._meta.concrete_fields
        if isinstance(one, ForeignKey) and one.related_model is User
    )
    link = f"{url(model, 'changelist')}?{field}={user.pk}"
    assert f'href="{link}"' in page.content.decode()
    assert listed(model, page.wsgi_request, **{field: user.pk}) == [row]


def listed(model: type[Model], request: HttpRequest, **query: object) -> list[Model]:
    """The rows of a list whose address has this query."""
    request.GET = QueryDict(urlencode(query))
    return [*page_of(model).get_changelist_instance(request).result_list]


def test_a_boolean_column_of_a_list_is_good_when_it_is_true() -> None:
    """A red cross for "not retired" reads as a fault."""
    good = {"active", "is_active"}
    for model in MODELS:
        for name in page_of(model).list_display:
            field = next((one for one in model._meta.concrete_fields if one.name == name), None)
            is_boolean = field is not None and field.get_internal_type() == "BooleanField"
            assert not is_boolean or name in good
