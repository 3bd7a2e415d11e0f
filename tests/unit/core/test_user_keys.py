"""Private texts are readable with their owner's key alone, in the place they were written for."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command

from core.erasure.services import erase_user
from core.export.archive import write_archive
from core.users.management.commands import reencrypt_secrets
from core.users.models import UserKey
from core.users.user_keys import TextUnreadable, text_cipher
from tests.unit.core.coaching_rows import REFLECTIONS
from tests.unit.core.world import person, refusal, signed_in

pytestmark = pytest.mark.django_db

TEXT = "Nimechoka leo. Ọjọ́ tó dára."


def test_a_text_is_read_back_with_the_key_that_is_stored() -> None:
    learner = person("amina")
    encrypted = text_cipher(learner.pk).encrypt(TEXT, place="reflection:1:text")
    assert text_cipher(learner.pk).decrypt(encrypted, place="reflection:1:text") == TEXT
    assert UserKey.objects.count() == 1
    assert TEXT.encode() not in encrypted


def test_the_same_text_is_never_encrypted_to_the_same_bytes() -> None:
    cipher = text_cipher(person("amina").pk)
    assert cipher.encrypt(TEXT, place="a") != cipher.encrypt(TEXT, place="a")


def test_another_user_and_another_place_cannot_read_it() -> None:
    owner, other = text_cipher(person("amina").pk), text_cipher(person("baraka").pk)
    encrypted = owner.encrypt(TEXT, place="reflection:1:text")
    for cipher, place in ((owner, "reflection:2:text"), (other, "reflection:1:text")):
        with pytest.raises(TextUnreadable):
            cipher.decrypt(encrypted, place=place)


@pytest.mark.parametrize("length", [0, 11, 12, 20])
def test_a_text_that_was_cut_is_unreadable(length: int) -> None:
    cipher = text_cipher(person("amina").pk)
    encrypted = cipher.encrypt(TEXT, place="a")
    with pytest.raises(TextUnreadable):
        cipher.decrypt(encrypted[:length], place="a")


def test_a_key_that_was_copied_to_another_user_is_of_no_use() -> None:
    owner, other = person("amina"), person("baraka")
    encrypted = text_cipher(owner.pk).encrypt(TEXT, place="a")
    copied = UserKey.objects.get(user=owner).encrypted
    UserKey.objects.create(user=other, encrypted=copied)
    with pytest.raises(TextUnreadable):
        text_cipher(other.pk)
    assert text_cipher(owner.pk).decrypt(encrypted, place="a") == TEXT


def test_keys_outlive_a_change_of_the_secret_key(settings: Any) -> None:
    learner = person("amina")
    encrypted = text_cipher(learner.pk).encrypt(TEXT, place="a")
    earlier = settings.SECRET_KEY
    settings.SECRET_KEY = "another-secret-of-32-characters-or-more"
    with pytest.raises(CommandError, match="1 secrets are unreadable"):
        call_command("reencrypt_secrets")
    settings.SECRET_KEY_FALLBACKS = [earlier]
    assert text_cipher(learner.pk).decrypt(encrypted, place="a") == TEXT
    call_command("reencrypt_secrets")
    settings.SECRET_KEY_FALLBACKS = []
    assert text_cipher(learner.pk).decrypt(encrypted, place="a") == TEXT


def test_all_keys_are_encrypted_again_in_several_batches(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reencrypt_secrets, "BATCH", 2)
    learners = [person(f"learner-{number}") for number in range(5)]
    keys = [text_cipher(one.pk).key for one in learners]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-of-32-characters-or-more"
    call_command("reencrypt_secrets")
    settings.SECRET_KEY_FALLBACKS = []
    assert [text_cipher(one.pk).key for one in learners] == keys


def test_a_route_answers_409_for_a_text_that_cannot_be_decrypted(settings: Any) -> None:
    learner = person("amina")
    caller = signed_in(learner)
    written = caller.post(REFLECTIONS, {"text": TEXT})[1]
    UserKey.objects.update(encrypted=b"another")
    for path in (REFLECTIONS, f"{REFLECTIONS}{written['id']}/"):
        assert refusal(caller.get(path)) == (409, "text_unreadable", [])
    assert caller.call("DELETE", f"{REFLECTIONS}{written['id']}/")[0] == 204


def test_an_archive_says_which_texts_cannot_be_decrypted() -> None:
    learner = person("amina")
    signed_in(learner).post(REFLECTIONS, {"text": TEXT})
    UserKey.objects.update(encrypted=b"another")
    target = BytesIO()
    write_archive(learner, target)
    with ZipFile(target) as archive:
        (row,) = json.loads(archive.read("coaching.reflection.json"))
    assert (row["unreadable"], "text" in row) == (True, False)


def test_an_erasure_deletes_the_key() -> None:
    learner = person("amina")
    text_cipher(learner.pk)
    erase_user(user_id=learner.pk)
    assert not UserKey.objects.exists()
