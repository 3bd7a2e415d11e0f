"""Private texts are readable with their owner's key alone, in the place they were written for."""

import pytest

from core.erasure.services import erase_user
from core.users.models import UserKey
from core.users.user_keys import TextUnreadable, text_cipher
from tests.unit.core.world import person

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


def test_an_erasure_deletes_the_key() -> None:
    learner = person("amina")
    text_cipher(learner.pk)
    erase_user(user_id=learner.pk)
    assert not UserKey.objects.exists()
