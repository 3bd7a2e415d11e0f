"""An admin views an account as its user sees it: read-only, briefly, and seen by the user."""

import json
import logging
from typing import Any

import pytest
from django.urls import resolve
from django.utils import timezone

from core.access.services import Scope, grant
from core.kit.openapi import PublicDocument
from core.kit.retention import rules
from core.outbox.models import FactHistory
from core.users.models import Impersonation, SignIn, User
from core.users.services import end_all_sign_ins, revoke_sign_in, set_password, update_user
from core.users.tokens import InvalidToken, issue, issue_scoped, read_bearer
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.http.tokens import VIEW, scope_allows, viewer_is_consistent
from ongoza_contracts.sign_ins import SignInEnded, SignInStarted
from ongoza_contracts.vocabulary import Role
from tests.access_matrix import For
from tests.openapi_documents import core_document
from tests.unit.core.school import World
from tests.unit.core.test_access_matrix import ROUTES
from tests.unit.core.world import (
    NOBODY,
    Answer,
    Caller,
    admin_site_client,
    item,
    person,
    refusal,
    service,
    signed_in,
)

pytestmark = pytest.mark.django_db

REASON = "Ticket 4711: the learner sees no courses."
NOWHERE = "018f0000-0000-7000-8000-00000000dead"


def ask(caller: Caller, user: User, reason: str = REASON) -> Answer:
    return caller.post(f"users/{user.pk}/view-as/", {"reason": reason})


def view(world: World, user: User | None = None) -> Caller:
    status, body = ask(signed_in(world.admin), user or world.learner)
    assert (status, body["expires_in"]) == (201, 900)
    return Caller(body["access_token"])


# --- who, and of whom ----------------------------------------------------------------------------
def test_an_admin_sees_what_the_user_sees(world: World) -> None:
    viewer = view(world)
    status, me = viewer.get("users/me/")
    assert (status, me["id"], me["email"]) == (200, world.learner.pk, world.learner.email)
    assert viewer.get(f"users/{world.foreign.pk}/")[0] == 404


@pytest.mark.parametrize("role", ["director", "mentor", "learner"])
def test_nobody_but_admins_may_view_others(role: str, world: World) -> None:
    caller = signed_in(getattr(world, role))
    assert refusal(ask(caller, world.learner))[:2] == (403, "forbidden")
    assert service().post(f"users/{world.learner.pk}/view-as/", {"reason": REASON})[0] == 403
    assert not Impersonation.objects.exists()


def test_accounts_of_admins_directors_inactive_users_and_ones_own_are_not_viewed(
    world: World,
) -> None:
    """A director by a membership alone is one too."""
    scope = Scope(ScopeKind.ORGANIZATION, organization_id=world.other.pk)
    grant(user_id=world.foreign.pk, role=Role.DIRECTOR, scope=scope)
    update_user(user_id=world.mentor.pk, is_active=False)
    caller = signed_in(world.admin)
    users = [world.admin, person("second", Role.ADMIN), world.director, world.foreign, world.mentor]
    for user in users:
        assert refusal(ask(caller, user)) == (403, "not_viewable", [])
    assert caller.post("users/2147483647/view-as/", {"reason": REASON})[0] == 404
    assert not Impersonation.objects.exists()


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "short"}, {"reason": "x" * 501}])
def test_a_reason_is_required(body: dict[str, str], world: World) -> None:
    answer = signed_in(world.admin).post(f"users/{world.learner.pk}/view-as/", body)
    assert refusal(answer)[2][0][0] == "reason"
    assert not Impersonation.objects.exists()


# --- what it opens -------------------------------------------------------------------------------
def test_it_reads_everything_but_private_routes_and_changes_nothing(world: World) -> None:
    item("course-1")
    viewer, learner = view(world), signed_in(world.learner)
    before = state()
    values = {"learner": world.learner.pk, "organization": world.school.pk}
    absent = {"progress": 2147483647, "goal": NOWHERE, "certificate": NOWHERE}
    absent |= {"quiz": 2147483647}
    for name, route in ROUTES.items():
        method, path = name.split(" ")
        if path.startswith("/internal/"):
            continue
        target = (route.path or path[1:]).format(**values, **absent)
        status, _ = viewer.call(method, target, route.body)
        if is_public(name):
            continue
        if method != "GET" or is_private(target):
            assert status == 403, name
        else:
            assert status == learner.call(method, target)[0], name
    assert viewer.get("progress/")[0] == viewer.get("content/")[0] == 200
    assert state() == before


