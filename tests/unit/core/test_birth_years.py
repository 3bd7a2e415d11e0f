"""Accounts that no sign-up made are asked for the year of birth at first use."""

import json
from typing import Any

import pytest

from core.outbox.models import FactHistory
from core.profiling import services as profiling
from core.users.administration import create_user
from core.users.guardians import BirthYearRequired
from core.users.models import Minor, User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_guardians import STATUS, ask, report, sign_up, year
from tests.unit.core.test_oidc import Provider, log_in, provider
from tests.unit.core.world import (
    Answer,
    Caller,
    Refusal,
    admin_site_client,
    item,
    person,
    refusal,
    signed_in,
)

__all__ = ["provider"]
pytestmark = pytest.mark.django_db

REQUIRED: Refusal = (403, "birth_year_required", [])
KNOWN: Refusal = (409, "birth_year_known", [])


@pytest.fixture
def amina() -> Caller:
    """Her account was made by an admin."""
    item("course-1")
    return signed_in(create_user(email="amina@ongoza.example", role=Role.LEARNER))


def tell(caller: Caller, birth_year: Any) -> Answer:
    return caller.call("PATCH", STATUS, {"birth_year": birth_year})


def is_missing(caller: Caller) -> bool:
    return bool(caller.get(STATUS)[1]["is_birth_year_missing"])


# --- who is asked --------------------------------------------------------------------------------
def test_an_account_made_by_an_admin_is_asked() -> None:
    admin = signed_in(person("ada", Role.ADMIN))
    assert admin.post("users/", {"email": "nina@ongoza.example", "role": "learner"})[0] == 201
    assert is_missing(signed_in(User.objects.get(email="nina@ongoza.example")))


def test_an_account_made_in_the_admin_of_django_is_asked() -> None:
    client = admin_site_client(person("ada", Role.ADMIN))
    form = {"email": "nina@ongoza.example", "role": "learner", "is_active": "on"}
    added = client.post("/admin/users/user/add/", {**form, "usable_password": "false"})
    assert added.status_code == 302
    assert is_missing(signed_in(User.objects.get(email="nina@ongoza.example")))


def test_a_new_account_of_a_provider_is_asked(provider: Provider) -> None:
    caller = Caller(log_in(provider)[1]["access_token"])
    assert is_missing(caller)
    assert tell(caller, year(30))[0] == 200
    assert not is_missing(Caller(log_in(provider)[1]["access_token"]))


def test_users_who_signed_up_and_existing_users_are_not_asked() -> None:
    for caller in (sign_up(), signed_in(person("older"))):
        assert not is_missing(caller)
        assert refusal(tell(caller, year(15))) == KNOWN
    assert not Minor.objects.exists()


# --- what is refused until then ------------------------------------------------------------------
def test_progress_and_profiling_are_refused_with_what_to_do(amina: Caller) -> None:
    answers = f"profiling/sessions/{ABSENT}/answers/q-1/"
    refused = [
        report(amina),
        amina.call("PATCH", "progress/1/", {"status": "in_progress"}),
        amina.post("profiling/sessions/", {"questionnaire": "v1"}),
        amina.call("PUT", answers, {"option_id": "a"}),
    ]
    assert [refusal(one) for one in refused] == [REQUIRED] * 4
    assert "users/me/guardian/" in refused[0][1]["detail"]
    assert amina.get("content/")[0] == amina.get("progress/")[0] == 200
    assert refusal(ask(amina)) == REQUIRED


ABSENT = "018f0000-0000-7000-8000-00000000dead"


def test_no_answers_are_judged_until_then(amina: Caller) -> None:
    tell(amina, year(30))
    session = amina.post("profiling/sessions/", {"questionnaire": "v1"})[1]
    Minor.objects.create(user=User.objects.get())
    with pytest.raises(BirthYearRequired):
        profiling.record_result(session_id=session["id"], result={}, judged_version=1)


# --- saying it -----------------------------------------------------------------------------------
def test_of_an_adult_nothing_is_stored(amina: Caller) -> None:
    status, body = tell(amina, year(19))
    assert (status, body["is_minor"], body["is_birth_year_missing"]) == (200, False, False)
    assert not Minor.objects.exists()
    assert report(amina)[0] == 201


def test_a_minor_needs_the_guardian_next_and_says_it_once(amina: Caller) -> None:
    status, body = tell(amina, year(15))
    assert (status, body["is_minor"], body["adult_from"]) == (200, True, f"{year(15) + 19}-01-01")
    assert refusal(report(amina)) == (403, "guardian_consent_required", [])
    assert refusal(tell(amina, year(30))) == KNOWN
    assert ask(amina)[0] == 202


@pytest.mark.parametrize("value", [1899, 9999, "2010", None, 2010.5])
def test_a_malformed_year_changes_nothing(value: Any, amina: Caller) -> None:
    assert refusal(tell(amina, value))[2][0][0] == "birth_year"
    assert is_missing(amina)


def test_nothing_of_it_is_published(amina: Caller) -> None:
    tell(amina, year(15))
    facts = json.dumps([*FactHistory.objects.values_list("body", flat=True)])
    assert "birth" not in facts
    assert "adult" not in facts
