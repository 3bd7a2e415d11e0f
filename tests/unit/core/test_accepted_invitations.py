"""Accepting an invitation, with an account or by signing up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from core.organizations.models import Invitation
from core.outbox.models import FactHistory
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.invitations import ACCOUNT, EMAIL, accept, invited
from tests.unit.core.school import ABSENT, World, active
from tests.unit.core.world import NOBODY, Caller, api_token, person, refusal, signed_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_somebody_without_an_account_signs_up_by_it(world: World, director: Caller) -> None:
    until = (timezone.now() + 90 * DAY).replace(microsecond=0)
    token = invited(director, world, until=until.isoformat())

    status, body = accept(token, body=ACCOUNT)

    user = User.objects.get(email=EMAIL)
    assert (status, body["user"]["id"], user.role) == (201, user.id, "learner")
    assert (user.first_name, user.last_name) == ("Nina", "Njeri")
    assert active(user) == {("mentor", "organization", world.school.id)}
    held = user.memberships.get()
    assert (held.until, held.granted_by) == (until, world.director)
    assert Caller(body["access_token"]).get("users/me/")[0] == 200
    assert user.email_verified_at is not None
    row = Invitation.objects.get()
    assert (row.status, row.accepted_by, row.token_hash) == ("accepted", user, None)
    again = accept(token, body={**ACCOUNT, "password": "another-passphrase-9"})
    assert refusal(again) == ABSENT


def test_a_user_accepts_for_the_own_address(world: World, director: Caller) -> None:
    nina = person("nina")
    token = invited(director, world, role="learner")

    status, body = accept(token, signed_in(nina))

    assert (status, body["user"], body["role"]) == (200, nina.id, "learner")
    assert active(nina) == {("learner", "organization", world.school.id)}
    newest = FactHistory.objects.latest("id")
    assert (newest.type, newest.actor) == ("ongoza.membership.updated.v1", f"user:{nina.id}")
    assert refusal(accept(token, signed_in(nina))) == ABSENT


def test_another_user_does_not_accept(world: World, director: Caller) -> None:
    token = invited(director, world)
    answer = accept(token, signed_in(world.foreign))
    assert refusal(answer) == (403, "other_address", [])
    assert active(world.foreign) == {("learner", "organization", world.other.id)}
    assert Invitation.objects.get().status == "open"


def test_somebody_with_an_account_has_to_sign_in(world: World, director: Caller) -> None:
    person("nina")
    token = invited(director, world)
    assert refusal(accept(token, body=ACCOUNT)) == (409, "email_taken", [])
    assert Invitation.objects.get().status == "open"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"password": "short"}, ("password", "password_too_short")),
        ({}, ("password", "required")),
        ({**ACCOUNT, "role": "admin"}, ("role", "unknown_field")),
    ],
)
def test_a_bad_sign_up_leaves_the_invitation_open(
    body: Any, error: tuple[str, str], world: World, director: Caller
) -> None:
    token = invited(director, world)
    status, _, errors = refusal(accept(token, body=body))
    assert (status, error in errors) == (400, True)
    assert not User.objects.filter(email=EMAIL).exists()
    assert accept(token, body=ACCOUNT)[0] == 201


def test_a_signed_in_user_sends_no_account(world: World, director: Caller) -> None:
    nina = signed_in(person("nina"))
    token = invited(director, world)
    assert accept(token, nina, ACCOUNT)[0] == 400
    assert accept(token, nina, {})[0] == 200


def test_an_api_token_accepts_nothing(world: World, director: Caller) -> None:
    nina = person("nina")
    token = invited(director, world)
    exchange = {"token": api_token(nina)}
    access = NOBODY.post("auth/token/exchange/", exchange)[1]["access_token"]

    answer = accept(token, Caller(access))

    assert refusal(answer) == (403, "sign_in_required", [])
    assert Invitation.objects.get().status == "open"


@override_settings(SECOND_FACTOR_REQUIRED=True)
def test_an_invited_director_sets_up_the_second_factor_first(world: World) -> None:
    world.school = world.other
    token = invited(signed_in(world.admin), world, role="director")

    status, body = accept(token, body=ACCOUNT)

    user = User.objects.get(email=EMAIL)
    assert (status, body["code"]) == (401, "second_factor_enrolment_required")
    assert body["challenge"]
    assert active(user) == {("director", "organization", world.other.id)}
    assert not user.sign_ins.exists()


def test_who_became_a_member_meanwhile_is_told_so(world: World, director: Caller) -> None:
    token = invited(director, world)
    nina = person("nina", Role.LEARNER, world.school)
    assert refusal(accept(token, signed_in(nina))) == (409, "already_member", [])


def test_unknown_revoked_and_expired_tokens_get_one_answer(world: World, director: Caller) -> None:
    revoked = invited(director, world, email="a@ongoza.example")
    made = Invitation.objects.get()
    path = f"organizations/{world.school.id}/invitations/{made.id}/"
    assert director.call("DELETE", path)[0] == 204
    assert refusal(director.call("DELETE", path)) == ABSENT
    expired = invited(director, world)
    Invitation.objects.filter(email=EMAIL).update(expires_at=timezone.now())

    answers = [accept(token, body=ACCOUNT)[1] for token in ("unknown", revoked, expired)]

    for body in answers:
        body.pop("request_id")
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["code"] == "not_found"
    assert not User.objects.filter(email=EMAIL).exists()


@pytest.mark.django_db(transaction=True)
def test_a_token_accepted_twice_at_once_makes_one_account(world: World, director: Caller) -> None:
    token = invited(director, world)

    def once(_: int) -> int:
        try:
            return accept(token, body=ACCOUNT)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = sorted(threads.map(once, range(4)))
    assert answers[0] == 201
    assert set(answers[1:]) <= {404, 409}
    assert User.objects.filter(email=EMAIL).count() == 1