def is_public(name: str) -> bool:
    """Routes that look at no access token; they need a secret of their own."""
    return ROUTES[name].allowed is For.ANYONE


def is_private(path: str) -> bool:
    view: Any = resolve(f"/api/v1/{path.partition('?')[0]}").func
    return bool(view.cls.private)


def state() -> tuple[int, int]:
    return FactHistory.objects.count(), SignIn.objects.count()


def test_every_route_of_the_account_is_private() -> None:
    document = core_document(PublicDocument)
    own = {path for path in document["paths"] if "/users/me/" in path and path[-4:] != "/me/"}
    assert {path for path in own if not is_private(path.removeprefix("/api/v1/"))} == set()


def test_it_does_not_verify_an_address_or_accept_an_invitation(world: World) -> None:
    viewer = view(world)
    assert refusal(viewer.post("auth/verify-email/", {}))[:2] == (403, "sign_in_required")
    answer = viewer.call("POST", "invitations/none/accept/")
    assert refusal(answer)[:2] == (403, "sign_in_required")


def test_it_cannot_be_exchanged_for_a_longer_one(world: World) -> None:
    viewer = view(world)
    assert viewer.post("auth/token/refresh/", {"refresh_token": viewer.token})[0] == 401
    claims: Any = read_bearer(str(viewer.token))
    assert (claims.exp - claims.iat, claims.scope, claims.viewer) == (900, VIEW, world.admin.pk)


@pytest.mark.parametrize(
    ("scope", "viewer", "consistent"),
    [
        (None, None, True),
        ({"read"}, None, True),
        ({VIEW}, 5, True),
        ({VIEW}, None, False),
        ({"read"}, 5, False),
        ({VIEW, "read"}, 5, False),
        (None, 5, False),
    ],
)
def test_a_viewer_and_the_scope_belong_together(
    scope: set[str] | None, viewer: int | None, consistent: bool, world: World
) -> None:
    assert viewer_is_consistent(scope, viewer) is consistent
    if scope is not None:
        sign_in = world.learner.sign_ins.create()
        more = {} if viewer is None else {"viewer": viewer, "viewer_sid": str(sign_in.id)}
        token = issue_scoped(world.learner, sign_in, " ".join(sorted(scope)), 900, **more)
        try:
            read_bearer(token)
        except InvalidToken:
            assert not consistent
        else:
            assert consistent


@pytest.mark.parametrize(
    ("method", "private", "allowed"),
    [("GET", False, True), ("HEAD", False, True), ("GET", True, False), ("POST", False, False)],
)
def test_the_scope_reads_where_a_route_is_not_private(
    method: str, private: bool, allowed: bool
) -> None:
    assert scope_allows({VIEW}, method, "learner.read", private=private) is allowed


# --- who knows -----------------------------------------------------------------------------------
def test_the_view_is_recorded_with_its_reason_and_the_admin_as_actor(world: World) -> None:
    view(world)
    row = Impersonation.objects.get()
    assert (row.user, row.viewer, row.reason) == (world.learner, world.admin, REASON)
    assert 890 < (row.expires_at - timezone.now()).total_seconds() <= 900
    fact = FactHistory.objects.filter(type=SignInStarted.type).first()
    assert fact is not None
    assert (fact.owner_id, fact.actor) == (world.learner.pk, f"user:{world.admin.pk}")


