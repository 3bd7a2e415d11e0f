"""Terms with their version, and the consent of a minor's guardian."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from core.config.urls import urlpatterns
from core.jobs.models import Job
from core.jobs.services import run_due
from core.missions.lab_views import Flags, UnlockHint
from core.outbox.models import FactHistory, OutboxEvent
from core.profiling import services as profiling
from core.quizzes.views import QuizAttempts, SubmitQuizAttempt
from core.reviews.views import SecondOpinion
from core.submissions.artifact_views import ArtifactDetail, Artifacts
from core.submissions.views import MissionSubmissions, Submit, Withdraw
from core.users import guardians
from core.users.base_views import ConsentedView
from core.users.guardians import GuardianConsentRequired
from core.users.models import Consent, Minor, OneTimeToken, User
from tests.unit.core.world import (
    NOBODY,
    Answer,
    Caller,
    Refusal,
    item,
    person,
    progress_report,
    refusal,
)

pytestmark = pytest.mark.django_db

ACCOUNT = {"email": "amina@ongoza.example", "password": "a-long-passphrase-9"}
GUARDIAN = "mother@ongoza.example"
STATUS, ANSWER, LINK = "users/me/guardian/", "guardian-consents/", "guardian-consents/link/"
REFUSED: Refusal = (403, "guardian_consent_required", [])
Mailed = Callable[[], str]


def sign_up(**more: Any) -> Caller:
    status, body = NOBODY.post("auth/signup/", {**ACCOUNT, **more})
    assert status == 201
    return Caller(body["access_token"])


def year(age: int) -> int:
    """The year of birth of somebody who turns so old this year."""
    return timezone.now().year - age


@pytest.fixture
def amina() -> Caller:
    item("course-1")
    return sign_up(birth_year=year(15), first_name="Amina")


@pytest.fixture
def mailed(mailoutbox: list[EmailMessage]) -> Mailed:
    """Run the jobs that are due; the token in the one mail to the guardian."""

    def token() -> str:
        mailoutbox.clear()
        run_due()
        (mail,) = [one for one in mailoutbox if one.to == [GUARDIAN]]
        return str(re.findall(r"#token=([\w-]{43})$", str(mail.body), re.MULTILINE)[0])

    return token


def report(caller: Caller) -> Answer:
    return caller.post("progress/", progress_report())


def ask(caller: Caller, email: str = GUARDIAN) -> Answer:
    return caller.post(STATUS, {"email": email})


def answer(token: str, given: bool = True) -> Answer:
    return NOBODY.post(ANSWER, {"token": token, "given": given})


def consent(caller: Caller, mailed: Mailed) -> None:
    assert ask(caller)[0] == 202
    assert answer(mailed()) == (204, None)


# --- terms ---------------------------------------------------------------------------------------
def test_terms_are_accepted_at_sign_up_and_again_when_they_change(settings: Any) -> None:
    settings.TERMS_VERSION = "2026-11"
    caller = sign_up(terms_version="2026-11")
    assert caller.get("users/me/terms/") == (200, {"version": "2026-11", "is_accepted": True})
    settings.TERMS_VERSION = "2027-01"
    assert caller.get("users/me/terms/") == (200, {"version": "2027-01", "is_accepted": False})
    given = {"kind": "terms", "given": True, "version": "2027-01"}
    assert caller.post("users/me/consents/", given)[0] == 200
    assert caller.get("users/me/terms/")[1]["is_accepted"] is True
    history = Consent.objects.order_by("pk").values_list("version", "withdrawn_at")
    assert [(version, ended is None) for version, ended in history] == [
        ("2026-11", False),
        ("2027-01", True),
    ]


def test_terms_that_are_not_in_force_are_refused_and_no_account_is_made() -> None:
    answered = NOBODY.post("auth/signup/", {**ACCOUNT, "terms_version": "1999-01"})
    assert refusal(answered) == (400, "invalid", [("terms_version", "unknown_value")])
    assert not User.objects.exists()


def test_whoever_accepted_nothing_has_not_accepted_the_terms() -> None:
    assert sign_up().get("users/me/terms/")[1]["is_accepted"] is False


# --- who is a minor ------------------------------------------------------------------------------
@pytest.mark.parametrize(("age", "is_minor"), [(10, True), (18, True), (19, False), (60, False)])
def test_of_adults_nothing_is_stored_and_of_minors_until_when_they_are(
    age: int, is_minor: bool
) -> None:
    """In the year of the eighteenth birthday the year of birth leaves it open."""
    caller = sign_up(birth_year=year(age))
    status = caller.get(STATUS)[1]
    assert status["is_minor"] is is_minor
    found = [str(day) for day in Minor.objects.values_list("adult_from", flat=True)]
    assert found == ([f"{year(age) + 19}-01-01"] if is_minor else [])


def test_the_age_is_a_setting(settings: Any) -> None:
    settings.ADULT_AGE = 13
    assert sign_up(birth_year=year(15)).get(STATUS)[1]["is_minor"] is False


@pytest.mark.parametrize("value", [1899, 9999, "2010", None, 2010.5])
def test_a_malformed_year_makes_no_account(value: Any) -> None:
    answered = NOBODY.post("auth/signup/", {**ACCOUNT, "birth_year": value})
    assert refusal(answered)[2][0][0] == "birth_year"
    assert not User.objects.exists()


def test_without_a_year_of_birth_nothing_is_refused() -> None:
    item("course-1")
    assert report(sign_up())[0] == 201
    guardians.require_consent(person("older"))


def test_a_minor_grows_up(amina: Caller) -> None:
    Minor.objects.update(adult_from=timezone.now().date())
    assert report(amina)[0] == 201
    assert amina.get(STATUS)[1]["is_minor"] is False


def test_nothing_of_it_is_published(amina: Caller, mailed: Mailed) -> None:
    consent(amina, mailed)
    facts = [str(body) for body in FactHistory.objects.values_list("body", flat=True)]
    facts += [str(bytes(row.payload or b"")) for row in OutboxEvent.objects.all()]
    for word in ("birth", "adult", "guardian", GUARDIAN):
        assert word not in "".join(facts)


# --- what is refused without a consent -----------------------------------------------------------
def test_progress_and_profiling_are_refused_with_a_reason(amina: Caller) -> None:
    refused = [
        report(amina),
        amina.call("PATCH", "progress/1/", {"status": "in_progress"}),
        amina.post("profiling/sessions/", {"questionnaire": "v1"}),
        amina.call("PUT", f"profiling/sessions/{ABSENT}/answers/q-1/", {"option_id": "a"}),
    ]
    assert [refusal(one) for one in refused] == [REFUSED] * 4
    assert "users/me/guardian/" in refused[0][1]["detail"]
    assert amina.get("content/")[0] == amina.get("progress/")[0] == 200
    assert amina.get("profiling/sessions/")[0] == 200


ABSENT = "018f0000-0000-7000-8000-00000000dead"


def test_no_answers_are_judged_after_a_withdrawal(amina: Caller, mailed: Mailed) -> None:
    consent(amina, mailed)
    session = amina.post("profiling/sessions/", {"questionnaire": "v1"})[1]
    Consent.objects.update(withdrawn_at=timezone.now())
    with pytest.raises(GuardianConsentRequired):
        profiling.record_result(session_id=session["id"], result={}, judged_version=1)
    assert amina.call("DELETE", f"profiling/sessions/{session['id']}/")[0] == 204


def test_every_route_that_writes_progress_or_profiling_asks_for_consent() -> None:
    """A new route there has to be one of these too. `LearnerProgress`, by which staff record, asks
    for the learner's consent in its service."""
    found = [*views(urlpatterns)]
    of_learners = {v for v in found if v.__module__ in ("core.progress.views", PROFILING)}
    of_learners |= {QuizAttempts, SubmitQuizAttempt, Flags, UnlockHint}
    of_learners |= {MissionSubmissions, Submit, Withdraw, Artifacts, ArtifactDetail, SecondOpinion}
    writing = {v for v in of_learners if {"post", "put", "patch"} & {*dir(v)}}
    assert {v.__name__ for v in writing if not issubclass(v, ConsentedView)} == {
        "LearnerProgress",
        "Result",
    }
    assert len(writing) == 17


