"""Messages in a match: who reads and writes them, what is stored, and what remains of them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core.erasure.services import erase_user
from core.mentorship.blocks import block
from core.mentorship.conversation_models import Message, MessageArtifact
from core.mentorship.models import Match
from core.notifications.models import Notification
from core.outbox.models import FactHistory
from core.users.models import UserKey
from tests.unit.core.conversation_rows import end, matched, message_request
from tests.unit.core.school import ABSENT, World
from tests.unit.core.test_files import root
from tests.unit.core.uploaded import TEXT, content_of, create, staged, upload
from tests.unit.core.world import (
    Caller,
    appended,
    forget_appended,
    person,
    refusal,
    service,
    signed_in,
)

__all__ = ["root", "staged"]
pytestmark = pytest.mark.django_db

SECRET = "I failed the exam twice."
NOTICE = "mentorship.message_received"


@pytest.fixture
def match(world: World) -> Match:
    found = matched(world.mentor, world.learner)
    forget_appended()
    return found


@pytest.fixture
def mara(world: World) -> Caller:
    return signed_in(world.mentor)


@pytest.fixture
def lena(world: World) -> Caller:
    return signed_in(world.learner)


def path(match: Match, rest: str = "messages/") -> str:
    return f"mentorship/matches/{match.pk}/{rest}"


def send(caller: Caller, match: Match, text: str = SECRET, **more: Any) -> dict[str, Any]:
    status, body = caller.post(path(match), message_request(text, **more))
    assert status == 201, body
    return dict(body)


def listed(caller: Caller, match: Match) -> list[dict[str, Any]]:
    status, body = caller.get(path(match))
    assert status == 200, body
    return list(body["results"])


# --- writing and reading -------------------------------------------------------------------------
def test_the_pair_writes_and_reads_newest_first(
    mara: Caller, lena: Caller, match: Match, world: World
) -> None:
    first = send(lena, match, links=["https://example.org/report"])
    second = send(mara, match, "Let us look at it.")
    assert set(first) == {"id", "number", "created_at"}
    rows = listed(mara, match)
    assert rows == listed(lena, match)
    assert [(row["id"], row["number"]) for row in rows] == [(second["id"], 2), (first["id"], 1)]
    assert [(row["author"], row["from_mentor"]) for row in rows] == [
        (world.mentor.pk, True),
        (world.learner.pk, False),
    ]
    assert rows[1]["text"] == SECRET
    assert rows[1]["links"] == ["https://example.org/report"]
    page = lena.get(f"{path(match)}?page_size=1")[1]
    assert [row["number"] for row in page["results"]] == [2]
    following = page["next"].partition("/api/v1/")[2]
    assert [row["number"] for row in lena.get(following)[1]["results"]] == [1]


def test_a_text_is_neither_published_nor_stored_in_clear(lena: Caller, match: Match) -> None:
    facts = FactHistory.objects.count()
    headers = {"Content-Type": "application/json", "Idempotency-Key": "one"}
    body = message_request(SECRET)
    first = lena.call("POST", path(match), body, headers)
    assert lena.call("POST", path(match), body, headers) == first
    assert (Message.objects.count(), FactHistory.objects.count(), appended()) == (1, facts, [])
    assert text_columns_with("failed the exam") == []


def text_columns_with(words: str) -> list[str]:
    """The columns of all tables that hold these words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema ="
            " current_schema() AND data_type IN ('text', 'character varying', 'jsonb', 'bytea')"
        )
        columns = cursor.fetchall()
        found = []
        for table, column in columns:
            like = f'SELECT 1 FROM "{table}" WHERE "{column}"::text LIKE %s LIMIT 1'  # noqa: S608
            for pattern in (f"%{words}%", f"%{words.encode().hex()}%"):
                cursor.execute(like, [pattern])
                found += [f"{table}.{column}" for _ in cursor.fetchall()]
    return found


