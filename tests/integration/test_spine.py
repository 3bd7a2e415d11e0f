"""The whole path on real servers: progress goes in at core, recommendations come out at ai."""

import secrets
from dataclasses import replace

import pytest
from confluent_kafka import Message

from scripts.stack.stack import Stack
from tests.integration.story import (
    Learner,
    applied_version,
    eventually,
    headers_of,
    outbox_depth,
    records,
)

PASSWORD = "a-long-passphrase-9"


@pytest.fixture
def learner(stack: Stack) -> Learner:
    return Learner.signed_up(stack)


def test_what_was_seeded_is_served_when_up_returns(served_at_first: dict[str, int]) -> None:
    assert served_at_first == {
        "list": 1,
        "search": 5,
        "learners without a list": 0,
        "items without a vector": 0,
    }


def test_progress_becomes_a_new_recommendation(learner: Learner) -> None:
    stack = learner.stack
    # A newcomer is offered something at once, from the projection or from core's data.
    assert learner.recommended()
    # Soon the list is precomputed.
    eventually(lambda: learner.source() == "precomputed")
    first = learner.recommended()[0]
    # The learner completes the item offered first; core answers when it is committed.
    assert learner.report(first, 100, "completed") == 201
    # The list changes without a request: the completed item is not offered again.
    eventually(lambda: first not in learner.recommended())
    eventually(lambda: learner.source() == "precomputed")
    # Every process did its part, and no record is waiting or parked.
    assert applied_version(stack, learner.user_id, first) == 1
    (record,) = records(stack, "ongoza.progress", f"{learner.user_id}:{first}")
    headers = headers_of(record)
    assert headers["ce_type"] == b"ongoza.progress.updated.v1"
    assert headers["ce_partitionkey"] == str(learner.user_id).encode()
    assert eventually(lambda: outbox_depth(stack) == 0)


def test_a_profile_decides_what_a_newcomer_is_offered(learner: Learner) -> None:
    session = learner.start_profiling()
    questions = learner.ai("GET", "/api/v1/profiling/questions").json()["questions"]
    address = f"/api/v1/profiling/session/{session['session_id']}"
    for question in questions:
        body = {"question_id": question["id"], "option_id": question["options"][0]["id"]}
        assert learner.ai("POST", f"{address}/respond", json=body).status_code == 200
    result = learner.ai("POST", f"{address}/complete").json()
    assert result == learner.ai("GET", f"{address}/results").json()
    eventually(lambda: learner.source() == "precomputed")
    key = session["session_id"]
    types = [headers_of(r)["ce_type"] for r in records_of_profiling(learner, key)]
    started_and_answered = [b"ongoza.profiling.answered.v1"] * (1 + len(questions))
    assert types == [*started_and_answered, b"ongoza.profiling.completed.v1"]


def records_of_profiling(learner: Learner, key: str) -> list[Message]:
    eventually(lambda: outbox_depth(learner.stack) == 0)
    return records(learner.stack, "ongoza.profiling", key)


def test_a_list_can_be_requested_by_type_and_length(learner: Learner) -> None:
    body = {"user_id": learner.user_id, "content_type": "course", "limit": 3}
    answer = learner.ai("POST", "/api/v1/recommendations", json=body)
    assert answer.status_code == 200
    items = answer.json()["recommendations"]
    assert {item["content_type"] for item in items} == {"course"}
    assert answer.json()["total"] == len(items) == 3
    assert answer.json()["user_id"] == learner.user_id


def test_the_plain_get_and_one_with_parameters_give_the_same_answer(learner: Learner) -> None:
    eventually(lambda: learner.source() == "precomputed")
    path = "/api/v1/recommendations"
    plain, spelled_out = learner.ai("GET", path), learner.ai("GET", f"{path}?limit=10")
    assert plain.content == spelled_out.content
    assert plain.headers["X-Recommendations-Source"] == "precomputed"
    assert plain.headers.keys() == spelled_out.headers.keys()
    for wrong in ({"Authorization": "Bearer x"}, {"X-User-ID": str(learner.user_id + 1)}):
        one, other = (learner.ai("GET", path + query, headers=wrong) for query in ("", "?limit=10"))
        assert one.status_code == other.status_code >= 400
        assert one.json()["code"] == other.json()["code"]