PROFILING = "core.profiling.views"


def views(patterns: list[Any]) -> Any:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from views(pattern.url_patterns)
        elif hasattr(pattern.callback, "view_class"):
            yield pattern.callback.view_class


# --- asking, giving, withdrawing -----------------------------------------------------------------
def test_a_guardian_consents_by_a_mailed_link_which_works_once(
    amina: Caller, mailed: Mailed, mailoutbox: list[EmailMessage]
) -> None:
    status, body = ask(amina)
    assert (status, body["is_asked"], body["is_given"]) == (202, True, False)
    token = mailed()
    assert "Amina needs your consent at Ongoza CyberHub" in [one.subject for one in mailoutbox]
    assert token not in str([*OneTimeToken.objects.values(), *Job.objects.values()])
    assert answer(token) == (204, None)
    assert amina.get(STATUS)[1]["is_given"] is True
    assert report(amina)[0] == 201
    assert refusal(answer(token)) == (400, "invalid_token", [])


def test_a_refusal_changes_nothing_and_a_withdrawal_is_kept_with_the_consent(
    amina: Caller, mailed: Mailed
) -> None:
    ask(amina)
    assert answer(mailed(), given=False) == (204, None)
    assert not Consent.objects.exists()
    consent(amina, mailed)
    assert report(amina)[0] == 201
    assert NOBODY.post(LINK, {"email": GUARDIAN})[0] == 202
    assert answer(mailed(), given=False) == (204, None)
    assert refusal(report(amina)) == REFUSED
    (kept,) = amina.get("users/me/consents/")[1]["results"]
    assert (kept["kind"], kept["withdrawn_at"] is None) == ("guardian", False)