def test_others_get_the_same_404_for_a_match_as_for_none(
    match: Match, world: World, admin: Caller, director: Caller, lena: Caller
) -> None:
    message = send(lena, match)
    others = [admin, director, signed_in(world.foreign), signed_in(world.foreign_mentor)]
    for caller in others:
        assert refusal(caller.get(path(match))) == ABSENT
        assert refusal(caller.post(path(match), message_request())) == ABSENT
        assert refusal(caller.post(path(match, "messages/read/"), {"up_to": 1})) == ABSENT
        assert refusal(caller.get(path(match, f"artifacts/{message['id']}/"))) == ABSENT
    assert Message.objects.get().read_at is None


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"text": ""}, "text", "too_short"),
        ({"text": "x" * 4001}, "text", "too_long"),
        ({"text": "x\a"}, "text", "bad_text"),
        ({"text": "x", "links": ["javascript:alert(1)"]}, "links", "invalid"),
        ({"text": "x", "links": ["https://example.org/" + "x" * 500]}, "links.0", "too_long"),
        ({"text": "x", "links": ["https://example.org"] * 11}, "links", "too_long"),
        ({"text": "x", "from_mentor": True}, "from_mentor", "unknown_field"),
    ],
    ids=["empty", "long", "control", "script", "long-link", "links", "unknown"],
)
def test_a_malformed_message_is_refused(
    body: dict[str, Any], field: str, code: str, lena: Caller, match: Match
) -> None:
    status, _, errors = refusal(lena.post(path(match), body))
    assert (status, errors[0]) == (400, (field, code))
    assert not Message.objects.exists()


def test_nothing_is_written_once_the_match_has_ended_and_all_is_read(
    lena: Caller, mara: Caller, match: Match
) -> None:
    send(lena, match)
    end(match)
    for caller in (lena, mara):
        answer = caller.post(path(match), message_request())
        assert refusal(answer) == (409, "match_ended", [])
        assert [row["text"] for row in listed(caller, match)] == [SECRET]
    assert Message.objects.count() == 1


def test_nothing_is_written_while_either_has_blocked_the_other(
    lena: Caller, mara: Caller, match: Match, world: World
) -> None:
    for blocker, blocked in ((world.learner, world.mentor), (world.mentor, world.learner)):
        row, _ = block(user=blocker, blocked_id=blocked.pk)
        for caller in (lena, mara):
            answer = caller.post(path(match), message_request())
            assert refusal(answer) == (409, "blocked", [])
            assert listed(caller, match) == []
        row.delete()
    send(lena, match)


# --- read marks and notices ----------------------------------------------------------------------
def test_a_reader_marks_what_the_other_wrote_up_to_a_number(
    lena: Caller, mara: Caller, match: Match
) -> None:
    for _ in range(3):
        send(lena, match)
    send(mara, match)
    read = path(match, "messages/read/")
    assert mara.post(read, {"up_to": 2}) == (200, {"unread": 1})
    marks = {row["number"]: row["read_at"] is not None for row in listed(lena, match)}
    assert marks == {1: True, 2: True, 3: False, 4: False}
    before = listed(lena, match)
    assert mara.post(read, {"up_to": 2}) == (200, {"unread": 1})
    assert listed(lena, match) == before


def test_a_match_has_one_unread_notice_without_any_text(
    lena: Caller, mara: Caller, match: Match, world: World
) -> None:
    send(lena, match)
    send(lena, match)
    (notice,) = Notification.objects.filter(user=world.mentor, kind=NOTICE)
    shown = mara.get("notifications/")[1]["results"][0]
    assert "exam" not in str(shown)
    assert not Notification.objects.filter(user=world.learner, kind=NOTICE).exists()
    mara.post(path(match, "messages/read/"), {"up_to": 2})
    notice.refresh_from_db()
    assert notice.read_at is not None
    send(lena, match)
    assert Notification.objects.filter(user=world.mentor, kind=NOTICE).count() == 2


