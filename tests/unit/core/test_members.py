"""The members of an organization: listed and removed by admins and its directors."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.access.services import Scope, grant
from core.outbox.models import FactHistory
from core.users.models import User
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import ABSENT, World, active
from tests.unit.core.world import Caller, Refusal, appended, assign, person, refusal, signed_in

pytestmark = pytest.mark.django_db

FORBIDDEN: Refusal = (403, "forbidden", [])


def in_school(world: World, role: Role, user: User) -> None:
    scope = Scope(ScopeKind.ORGANIZATION, world.school.id)
    grant(user_id=user.id, role=role, scope=scope)


def remove(caller: Caller, world: World, user: User) -> Refusal | int:
    answer = caller.call("DELETE", f"organizations/{world.school.id}/members/{user.id}/")
    return answer[0] if answer[0] == 204 else refusal(answer)


@pytest.mark.parametrize("role", ["admin", "director"])
def test_members_are_listed_with_what_they_hold_there(role: str, world: World) -> None:
    in_school(world, Role.LEARNER, world.foreign)
    in_school(world, Role.SPONSOR, world.mentor)

    path = f"organizations/{world.school.id}/members/"
    status, body = signed_in(getattr(world, role)).get(path)

    assert status == 200
    held = {row["id"]: sorted(one["role"] for one in row["memberships"]) for row in body["results"]}
    assert held == {
        world.director.id: ["director"],
        world.mentor.id: ["mentor", "sponsor"],
        world.learner.id: ["learner"],
        world.foreign.id: ["learner"],
    }
    organizations = {one["organization"] for row in body["results"] for one in row["memberships"]}
    assert organizations == {world.school.id}


def test_the_members_of_another_organization_do_not_exist_for_a_director(
    world: World, director: Caller
) -> None:
    for organization_id in (world.other.id, 2147483647):
        path = f"organizations/{organization_id}/members/"
        assert refusal(director.get(path)) == ABSENT
        assert refusal(director.call("DELETE", f"{path}{world.foreign.id}/")) == ABSENT
    assert active(world.foreign) == {("learner", "organization", world.other.id)}


def test_a_list_of_many_members_takes_no_more_queries(world: World, director: Caller) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            director.get(f"organizations/{world.school.id}/members/?page_size=100")
        return len(queries)

    few = count()
    for number in range(20):
        person(f"more{number}", Role.LEARNER, world.school)
    assert count() == few


def test_a_removed_member_holds_nothing_there_any_more(world: World, director: Caller) -> None:
    in_school(world, Role.SPONSOR, world.foreign_mentor)
    assign(world.foreign_mentor, world.learner)
    assign(world.foreign_mentor, world.foreign)

    assert remove(director, world, world.foreign_mentor) == 204

    assert active(world.foreign_mentor) == {
        ("mentor", "organization", world.other.id),
        ("mentor", "learner", None),
    }
    mentor = signed_in(world.foreign_mentor)
    assert mentor.get(f"users/{world.learner.id}/")[0] == 404
    assert mentor.get(f"users/{world.foreign.id}/")[0] == 200
    assert FactHistory.objects.latest("id").actor == f"user:{world.director.id}"


def test_a_member_by_main_role_leaves_the_organization(world: World, director: Caller) -> None:
    assert remove(director, world, world.learner) == 204

    assert active(world.learner) == set()
    assert User.objects.get(pk=world.learner.pk).organization is None
    assert [kind for kind, _, _ in appended()] == ["membership.updated", "user.updated"]
    assert director.get(f"users/{world.learner.id}/")[0] == 404


def test_staff_by_main_role_stay_staff_without_organization(world: World, director: Caller) -> None:
    assert remove(director, world, world.mentor) == 204
    assert active(world.mentor) == {("mentor", "platform", None)}


def test_a_director_removes_no_director_but_an_admin_does(world: World, director: Caller) -> None:
    second = person("dina", Role.DIRECTOR, world.school)
    before = appended()
    assert remove(director, world, second) == FORBIDDEN
    assert remove(director, world, world.director) == FORBIDDEN
    assert appended() == before
    assert remove(signed_in(world.admin), world, second) == 204
    assert active(second) == {("director", "platform", None)}


def test_somebody_who_is_no_member_is_not_removed(world: World, director: Caller) -> None:
    assign(world.foreign_mentor, world.learner)
    before = appended()
    for user in (world.foreign, world.admin, world.foreign_mentor):
        assert remove(director, world, user) == ABSENT
    assert remove(director, world, world.learner) == 204
    assert remove(director, world, world.learner) == ABSENT
    assert len(appended()) == len(before) + 2
