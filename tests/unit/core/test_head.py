"""HEAD is GET without a body, permissions included."""

import pytest

from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import NOBODY, item, person, signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["content/", "content/course-1/", "organizations/", "users/me/"])
@pytest.mark.parametrize("role", [None, *Role])
def test_head_is_answered_as_get_is(path: str, role: Role | None) -> None:
    item("course-1")
    caller = signed_in(person("somebody", role)) if role else NOBODY
    status, body = caller.call("HEAD", path)
    assert (status, body) == (caller.get(path)[0], None)
    assert status in ({200, 403} if role else {401})