# --- files ---------------------------------------------------------------------------------------
@pytest.mark.usefixtures("root", "staged")
def test_the_pair_alone_downloads_what_a_message_shows(
    lena: Caller, mara: Caller, match: Match, world: World
) -> None:
    file = upload(lena, TEXT)
    send(lena, match, artifacts=[file["id"]])
    (shown,) = listed(mara, match)[0]["artifacts"]
    assert (shown["name"], shown["size"]) == ("notes.md", len(TEXT))
    response = download(mara, match, shown["id"])
    assert content_of(response) == TEXT
    assert response["Content-Disposition"] == 'attachment; filename="notes.md"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert download(signed_in(world.foreign), match, shown["id"]).status_code == 404
    assert mara.get(f"files/{file['id']}/content/")[0] == 404
    other = matched(world.mentor, world.foreign)
    assert download(mara, other, shown["id"]).status_code == 404

    assert lena.call("DELETE", f"files/{file['id']}/")[0] == 204
    assert listed(mara, match)[0]["artifacts"] == []
    assert download(mara, match, shown["id"]).status_code == 404


@pytest.mark.usefixtures("root", "staged")
def test_a_message_shows_complete_files_of_its_author_alone(
    lena: Caller, mara: Caller, match: Match
) -> None:
    own, foreign = upload(lena, TEXT)["id"], upload(mara, TEXT)["id"]
    for artifacts in ([foreign], [own, own], [own, "018f0000-0000-7000-8000-00000000dead"]):
        answer = lena.post(path(match), message_request(artifacts=artifacts))
        assert refusal(answer) == (400, "unknown_file", [])
    begun = create(lena, b"later", "later.txt")
    answer = lena.post(path(match), message_request(artifacts=[begun]))
    assert refusal(answer) == (409, "upload_incomplete", [])
    assert not Message.objects.exists()


def download(caller: Caller, match: Match, artifact_id: str) -> Any:
    authorization = {"Authorization": f"Bearer {caller.token}"}
    return Client().get(
        f"/api/v1/{path(match, f'artifacts/{artifact_id}/')}", headers=authorization
    )


# --- erasure -------------------------------------------------------------------------------------
@pytest.mark.usefixtures("root", "staged")
def test_an_erased_mentor_leaves_the_text_without_an_author(
    lena: Caller, mara: Caller, match: Match, world: World
) -> None:
    send(mara, match, artifacts=[upload(mara, TEXT)["id"]])
    erase_user(user_id=world.mentor.pk)
    (row,) = listed(lena, match)
    assert (row["text"], row["author"], row["from_mentor"]) == (SECRET, None, True)
    assert row["artifacts"] == []
    assert refusal(lena.post(path(match), message_request())) == (409, "match_ended", [])
    assert remaining(world.mentor.pk) == {}


@pytest.mark.usefixtures("root", "staged")
def test_an_erased_learner_leaves_neither_messages_nor_key(
    lena: Caller, mara: Caller, match: Match, world: World
) -> None:
    erased = world.learner.pk
    send(mara, match, artifacts=[upload(mara, TEXT)["id"]])
    mara.post(path(match, "notes/"), {"text": SECRET})
    flag = {"learner": erased, "kind": "other", "severity": "low", "note": SECRET}
    mara.post("mentorship/flags/", flag)
    lena.post("conduct/reports/", {"match": str(match.pk), "reason": "other", "text": SECRET})
    erase_user(user_id=erased)
    assert not Message.objects.exists()
    assert not MessageArtifact.objects.exists()
    assert not UserKey.objects.filter(user=erased).exists()
    assert remaining(erased) == {}
    assert refusal(mara.get(path(match))) == ABSENT
    assert mara.get("files/")[1]["count"] == 1


def remaining(user_id: int) -> Any:
    """What the report of the erasure still finds, by place."""
    return service().get(f"internal/erasures/{user_id}/")[1]["remaining"]


def test_messages_of_another_match_with_the_same_mentor_are_others(
    mara: Caller, lena: Caller, match: Match, world: World
) -> None:
    other = matched(world.mentor, person("second"))
    send(mara, other)
    assert listed(lena, match) == []
    assert refusal(lena.get(path(other))) == ABSENT
