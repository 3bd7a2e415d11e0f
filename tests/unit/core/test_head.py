"""HEAD is GET without a body, permissions included."""

import pytest
from django.test import Client

from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_access_matrix import ABSENT, ROUTES
from tests.unit.core.world import NOBODY, item, person, service, signed_in

pytestmark = pytest.mark.django_db

GET_ROUTES = [name.removeprefix("GET /") for name in ROUTES if name.startswith("GET ")]


@pytest.mark.parametrize("path", ["content/", "content/course-1/", "organizations/", "users/me/"])
@pytest.mark.parametrize("role", [None, *Role])
def test_head_is_answered_as_get_is(path: str, role: Role | None) -> None:
    item("course-1")
    caller = signed_in(person("somebody", role)) if role else NOBODY
    status, body = caller.call("HEAD", path)
    assert (status, body) == (caller.get(path)[0], None)
    assert status in ({200, 403} if role else {401})


@pytest.mark.slow
@pytest.mark.parametrize("who", ["admin", "service", "nobody"])
def test_head_is_possible_wherever_get_is(who: str) -> None:
    item("course-1")
    admin = person("somebody", Role.ADMIN)
    caller = {"admin": signed_in(admin), "service": service(), "nobody": NOBODY}[who]
    values = {"learner": 1, "organization": 1, "progress": 1, "goal": ABSENT}
    values["certificate"] = ABSENT
    values["quiz"] = 1
    for route in GET_ROUTES:
        path = (ROUTES[f"GET /{route}"].path or route).format(**values)
        status, body = caller.call("HEAD", path)
        assert (status, body) == (caller.get(path)[0], None), route
        assert status != 405, route


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/", "/admin/login/"])
def test_head_of_pages_is_answered(path: str) -> None:
    response = Client().head(path)
    assert (response.status_code, response.content) == (200, b"")
