"""Concurrent requests have the same effect as consecutive ones."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from core.erasure.services import erase_user
from core.kit.errors import Conflict
from core.kit.versions import get_for_update, get_or_create_for_update
from core.profiling.models import ProfilingSession
from core.programs.models import ContentItem
from core.progress.models import Progress
from core.users.models import User
from core.users.services import add_user, sign_in
from ongoza_contracts.vocabulary import Role, Track
from tests.random_cases import CASES
from tests.unit.core.world import (
    NOBODY,
    Answer,
    Appended,
    Caller,
    appended,
    forget_appended,
    item,
    person,
    refusal,
    service,
    signed_in,
)

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 10
RACES = 20 * CASES
PASSWORD = "a-long-passphrase-9"
SESSIONS = "profiling/sessions/"


def at_once(call: Callable[[int], Answer], times: int = AT_ONCE) -> list[Answer]:
    def in_a_thread(number: int) -> Answer:
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(in_a_thread, range(times)))


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(status for status, _ in answers)


@pytest.fixture
def learner() -> User:
    return person("amina")


@pytest.fixture
def amina(learner: User) -> Caller:
    caller = signed_in(learner)
    forget_appended()
    return caller


@pytest.fixture
def session(amina: Caller) -> str:
    started = str(amina.post(SESSIONS, {"questionnaire": "tracks-1"})[1]["id"])
    forget_appended()
    return started


def test_concurrent_starts_open_one_session(amina: Caller) -> None:
    answers = at_once(lambda _: amina.post(SESSIONS, {"questionnaire": "tracks-1"}))

    assert statuses(answers) == {201: 1, 200: AT_ONCE - 1}
    assert {body["id"] for _, body in answers} == {str(ProfilingSession.objects.get().id)}


def test_each_concurrent_answer_raises_the_version(amina: Caller, session: str) -> None:
    def answer(number: int) -> Answer:
        path = f"{SESSIONS}{session}/answers/q-{number % 3}/"
        return amina.call("PUT", path, {"option_id": f"o-{number}"})

    answers = at_once(answer)

    assert statuses(answers) == {200: AT_ONCE}
    versions = range(2, AT_ONCE + 2)
    assert sorted(body["version"] for _, body in answers) == [*versions]
    assert appended() == [("profiling.answered", session, version) for version in versions]


def test_one_of_two_concurrent_results_is_recorded(session: str, learner: User) -> None:
    def complete(number: int) -> Answer:
        track = list(Track)[number]
        result: dict[str, Any] = {
            "judged_version": 1,
            "scores": dict.fromkeys(Track, 50.0),
            "primary": track,
            "secondary": [],
            "confidence": "low",
        }
        return service().post(f"{SESSIONS}{session}/result/", result)

    answers = at_once(complete, 2)

    assert statuses(answers) == {200: 1, 409: 1}
    learner.refresh_from_db()
    recorded = ProfilingSession.objects.get().result
    assert recorded is not None
    assert learner.track == recorded["primary"]
    assert appended() == [("profiling.completed", session, 2), ("user.updated", f"{learner.id}", 2)]


def test_one_of_many_concurrent_items_with_one_id_is_published() -> None:
    item("course-1")
    director = signed_in(person("dora", Role.DIRECTOR))
    forget_appended()
    course = {
        "content_id": "course-2",
        "content_type": "course",
        "program": "core",
        "title": "Packets",
        "track": "builders",
        "duration_minutes": 30,
    }

    answers = at_once(lambda number: director.post("content/", {**course, "title": f"{number}"}))

    assert statuses(answers) == {201: 1, 409: AT_ONCE - 1}
    assert appended() == [("content.published", "course-2", 1)]


def test_two_items_never_become_each_others_prerequisite() -> None:
    ids = [item(f"course-{number}").content_id for number in (1, 2)]
    director = signed_in(person("dora", Role.DIRECTOR))
    forget_appended()

    def require_the_other(number: int) -> Answer:
        path = f"content/{ids[number]}/"
        return director.call("PATCH", path, {"prerequisites": [ids[1 - number]]})

    answers = at_once(require_the_other, 2)

    assert statuses(answers) == {200: 1, 400: 1}
    assert ContentItem.prerequisites.through.objects.count() == 1
    assert [version for _, _, version in appended()] == [2]


def test_a_retired_course_has_no_module_on_offer() -> None:
    item("course-1")
    director = signed_in(person("dora", Role.DIRECTOR))
    module = {
        **{"content_type": "module", "course": "course-1", "program": "core", "title": "x"},
        **{"track": "builders", "duration_minutes": 5},
    }

    def retire_or_publish(number: int) -> Answer:
        if number == AT_ONCE // 2:
            return director.call("POST", "content/course-1/retire/")
        return director.post("content/", {**module, "content_id": f"module-1-{number}"})

    answers = at_once(retire_or_publish)

    assert {*statuses(answers)} <= {200, 201, 400}
    modules = ContentItem.objects.filter(course__content_id="course-1")
    assert modules.count() == statuses(answers)[201]
    assert not modules.filter(retired=False).exists()


def report(caller: Caller, score: int) -> Answer:
    state = {"status": "in_progress", "score": score}
    return caller.post("progress/", {"content_id": "course-1", "content_type": "course", **state})


def forgotten_sign_in(learner: User) -> Appended:
    """The tombstone of the learner's only sign-in."""
    return ("key.forgotten", f"{learner.id}:{learner.sign_ins.get().id}", 0)


