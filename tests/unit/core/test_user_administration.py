"""Admins list, add, promote, deactivate and activate users; directors list those they reach."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.jobs.services import run_due
from core.outbox.models import FactHistory
from core.users.administration import LastAdmin, change_user
from core.users.models import OneTimeToken, User
from core.users.services import update_user
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import ABSENT, World
from tests.unit.core.world import (
    NOBODY,
    Caller,
    admin_site_client,
    appended,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

NEW = {"email": "Nina@ongoza.example", "role": "mentor"}


def ids(caller: Caller, query: str = "") -> list[int]:
    status, body = caller.get(f"users/?{query}")
    assert status == 200, body
    return [row["id"] for row in body["results"]]


# --- listing -------------------------------------------------------------------------------------
def test_an_admin_lists_everyone_and_a_director_the_members_of_the_organization(
    world: World, admin: Caller, director: Caller
) -> None:
    everyone = [one.id for one in User.objects.order_by("id")]
    assert ids(admin) == everyone
    assert ids(director) == [world.director.id, world.mentor.id, world.learner.id]


def test_a_row_tells_whether_the_user_is_active(world: World, admin: Caller) -> None:
    update_user(user_id=world.learner.id, is_active=False, first_name="Lena")
    row = admin.get("users/?search=lena")[1]["results"][0]
    assert row.keys() == {
        *("id", "email", "first_name", "last_name", "role", "track", "organization"),
        *("created_at", "updated_at", "is_active"),
    }
    assert (row["email"], row["is_active"]) == (world.learner.email, False)


def test_a_director_sees_and_searches_the_addresses_of_learners_alone(
    world: World, director: Caller
) -> None:
    rows = director.get("users/")[1]["results"]
    shown = {row["id"]: row["email"] for row in rows}
    assert shown == {
        world.director.id: world.director.email,
        world.mentor.id: None,
        world.learner.id: world.learner.email,
    }
    assert ids(director, f"search={world.learner.email}") == [world.learner.id]
    assert ids(director, f"search={world.mentor.email}") == []


def test_words_of_a_search_are_each_looked_for_in_name_and_address(
    world: World, admin: Caller
) -> None:
    update_user(user_id=world.learner.id, first_name="Lena", last_name="Otieno")
    update_user(user_id=world.foreign.id, first_name="Fred", last_name="Otieno")
    assert ids(admin, "search=otieno") == [world.learner.id, world.foreign.id]
    assert ids(admin, "search=OTIENO%20len") == [world.learner.id]
    assert ids(admin, "search=fred@ongoza") == [world.foreign.id]
    assert ids(admin, "search=%25") == []


def test_filters_narrow_the_list(world: World, admin: Caller) -> None:
    update_user(user_id=world.learner.id, track="leaders", is_active=False)
    assert ids(admin, "role=mentor") == [world.mentor.id, world.foreign_mentor.id]
    assert ids(admin, "track=leaders") == [world.learner.id]
    assert ids(admin, f"organization={world.other.id}") == [
        world.foreign.id,
        world.foreign_mentor.id,
    ]
    assert ids(admin, "is_active=false") == [world.learner.id]
    assert ids(admin, f"is_active=true&role=learner&organization={world.school.id}") == []


def test_the_order_is_stable_and_can_be_chosen(world: World, admin: Caller) -> None:
    in_order = [one.id for one in User.objects.order_by("id")]
    assert ids(admin, "ordering=-id") == in_order[::-1]
    roles = [User.objects.get(pk=one).role for one in ids(admin, "ordering=role")]
    assert roles == sorted(roles)
    pages = [ids(admin, f"ordering=role&page_size=2&page={page}") for page in (1, 2, 3)]
    assert [one for page in pages for one in page] == ids(admin, "ordering=role")


@pytest.mark.parametrize(
    "query",
    [
        *("rolle=mentor", "role=mentor&role=admin", "role=teacher", "role=", "track=x"),
        *("organization=01", "organization=1.0", "organization=0", "organization=2147483648"),
        *("is_active=True", "is_active=1", "is_active=", "ordering=email", "ordering=-", "search="),
        *("page=9", f"search={'x' * 201}", "search=%00"),
    ],
)
def test_an_unknown_doubled_or_bad_filter_is_refused(query: str, admin: Caller) -> None:
    assert refusal(admin.get(f"users/?{query}")) == (400, "bad_parameter", [])


def test_the_list_takes_as_many_queries_for_many_users_as_for_few(
    world: World, director: Caller
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            director.get("users/?page_size=100")
        return len(queries)

    few = count()
    for number in range(30):
        person(f"more{number}", Role.LEARNER, world.school)
    assert count() == few
    assert len(ids(director, "page_size=100")) == 33


# --- adding --------------------------------------------------------------------------------------
def test_an_admin_adds_a_user_who_has_no_password(world: World, admin: Caller) -> None:
    body = {**NEW, "first_name": "Nina", "organization": world.school.id}
    status, added = admin.post("users/", body)

    user = User.objects.get(email="nina@ongoza.example")
    assert (status, added["id"], added["email"]) == (201, user.id, user.email)
    assert (user.role, user.first_name, user.organization) == ("mentor", "Nina", world.school)
    assert not user.has_usable_password()
    assert [kind for kind, _, _ in appended()] == ["user.created", "membership.updated"]
    actors = FactHistory.objects.filter(owner_id=user.id).values_list("actor", flat=True)
    assert {*actors} == {f"user:{world.admin.id}"}


def test_an_added_user_sets_the_first_password_by_a_mailed_link(admin: Caller) -> None:
    admin.post("users/", NEW)
    run_due()
    [sent] = mail.outbox
    found = re.search(r"token=([A-Za-z0-9_-]+)", str(sent.body))
    assert found is not None
    assert sent.to == ["nina@ongoza.example"]
    expiry = OneTimeToken.objects.get().expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < expiry <= timedelta(days=7)

    body = {"token": found[1], "new_password": "a-long-passphrase-9"}
    assert NOBODY.post("auth/password/reset/confirm/", body)[0] == 204

    log_in = {"email": "nina@ongoza.example", "password": "a-long-passphrase-9"}
    assert NOBODY.post("auth/login/", log_in)[0] == 200
    assert User.objects.get(email=log_in["email"]).email_verified_at is not None
    assert NOBODY.post("auth/password/reset/confirm/", body)[0] == 400


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"role": "teacher"}, (400, "invalid", [("role", "unknown_value")])),
        ({"email": "x"}, (400, "invalid", [("email", "invalid")])),
        ({"organization": 2147483647}, (400, "invalid", [("organization", "does_not_exist")])),
        ({"organization": "1"}, (400, "invalid", [("organization", "wrong_type")])),
        (
            {"password": "long-enough-4-all"},
            (400, "unknown_field", [("password", "unknown_field")]),
        ),
        ({"email": "LENA@ongoza.example"}, (409, "email_taken", [])),
    ],
)
def test_a_bad_new_user_is_refused(changes: dict[str, Any], expected: Any, admin: Caller) -> None:
    assert refusal(admin.post("users/", {**NEW, **changes})) == expected
    assert appended() == []


# --- changing ------------------------------------------------------------------------------------
def test_a_new_role_is_published_and_voids_access_tokens(world: World, admin: Caller) -> None:
    mentor = signed_in(world.mentor)
    path = f"users/{world.mentor.id}/role/"

    status, body = admin.call("PUT", path, {"role": "director", "organization": world.other.id})

    assert (status, body["role"], body["organization"]) == (200, "director", world.other.id)
    assert mentor.get("users/me/")[0] == 401
    newest = FactHistory.objects.filter(type="ongoza.user.updated.v1").latest("id")
    assert (newest.key, newest.actor) == (str(world.mentor.id), f"user:{world.admin.id}")
    again = admin.call("PUT", path, {"role": "director"})
    assert (again[0], again[1]["organization"]) == (200, world.other.id)


def test_a_deactivated_user_is_signed_out_everywhere_until_activated(
    world: World, admin: Caller
) -> None:
    learner = signed_in(world.learner)
    path = f"users/{world.learner.id}"

    status, body = admin.call("POST", f"{path}/deactivate/")

    assert (status, body["is_active"]) == (200, False)
    assert learner.get("users/me/")[0] == 401
    assert not world.learner.sign_ins.exists()
    status, body = admin.call("POST", f"{path}/activate/")
    assert (status, body["is_active"]) == (200, True)
    assert learner.get("users/me/")[0] == 401
    actors = FactHistory.objects.filter(type="ongoza.user.updated.v1").values_list("actor")
    assert {*actors} == {(f"user:{world.admin.id}",)}


CHANGES: list[tuple[str, str, Any]] = [
    ("PUT", "role", {"role": "learner"}),
    ("POST", "deactivate", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_nobody_locks_themselves_out(
    method: str, path: str, body: Any, world: World, admin: Caller
) -> None:
    person("zoe", Role.ADMIN)
    before = appended()
    answer = admin.call(method, f"users/{world.admin.id}/{path}/", body)
    assert refusal(answer) == (409, "own_account", [])
    assert appended() == before
    assert admin.get("users/me/")[0] == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_two_admins_who_remove_each_other_at_once_leave_one(
    method: str, path: str, body: Any, world: World, admin: Caller
) -> None:
    zoe = person("zoe", Role.ADMIN)
    pairs = [(admin, zoe.id), (signed_in(zoe), world.admin.id)]

    def remove(pair: tuple[Caller, int]) -> int:
        try:
            return pair[0].call(method, f"users/{pair[1]}/{path}/", body)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        answers = [*threads.map(remove, pairs)]
    assert answers.count(200) == 1
    assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 1


def test_a_last_admin_stays_whoever_asks(world: World) -> None:
    with pytest.raises(LastAdmin):
        change_user(user_id=world.admin.id, changed_by=world.director, role=Role.LEARNER)
    assert User.objects.get(pk=world.admin.pk).role == Role.ADMIN


def test_the_admin_site_refuses_as_the_api_does(world: World) -> None:
    site = admin_site_client(world.admin)
    form = {"email": world.admin.email, "role": "learner", "is_active": "on"}

    page = site.post(f"/admin/users/user/{world.admin.id}/change/", form, follow=True)

    assert "You would lock yourself out" in page.content.decode()
    assert User.objects.get(pk=world.admin.pk).role == Role.ADMIN


@pytest.mark.parametrize(("method", "path", "body"), [*CHANGES, ("POST", "activate", None)])
def test_a_user_who_does_not_exist_is_not_changed(
    method: str, path: str, body: Any, admin: Caller
) -> None:
    assert refusal(admin.call(method, f"users/2147483647/{path}/", body)) == ABSENT