def test_every_request_is_logged_with_the_admin(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    viewer = view(world)
    with caplog.at_level(logging.INFO, "core.users.authentication"):
        viewer.get("users/me/")
    (record,) = [one for one in caplog.records if one.message == "viewed as"]
    assert record.fields == {  # type: ignore[attr-defined]
        "actor": world.admin.pk,
        "user_id": world.learner.pk,
    }


def test_the_user_sees_it_in_the_list_of_sign_ins_and_can_end_it(world: World) -> None:
    viewer, user = view(world), signed_in(world.learner)
    shown = [row for row in user.get("auth/sessions/")[1]["results"] if not row["current"]]
    assert [row["device"] for row in shown] == ["Viewed by an admin"]
    assert user.call("DELETE", f"auth/sessions/{shown[0]['id']}/") == (204, None)
    assert viewer.get("users/me/")[0] == 401


def test_it_ends_when_the_admin_is_one_no_longer(world: World) -> None:
    viewer = view(world)
    update_user(user_id=world.admin.pk, role=Role.MENTOR)
    assert viewer.get("users/me/")[0] == 401


@pytest.mark.parametrize("end", ["password", "everywhere"])
def test_it_ends_with_the_tokens_of_its_admin(end: str, world: World) -> None:
    viewer = view(world)
    if end == "password":
        set_password(user_id=world.admin.pk, password="another-phrase-10")
    else:
        end_all_sign_ins(user_id=world.admin.pk)
    assert viewer.get("users/me/")[0] == 401
    world.admin.refresh_from_db()
    assert view(world).get("users/me/")[0] == 200


@pytest.mark.parametrize("end", ["log out", "another device", "operator"])
def test_it_ends_with_the_sign_in_of_its_admin_alone(end: str, world: World) -> None:
    sign_in = world.admin.sign_ins.create()
    pair = issue(world.admin, sign_in)
    other = view(world)
    viewer = Caller(ask(Caller(pair.access), world.learner)[1]["access_token"])
    if end == "log out":
        assert NOBODY.post("auth/logout/", {"refresh_token": pair.refresh})[0] == 204
    elif end == "another device":
        assert signed_in(world.admin).call("DELETE", f"auth/sessions/{sign_in.id}/")[0] == 204
    else:
        revoke_sign_in(sign_in_id=sign_in.id)
    assert viewer.get("users/me/")[0] == 401
    assert other.get("users/me/")[0] == 200


def test_it_goes_on_while_the_admin_refreshes_the_own_tokens(world: World) -> None:
    pair = issue(world.admin, world.admin.sign_ins.create())
    viewer = Caller(ask(Caller(pair.access), world.learner)[1]["access_token"])
    assert NOBODY.post("auth/token/refresh/", {"refresh_token": pair.refresh})[0] == 200
    assert viewer.get("users/me/")[0] == 200


def test_a_view_that_does_not_name_the_sign_in_of_its_admin_is_no_token(world: World) -> None:
    sign_in, more = world.learner.sign_ins.create(), {"viewer": world.admin.pk}
    with pytest.raises(InvalidToken):
        read_bearer(issue_scoped(world.learner, sign_in, VIEW, 900, **more))
    foreign = {**more, "viewer_sid": str(world.director.sign_ins.create().pk)}
    token = issue_scoped(world.learner, sign_in, VIEW, 900, **foreign)
    assert Caller(token).get("users/me/")[0] == 401


@pytest.mark.parametrize("role", [Role.ADMIN, Role.DIRECTOR])
def test_it_ends_when_the_user_becomes_protected(role: Role, world: World) -> None:
    viewer = view(world)
    scope = Scope(ScopeKind.ORGANIZATION, organization_id=world.other.pk)
    if role == Role.ADMIN:
        scope = Scope(ScopeKind.PLATFORM)
    grant(user_id=world.learner.pk, role=role, scope=scope)
    assert viewer.get("users/me/")[0] == 401


def test_its_sign_in_ends_when_it_expires_and_its_record_stays(world: World) -> None:
    view(world)
    user = signed_in(world.learner)
    Impersonation.objects.update(expires_at=timezone.now())
    assert [row["current"] for row in user.get("auth/sessions/")[1]["results"]] == [True]
    rules()["users.views"].carry_out()
    assert not SignIn.objects.filter(device="Viewed by an admin").exists()
    assert FactHistory.objects.filter(type=SignInEnded.type).count() == 1
    assert Impersonation.objects.get().reason == REASON


def test_the_admin_of_django_lists_views_and_changes_none(world: World) -> None:
    view(world)
    client = admin_site_client(world.admin)
    page = client.get("/admin/users/impersonation/")
    assert page.status_code == 200
    assert json.dumps(REASON)[1:-1] in page.content.decode()
    assert client.get("/admin/users/impersonation/add/").status_code == 403