def test_a_known_and_an_unknown_guardian_get_the_same_answer(amina: Caller, mailed: Mailed) -> None:
    consent(amina, mailed)
    answers = [NOBODY.post(LINK, {"email": one}) for one in (GUARDIAN, "no@ongoza.example")]
    assert answers[0] == answers[1]
    waiting = Job.objects.filter(kind="users.guardian_consent", done_at=None)
    assert waiting.count() == 2
    assert mailed()


def test_a_minor_cannot_consent_for_the_guardian(amina: Caller) -> None:
    given = {"kind": "guardian", "given": True, "version": "1"}
    assert refusal(amina.post("users/me/consents/", given))[2] == [("kind", "unknown_value")]
    assert refusal(ask(amina, ACCOUNT["email"])) == (400, "own_address", [])
    assert not Consent.objects.exists()


def test_another_guardian_voids_the_link_of_the_former_one(amina: Caller, mailed: Mailed) -> None:
    ask(amina)
    token = mailed()
    ask(amina, "aunt@ongoza.example")
    assert refusal(answer(token)) == (400, "invalid_token", [])


def test_adults_and_those_whose_guardian_consented_ask_nobody(
    amina: Caller, mailed: Mailed
) -> None:
    consent(amina, mailed)
    assert refusal(ask(amina)) == (409, "consent_given", [])
    Minor.objects.update(adult_from=timezone.now().date() - timedelta(days=1))
    Consent.objects.all().delete()
    assert refusal(ask(amina)) == (409, "not_a_minor", [])


def test_asking_is_limited(amina: Caller, settings: Any) -> None:
    settings.RATE_LIMITS, settings.VALKEY_URL = {"guardian": (2, 3600)}, ""
    assert [ask(amina)[0] for _ in range(3)] == [202, 202, 429]
    assert NOBODY.post(LINK, {"email": GUARDIAN})[0] == 429