def on_another_device(learner: Learner) -> Learner:
    """Signed in a second time."""
    email = learner.core("GET", "/api/v1/users/me").json()["email"]
    body = {"email": email, "password": PASSWORD}
    tokens = learner.core("POST", "/api/v1/auth/login", json=body).json()
    return replace(learner, token=tokens["access_token"], refresh_token=tokens["refresh_token"])


def refresh(learner: Learner) -> Learner | None:
    """With the new tokens; None when refused."""
    body = {"refresh_token": learner.refresh_token}
    answer = learner.core("POST", "/api/v1/auth/token/refresh", json=body)
    if answer.status_code != 200:
        assert answer.status_code == 401
        return None
    tokens = answer.json()
    return replace(learner, token=tokens["access_token"], refresh_token=tokens["refresh_token"])


def statuses(learner: Learner) -> tuple[int, int]:
    """Of a request to core and of one to ai."""
    core = learner.core("GET", "/api/v1/users/me")
    return core.status_code, learner.ai("GET", "/api/v1/recommendations").status_code


def test_both_services_refuse_the_tokens_of_the_device_that_logged_out(stack: Stack) -> None:
    phone = Learner.signed_up(stack, PASSWORD)
    laptop = on_another_device(phone)
    body = {"refresh_token": phone.refresh_token}
    assert phone.core("POST", "/api/v1/auth/logout", json=body).status_code == 204
    assert phone.core("GET", "/api/v1/users/me").status_code == 401
    eventually(lambda: statuses(phone) == (401, 401))
    assert statuses(laptop) == (200, 200)


def test_both_services_refuse_the_tokens_of_a_sign_in_whose_refresh_token_was_reused(
    learner: Learner,
) -> None:
    renewed = refresh(learner)
    assert renewed
    assert refresh(renewed)
    assert statuses(renewed) == (200, 200)
    assert refresh(learner) is None
    eventually(lambda: statuses(renewed) == (401, 401))


def test_both_services_refuse_a_token_issued_in_the_second_of_a_new_password(
    stack: Stack,
) -> None:
    thief = Learner.signed_up(stack, PASSWORD)
    own = on_another_device(thief)
    body = {"current_password": PASSWORD, "new_password": secrets.token_urlsafe(16)}
    stolen = refresh(thief)
    changed = own.core("POST", "/api/v1/users/me/password", json=body)
    assert changed.status_code == 200
    assert stolen
    eventually(lambda: statuses(stolen) == (401, 401))
    eventually(lambda: statuses(own) == (401, 401))
    assert refresh(stolen) is None
    assert statuses(replace(own, token=changed.json()["access_token"])) == (200, 200)


@pytest.mark.parametrize("slash", ["", "/"])
def test_routes_answer_with_and_without_their_slash(learner: Learner, slash: str) -> None:
    assert learner.core("GET", f"/api/v1/users/me{slash}").status_code == 200
    assert learner.core("GET", f"/api/v1/progress{slash}").status_code == 200
    assert learner.ai("GET", f"/api/v1/recommendations{slash}").status_code == 200
    assert (
        learner.ai("POST", f"/api/v1/embeddings{slash}", json={"texts": ["a"]}).status_code == 200
    )
    body = {"content_id": learner.recommended()[0], "status": "in_progress"}
    body["content_type"] = body["content_id"].split("-")[0]
    report = learner.core(
        "POST", f"/api/v1/progress{slash}", json={**body, "completion_percentage": 5}
    )
    assert report.status_code == 201


def test_the_progress_of_another_learner_is_not_found(learner: Learner, stack: Stack) -> None:
    other = Learner.signed_up(stack)
    item = learner.recommended()[0]
    assert other.report(item, 10) == 201
    (row,) = other.core("GET", "/api/v1/progress/").json()["results"]
    nothing = learner.core("GET", "/api/v1/progress/999999999/")
    theirs = learner.core("GET", f"/api/v1/progress/{row['id']}/")
    assert (theirs.status_code, nothing.status_code) == (404, 404)
    assert theirs.json()["detail"] == nothing.json()["detail"]
    assert learner.core("GET", f"/api/v1/progress/?user={other.user_id}").status_code == 404
    assert learner.core("GET", f"/api/v1/users/{other.user_id}").status_code == 404
    body = {"user_id": other.user_id}
    assert learner.ai("POST", "/api/v1/recommendations", json=body).status_code == 404
    assert learner.core("GET", "/api/v1/progress/").json()["count"] == 0
