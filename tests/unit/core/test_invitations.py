"""Invitations: sent, renewed, sent again, revoked, expired and erased."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from core.erasure.models import ErasureReceipt
from core.erasure.services import erase_user
from core.jobs.models import Job
from core.jobs.services import run_due
from core.kit.retention import rules
from core.organizations.models import Invitation
from core.organizations.services import add_organization
from core.users.models import User
from core.users.services import update_user
from ongoza_contracts.vocabulary import Role
from tests.unit.core.invitations import ACCOUNT, EMAIL, accept, invite, invited, mailed_token
from tests.unit.core.school import ABSENT, World
from tests.unit.core.world import Answer, Caller, Refusal, appended, person, refusal, signed_in

pytestmark = pytest.mark.django_db

FORBIDDEN: Refusal = (403, "forbidden", [])
DAY = timedelta(days=1)


# --- inviting ------------------------------------------------------------------------------------
@pytest.mark.parametrize("inviter", ["admin", "director"])
def test_an_invitation_is_mailed_with_a_token_of_which_only_the_hash_is_stored(
    inviter: str, world: World
) -> None:
    user = getattr(world, inviter)
    status, body = invite(signed_in(user), world, email="Nina@Ongoza.example")

    row = Invitation.objects.get()
    assert (status, body["id"], body["email"]) == (201, str(row.id), EMAIL)
    assert (body["role"], body["status"], body["invited_by"]) == ("mentor", "open", user.id)
    assert timedelta(days=13, hours=23) < row.expires_at - timezone.now() < timedelta(days=14)
    assert "token" not in " ".join(body)
    token = mailed_token()
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([EMAIL], "You are invited to Makini School")
    row.refresh_from_db()
    assert len(row.token_hash or "") == 64
    assert token not in str(vars(row))
    assert [(job.subject, job.user_id) for job in Job.objects.all()] == [(str(row.id), None)]
    assert appended() == []


def test_a_name_is_mailed_as_it_is_written(world: World) -> None:
    world.school = add_organization(name="O'Hara & Sons", kind="employer")
    invite(signed_in(world.admin), world)
    mailed_token()
    assert mail.outbox[0].subject == "You are invited to O'Hara & Sons"
    assert "join O'Hara & Sons on" in str(mail.outbox[0].body)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"role": "admin"}, [("role", "unknown_value")]),
        ({"email": "nina"}, [("email", "invalid")]),
        ({"until": "2020-01-01T00:00:00Z"}, [("until", "out_of_range")]),
        ({"until": "2999-01-01T00:00:00"}, [("until", "invalid")]),
    ],
)
def test_a_bad_invitation_is_refused(
    changes: dict[str, Any], errors: Any, world: World, director: Caller
) -> None:
    status, _, found = refusal(invite(director, world, **changes))
    assert (status, found) == (400, errors)
    assert not Invitation.objects.exists()


def test_a_director_invites_no_director_and_touches_no_invitation_of_one(
    world: World, director: Caller
) -> None:
    admin = signed_in(world.admin)
    assert refusal(invite(director, world, role="director")) == FORBIDDEN
    made = invite(admin, world, role="director")[1]
    path = f"organizations/{world.school.id}/invitations/{made['id']}/"

    assert refusal(invite(director, world, role="learner")) == FORBIDDEN
    assert refusal(director.call("DELETE", path)) == FORBIDDEN

    row = Invitation.objects.get()
    assert (row.role, row.status, row.invited_by) == ("director", "open", world.admin)


def test_another_organization_does_not_exist_for_a_director(world: World, director: Caller) -> None:
    world.school = world.other
    made = invite(signed_in(world.admin), world)[1]
    path = f"organizations/{world.other.id}/invitations/"
    assert refusal(invite(director, world)) == ABSENT
    assert refusal(director.get(path)) == ABSENT
    assert refusal(director.call("DELETE", f"{path}{made['id']}/")) == ABSENT
    own = path.replace(str(world.other.id), str(world.director.organization_id), 1)
    assert refusal(director.call("DELETE", f"{own}{made['id']}/")) == ABSENT
    assert Invitation.objects.get().status == "open"


def test_a_member_is_not_invited(world: World, director: Caller) -> None:
    answer = invite(director, world, email=world.learner.email)
    assert refusal(answer) == (409, "already_member", [])
    assert not Invitation.objects.exists()


def test_inviting_again_renews_the_invitation_and_ends_the_former_token(
    world: World, director: Caller
) -> None:
    former = invited(director, world)
    Invitation.objects.update(expires_at=timezone.now() + DAY)

    status, body = invite(director, world, role="learner")

    assert (status, body["role"]) == (200, "learner")
    assert refusal(accept(former, body=ACCOUNT)) == ABSENT
    token = mailed_token()
    row = Invitation.objects.get()
    assert row.expires_at > timezone.now() + 13 * DAY
    assert refusal(accept(former, body=ACCOUNT)) == ABSENT
    assert accept(token, body=ACCOUNT)[0] == 201
    assert len(mail.outbox) == 2


def test_invitations_are_listed_newest_first_and_by_status(world: World, director: Caller) -> None:
    invite(director, world, email="a@ongoza.example")
    made = invite(director, world, email="b@ongoza.example")[1]
    path = f"organizations/{world.school.id}/invitations/"
    assert director.call("DELETE", f"{path}{made['id']}/")[0] == 204

    def listed(query: str = "") -> list[tuple[str, str]]:
        rows = director.get(path + query)[1]["results"]
        return [(row["email"][0], row["status"]) for row in rows]

    assert listed() == [("b", "revoked"), ("a", "open")]
    assert listed("?status=open") == [("a", "open")]
    assert refusal(director.get(path + "?status=x")) == (400, "bad_parameter", [])


def test_an_organization_sends_only_so_many_and_strangers_do_not_use_them_up(
    world: World, director: Caller, settings: Any
) -> None:
    settings.RATE_LIMITS = {"invitations": (2, 3600)}
    settings.VALKEY_URL = ""
    stranger = signed_in(person("dave", Role.DIRECTOR, world.other))
    assert [invite(stranger, world)[0] for _ in range(3)] == [404, 404, 404]
    assert [invite(director, world)[0] for _ in range(3)] == [201, 200, 429]
    assert invite(signed_in(world.admin), world)[0] == 429
    assert director.get(f"organizations/{world.school.id}/invitations/")[0] == 200


# --- sending again -------------------------------------------------------------------------------
def resend(caller: Caller, world: World, invitation_id: str) -> Answer:
    path = f"organizations/{world.school.id}/invitations/{invitation_id}/resend/"
    return caller.call("POST", path)


def test_an_invitation_is_sent_again_with_another_link_and_the_former_ends(
    world: World, director: Caller
) -> None:
    former = invited(director, world, role="learner")
    row = Invitation.objects.get()
    Invitation.objects.update(expires_at=timezone.now() + DAY)

    status, body = resend(director, world, str(row.id))

    assert (status, body["id"], body["role"], body["status"]) == (
        200,
        str(row.id),
        "learner",
        "open",
    )
    assert refusal(accept(former, body=ACCOUNT)) == ABSENT
    token = mailed_token()
    assert token != former
    assert [sent.to for sent in mail.outbox] == [[EMAIL], [EMAIL]]
    row.refresh_from_db()
    assert row.expires_at > timezone.now() + 13 * DAY
    assert refusal(accept(former, body=ACCOUNT)) == ABSENT
    assert accept(token, body=ACCOUNT)[0] == 201


def test_an_invitation_that_waits_to_be_mailed_is_mailed_once(
    world: World, director: Caller
) -> None:
    made = invite(director, world)[1]
    assert resend(director, world, made["id"])[0] == 200
    assert accept(mailed_token(), body=ACCOUNT)[0] == 201
    assert len(mail.outbox) == 1


def test_an_ended_invitation_is_not_sent_again(world: World, director: Caller) -> None:
    made = [invite(director, world, email=f"{name}@ongoza.example")[1]["id"] for name in "ab"]
    path = f"organizations/{world.school.id}/invitations/"
    assert director.call("DELETE", f"{path}{made[0]}/")[0] == 204
    Invitation.objects.filter(pk=made[1]).update(expires_at=timezone.now())
    run_due()
    mail.outbox.clear()
    assert [refusal(resend(director, world, one)) for one in made] == [ABSENT] * 2
    run_due()
    assert mail.outbox == []


def test_an_invitation_of_somebody_who_is_a_member_by_now_is_not_sent_again(
    world: World, director: Caller
) -> None:
    made = invite(director, world)[1]
    person("nina", Role.LEARNER, world.school)
    assert refusal(resend(director, world, made["id"])) == (409, "already_member", [])


def test_only_those_who_may_grant_its_role_send_an_invitation_again(
    world: World, director: Caller
) -> None:
    admin = signed_in(world.admin)
    made = invite(admin, world, role="director")[1]
    stranger = signed_in(person("dave", Role.DIRECTOR, world.other))
    assert refusal(resend(director, world, made["id"])) == FORBIDDEN
    assert refusal(resend(stranger, world, made["id"])) == ABSENT
    assert refusal(resend(signed_in(world.learner), world, made["id"])) == FORBIDDEN
    assert resend(admin, world, made["id"])[0] == 200


def test_one_invitation_is_sent_again_only_so_often(
    world: World, director: Caller, settings: Any
) -> None:
    settings.RATE_LIMITS = {"resend": (2, 3600)}
    settings.VALKEY_URL = ""
    first, second = (
        invite(director, world, email=f"{name}@ongoza.example")[1]["id"] for name in "ab"
    )
    stranger = signed_in(person("dave", Role.DIRECTOR, world.other))
    assert [resend(stranger, world, first)[0] for _ in range(3)] == [404] * 3
    assert [resend(director, world, first)[0] for _ in range(3)] == [200, 200, 429]
    assert resend(director, world, second)[0] == 200
    settings.RATE_LIMITS = {"invitations": (2, 3600)}
    assert [resend(director, world, second)[0] for _ in range(3)] == [200, 200, 429]


@pytest.mark.django_db(transaction=True)
def test_an_address_invited_twice_at_once_has_one_invitation(
    world: World, director: Caller
) -> None:
    admin = signed_in(world.admin)

    def once(number: int) -> int:
        try:
            return invite(admin if number % 2 else director, world)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = sorted(threads.map(once, range(4)))
    assert answers == [200, 200, 200, 201]
    assert Invitation.objects.count() == 1
    assert Job.objects.count() == 1


# --- ending --------------------------------------------------------------------------------------
def test_the_mail_of_an_ended_invitation_is_not_sent(world: World, director: Caller) -> None:
    made = invite(director, world)[1]
    director.call("DELETE", f"organizations/{world.school.id}/invitations/{made['id']}/")
    assert run_due() == 1
    assert mail.outbox == []


def test_an_expired_invitation_ends_and_its_address_is_deleted_30_days_later(
    world: World, director: Caller
) -> None:
    invited(director, world)
    invited(director, world, email="open@ongoza.example")
    expiry = timezone.now() - 29 * DAY
    Invitation.objects.filter(email=EMAIL).update(expires_at=expiry)

    rules()["organizations.open_invitations"].carry_out()

    row = Invitation.objects.get(email=EMAIL)
    assert (row.status, row.ended_at, row.token_hash) == ("expired", expiry, None)
    Invitation.objects.filter(email=EMAIL).update(ended_at=expiry - DAY)
    rules()["organizations.ended_invitations"].carry_out()
    assert [row.email for row in Invitation.objects.all()] == ["open@ongoza.example"]


def test_an_invitation_expires_with_the_membership_it_offers(
    world: World, director: Caller
) -> None:
    until = (timezone.now() + DAY).replace(microsecond=0)
    invite(director, world, until=until.isoformat())
    assert Invitation.objects.get().expires_at == until


def test_an_erasure_deletes_the_invitations_of_the_address_and_those_accepted(
    world: World, director: Caller
) -> None:
    nina = person("nora")
    accept(invited(director, world, email=nina.email), signed_in(nina))
    update_user(user_id=nina.id, email=EMAIL)
    world.school = world.other
    invited(signed_in(world.admin), world)
    invited(signed_in(world.admin), world, email="else@ongoza.example")

    erase_user(user_id=nina.id)

    receipts = ErasureReceipt.objects.filter(user_id=nina.id, place="organizations.Invitation")
    assert [receipt.rows for receipt in receipts] == [2]
    assert [row.email for row in Invitation.objects.all()] == ["else@ongoza.example"]


def test_an_invitation_outlives_the_person_who_sent_it(world: World, director: Caller) -> None:
    token = invited(director, world)
    erase_user(user_id=world.director.id)
    assert accept(token, body=ACCOUNT)[0] == 201
    assert User.objects.get(email=EMAIL).memberships.get().granted_by is None
