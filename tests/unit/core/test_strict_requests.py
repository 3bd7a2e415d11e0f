"""Texts that core would take in more spellings than ai, at its routes."""

from typing import Any

import pytest

from core.organizations.models import Organization
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import NOBODY, goal_request, person, refusal, signed_in

pytestmark = pytest.mark.django_db

UNPRINTABLE = [
    "Ami\nna",
    "Ami\r\nna",
    "Ami\tna",
    "Ami\x1bna",
    "Amina\x85",
    "Ami\u2028na",
    "\u202eanimA",
]
SIGN_UP = {"email": "amina@ongoza.example", "password": "a-long-passphrase-9"}


@pytest.mark.parametrize("name", UNPRINTABLE)
@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_a_name_is_one_line_without_control_characters(field: str, name: str) -> None:
    answer = NOBODY.post("auth/signup/", {**SIGN_UP, field: name})
    assert refusal(answer) == (400, "invalid", [(field, "bad_text")])
    assert not User.objects.exists()


@pytest.mark.parametrize("name", UNPRINTABLE)
def test_so_is_the_name_of_an_organization(name: str) -> None:
    answer = signed_in(person("ada", Role.ADMIN)).post("organizations/", {"name": name})
    assert refusal(answer)[0] == 400
    assert not Organization.objects.exists()


def test_so_is_the_title_of_a_goal() -> None:
    answer = signed_in(person("amina")).post("coaching/goals/", goal_request(title="Pass\nit"))
    assert refusal(answer) == (400, "invalid", [("title", "bad_text")])


@pytest.mark.parametrize("day", ["20991231", "2099-W52-4", "1700000000", "2099-12-31T00:00:00Z"])
def test_a_day_has_one_form(day: str) -> None:
    answer = signed_in(person("amina")).post("coaching/goals/", goal_request(target_date=day))
    assert refusal(answer) == (400, "invalid", [("target_date", "invalid")])


@pytest.mark.parametrize("until", ["4092595200", "20990101T000000Z", "2099-01-01"])
def test_a_time_has_one_form(until: str) -> None:
    mentor, learner = person("mia", Role.MENTOR), person("amina")
    body: dict[str, Any] = {"user": mentor.id, "role": "mentor", "scope": "learner"}
    body |= {"learner": learner.id, "until": until}
    answer = signed_in(person("ada", Role.ADMIN)).post("memberships/", body)
    assert refusal(answer) == (400, "invalid", [("until", "invalid")])


@pytest.mark.parametrize("number", ["01", "%2B1", "1.0", "1e0", "%201", "%D9%A1"])
def test_a_number_in_the_query_has_one_spelling(number: str) -> None:
    amina = signed_in(person("amina"))
    assert refusal(amina.get(f"content/?page={number}")) == (400, "bad_parameter", [])
    assert refusal(amina.get(f"progress/?user={number}")) == (400, "bad_parameter", [])


@pytest.mark.parametrize("prefix", ["0", "+", "%2B"])
def test_an_id_in_the_path_has_one_spelling(prefix: str) -> None:
    amina = person("amina")
    assert signed_in(amina).get(f"users/{amina.id}/")[0] == 200
    assert refusal(signed_in(amina).get(f"users/{prefix}{amina.id}/"))[:2] == (404, "not_found")
    assert refusal(signed_in(amina).get(f"users/{amina.id}.0/"))[:2] == (404, "not_found")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("pag", '"pag"'), ("%3Cb%3E%0A%E2%80%AE" + "x" * 5000, '"?b???' + "x" * 35 + '..."')],
)
def test_an_unknown_parameter_is_named_in_short(name: str, shown: str) -> None:
    answer = signed_in(person("amina")).get(f"content/?{name}=1")
    assert refusal(answer) == (400, "bad_parameter", [])
    assert answer[1]["detail"] == f"{shown} is no query parameter of this route."
