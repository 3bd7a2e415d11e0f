"""Reflections are private: encrypted, shared by consent, never published, erased with their key."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.utils import timezone

from core.access.services import revoke
from core.coaching.models import Reflection
from core.erasure.selectors import report
from core.erasure.services import erase_user
from core.export.archive import write_archive
from core.outbox.models import FactHistory
from core.users.models import User, UserKey
from core.users.preferences import record_consent
from ongoza_contracts.vocabulary import Role
from tests.unit.core.coaching_rows import REFLECTIONS, consent_to_mentor
from tests.unit.core.world import (
    Caller,
    appended,
    assign,
    forget_appended,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

TEXT = "I was afraid to ask.\nThen I asked."


@pytest.fixture
def user() -> User:
    return person("amina")


@pytest.fixture
def amina(user: User) -> Caller:
    return signed_in(user)


def written(caller: Caller, **changes: Any) -> dict[str, Any]:
    status, body = caller.post(REFLECTIONS, {"text": TEXT, **changes})
    assert status == 201
    found: dict[str, Any] = body
    return found


def shared(caller: Caller, user: User) -> str:
    """The address of a reflection that its author shares."""
    consent_to_mentor(user)
    path = f"{REFLECTIONS}{written(caller)['id']}/"
    assert caller.call("PATCH", path, {"shared": True})[1]["shared"] is True
    return path


def test_a_reflection_is_stored_encrypted_and_published_nowhere(amina: Caller, user: User) -> None:
    before = appended()
    body = written(amina, mood="good", tags=["time", "confidence", "time"])
    assert (body["text"], body["mood"], body["tags"]) == (TEXT, "good", ["confidence", "time"])
    row = Reflection.objects.get()
    assert b"afraid" not in bytes(row.encrypted)
    path = f"{REFLECTIONS}{body['id']}/"
    assert amina.get(path) == (200, body)
    assert amina.get(REFLECTIONS)[1]["results"] == [body]
    changed = amina.call("PATCH", path, {"text": "Shorter.", "mood": None})[1]
    assert (changed["text"], changed["mood"], changed["tags"]) == ("Shorter.", None, body["tags"])
    assert appended() == before
    assert not FactHistory.objects.filter(body__icontains="afraid").exists()
    assert amina.call("DELETE", path)[0] == 204
    assert amina.call("DELETE", path)[0] == 404
    assert not Reflection.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"text": "bell\x07"}, "text"),
        ({"text": TEXT, "mood": "fine"}, "mood"),
        ({"text": TEXT, "tags": ["love"]}, "tags.0"),
        ({"text": TEXT, "shared": True}, "shared"),
    ],
    ids=["empty", "long", "control", "mood", "tag", "shared"],
)
def test_a_malformed_reflection_is_refused(body: dict[str, Any], field: str, amina: Caller) -> None:
    status, _, fields = refusal(amina.post(REFLECTIONS, body))
    assert (status, [name for name, _ in fields]) == (400, [field])
    assert not Reflection.objects.exists()


def test_a_mentor_reads_what_is_shared_and_nobody_else_does(amina: Caller, user: User) -> None:
    mentor = person("mara", Role.MENTOR)
    assign(mentor, user)
    path = shared(amina, user)
    written(amina)
    listed = f"{REFLECTIONS}?user={user.pk}"
    status, body = signed_in(mentor).get(path)
    assert (status, body["text"]) == (200, TEXT)
    assert signed_in(mentor).get(listed)[1]["results"] == [body]
    others = [
        person("other", Role.MENTOR),
        person("ada", Role.ADMIN),
        person("dora", Role.DIRECTOR),
        person("juma"),
    ]
    for other in others:
        assert [signed_in(other).get(one)[0] for one in (path, listed)] == [404, 404]
    assert signed_in(mentor).call("PATCH", path, {"text": "Mine"})[0] == 404
    assert signed_in(mentor).call("DELETE", path)[0] == 404


def test_sharing_ends_when_it_is_revoked(amina: Caller, user: User) -> None:
    mentor = person("mara", Role.MENTOR)
    assign(mentor, user)
    path = shared(amina, user)
    reader = signed_in(mentor)
    amina.call("PATCH", path, {"shared": False})
    assert reader.get(path)[0] == 404
    amina.call("PATCH", path, {"shared": True})
    assert reader.get(path)[0] == 200
    record_consent(user=user, kind="mentor_reads_reflections", given=False)
    assert reader.get(path)[0] == reader.get(f"{REFLECTIONS}?user={user.pk}")[0] == 404
    consent_to_mentor(user)
    assert reader.get(path)[0] == 404
    assert amina.get(path)[1]["shared"] is False
    amina.call("PATCH", path, {"shared": True})
    assert reader.get(path)[0] == 200


def test_a_newer_version_of_the_consent_ends_no_sharing(amina: Caller, user: User) -> None:
    mentor = person("mara", Role.MENTOR)
    assign(mentor, user)
    path = shared(amina, user)
    record_consent(user=user, kind="mentor_reads_reflections", given=True, version="2026-02")
    assert signed_in(mentor).get(path)[0] == 200


def test_sharing_ends_with_the_membership_of_the_mentor(amina: Caller, user: User) -> None:
    mentor = person("mara", Role.MENTOR)
    membership = assign(mentor, user)
    path = shared(amina, user)
    revoke(membership_id=membership.pk, revoked_by=person("ada", Role.ADMIN))
    assert signed_in(mentor).get(path)[0] == 404


def test_a_later_mentor_does_not_read_what_was_shared_before(amina: Caller, user: User) -> None:
    path = shared(amina, user)
    mentor = person("mara", Role.MENTOR)
    assign(mentor, user)
    assert signed_in(mentor).get(path)[0] == 404
    amina.call("PATCH", path, {"shared": False})
    amina.call("PATCH", path, {"shared": True})
    assert signed_in(mentor).get(path)[0] == 200


def test_a_mentor_who_comes_back_does_not_read_what_was_shared_meanwhile(
    amina: Caller, user: User
) -> None:
    mentor, admin = person("mara", Role.MENTOR), person("ada", Role.ADMIN)
    membership = assign(mentor, user)
    before = shared(amina, user)
    revoke(membership_id=membership.pk, revoked_by=admin)
    meanwhile = shared(amina, user)
    assign(mentor, user)
    assert [signed_in(mentor).get(path)[0] for path in (before, meanwhile)] == [200, 404]


def test_nothing_is_shared_without_consent(amina: Caller) -> None:
    path = f"{REFLECTIONS}{written(amina)['id']}/"
    answer = amina.call("PATCH", path, {"shared": True, "text": "Changed"})
    assert refusal(answer) == (409, "consent_missing", [])
    assert amina.get(path)[1]["text"] == TEXT


def test_an_erasure_deletes_the_texts_and_their_key(amina: Caller, user: User) -> None:
    written(amina)
    assert UserKey.objects.filter(user=user).exists()
    forget_appended()
    erase_user(user_id=user.pk)
    assert (Reflection.objects.count(), UserKey.objects.count()) == (0, 0)
    assert report(user.pk).remaining == {}


def test_an_archive_has_the_texts(amina: Caller, user: User) -> None:
    body = written(amina, tags=["health"])
    written(signed_in(person("juma")), text="Of Juma")
    target = BytesIO()
    write_archive(user, target)
    with ZipFile(target) as archive:
        (row,) = json.loads(archive.read("coaching.reflection.json"))
    assert (row["id"], row["text"], row["tags"]) == (body["id"], TEXT, ["health"])
    assert "encrypted" not in row
    assert timezone.now().isoformat()[:10] in row["created_at"]