def test_a_learner_is_erased_during_concurrent_reports(amina: Caller, learner: User) -> None:
    item("course-1")
    forget_appended()
    signed_in_as = forgotten_sign_in(learner)

    def report_or_erase(number: int) -> Answer:
        if number == AT_ONCE // 2:
            erase_user(user_id=learner.id)
            return 204, None
        return report(amina, number)

    found = statuses(at_once(report_or_erase))

    # A report that came too late was refused: it knew no caller any more, or lost the race.
    accepted = found[200] + found[201]
    assert accepted + found[401] + found[409] == AT_ONCE - 1
    updated = [("progress.updated", f"{learner.id}:course-1", n + 1) for n in range(accepted)]
    forgotten = [("key.forgotten", f"{learner.id}:course-1", 0)] if accepted else []
    erased = ("user.erased", f"{learner.id}", 2)
    assert sorted(appended()) == sorted([signed_in_as, *forgotten, *updated, erased])
    assert not User.objects.filter(pk=learner.id).exists()
    assert not Progress.objects.exists()


def test_a_first_report_waits_for_an_erasure_and_is_refused(amina: Caller, learner: User) -> None:
    item("course-1")
    forget_appended()
    signed_in_as = forgotten_sign_in(learner)

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            get_for_update(User.objects.filter(pk=learner.id), to_delete=True)
            reported = thread.submit(at_once, lambda _: report(amina, 10), 1)
            with pytest.raises(TimeoutError):
                reported.result(0.5)
            erase_user(user_id=learner.id)
        (answer,) = reported.result(20)

    assert refusal(answer) == (409, "busy", [])
    assert appended() == [("user.erased", f"{learner.id}", 2), signed_in_as]


def test_a_record_deleted_before_it_could_be_locked_is_a_conflict(learner: User) -> None:
    # As when another request made the record, and an erasure deleted it right after that.
    already_deleted = Progress.objects.none()
    with pytest.raises(Conflict):
        get_or_create_for_update(already_deleted, Progress(user=learner, content=item("course-1")))


def refresh(token: str) -> Answer:
    return NOBODY.post("auth/token/refresh/", {"refresh_token": token})


def test_tabs_that_refresh_at_once_get_the_same_working_successor(learner: User) -> None:
    used = sign_in(learner).tokens.refresh

    answers = at_once(lambda _: refresh(used))

    assert statuses(answers) == {200: AT_ONCE}
    assert len({body["refresh_token"] for _, body in answers}) == 1
    for _, body in answers:
        assert Caller(body["access_token"]).get("users/me/")[0] == 200
    assert refresh(answers[0][1]["refresh_token"])[0] == 200


def test_concurrent_reuse_ends_the_sign_in_once(learner: User) -> None:
    stolen = sign_in(learner).tokens.refresh
    newest = refresh(refresh(stolen)[1]["refresh_token"])[1]
    forget_appended()

    answers = at_once(lambda _: refresh(stolen))

    assert statuses(answers) == {401: AT_ONCE}
    assert [kind for kind, _, _ in appended()] == ["signin.ended"]
    assert Caller(newest["access_token"]).get("users/me/")[0] == 401


@pytest.mark.random
@pytest.mark.slow
def test_a_refresh_that_races_with_an_erasure_never_blocks_it() -> None:
    pairs = Counter(_refresh_beside_erasure(f"user-{number}") for number in range(RACES))

    assert {erased for _, erased in pairs} == {204}
    assert {refreshed for refreshed, _ in pairs} <= {200, 401}
    assert not User.objects.exists()


def _refresh_beside_erasure(name: str) -> tuple[int, int]:
    """The statuses of both."""
    user = add_user(email=f"{name}@ongoza.example", password=PASSWORD)
    tokens = sign_in(user).tokens
    start = Barrier(2)

    def call(number: int) -> Answer:
        start.wait()
        if number == 0:
            return refresh(tokens.refresh)
        return Caller(tokens.access).call("DELETE", "users/me/", {"password": PASSWORD})

    (refreshed, _), (erased, _) = at_once(call, 2)
    return refreshed, erased


def test_a_password_change_beside_refreshes_leaves_no_old_token_valid() -> None:
    user = add_user(email="amina@ongoza.example", password=PASSWORD)
    stolen = [sign_in(user).tokens for _ in range(AT_ONCE - 1)]
    own = sign_in(user).tokens
    change = {"current_password": PASSWORD, "new_password": "another-passphrase-10"}

    def call(number: int) -> Answer:
        if number == AT_ONCE // 2:
            return Caller(own.access).post("users/me/password/", change)
        return refresh(stolen[number - (number > AT_ONCE // 2)].refresh)

    answers = at_once(call)

    new = answers.pop(AT_ONCE // 2)[1]
    assert Caller(new["access_token"]).get("users/me/")[0] == 200
    assert statuses(answers).keys() <= {200, 401}
    for status, body in answers:
        if status == 200:
            assert Caller(body["access_token"]).get("users/me/")[0] == 401
            assert refresh(body["refresh_token"])[0] == 401
