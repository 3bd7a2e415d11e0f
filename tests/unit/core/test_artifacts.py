"""What attempts consist of: texts, links and files, who reads them, and what they can do."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.erasure.services import erase_user
from core.files.models import Blob
from core.missions.models import Mission
from core.submissions import artifacts
from core.submissions.models import Artifact, Submission
from core.submissions.services import start_attempt, submit
from tests.unit.core.school import ABSENT, World
from tests.unit.core.submission_rows import TEXT, mission
from tests.unit.core.test_files import names, root
from tests.unit.core.uploaded import TEXT as BYTES
from tests.unit.core.uploaded import content_of, create, digest, staged, upload
from tests.unit.core.world import Answer, Caller, assign, refusal, signed_in

__all__ = ["root", "staged"]
pytestmark = pytest.mark.django_db

HOSTILE = """
<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1))
![b](https://evil.example/pixel.png) [c](data:text/html,x) <svg/onload=alert(1)> `<script>`
"""


class Tags(HTMLParser):
    """The names of tags, with those of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, set[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.setdefault(tag, set()).update(name for name, _ in attrs)


@pytest.fixture
def row(world: World) -> Mission:
    return mission()


@pytest.fixture
def lena(world: World) -> Caller:
    return signed_in(world.learner)


@pytest.fixture
def draft(world: World, row: Mission) -> Submission:
    return start_attempt(user=world.learner, mission_id=row.pk)


def path(draft: Submission) -> str:
    return f"submissions/{draft.pk}/artifacts/"


def add(caller: Caller, draft: Submission, **body: Any) -> Any:
    status, artifact = caller.post(path(draft), body)
    assert status == 201, artifact
    return artifact


def stored() -> list[Any]:
    return [*Artifact.objects.order_by("pk").values()]


def download(caller: Caller, draft: Submission, artifact: Any, **headers: str) -> Any:
    address = f"/api/v1/{path(draft)}{artifact['id']}/content/"
    return Client().get(address, headers={"Authorization": f"Bearer {caller.token}", **headers})


# --- texts and links -----------------------------------------------------------------------------
def test_a_text_is_rendered_without_what_it_could_do(lena: Caller, draft: Submission) -> None:
    artifact = add(lena, draft, kind="text", name="Report", text=f"## Findings\n\n{HOSTILE}")
    assert artifact["text"].startswith("## Findings")
    assert "<h2>Findings</h2>" in artifact["html"]
    tags = Tags()
    tags.feed(artifact["html"])
    assert tags.found == {"h2": set(), "p": set(), "a": {"href", "rel"}, "code": set()}
    assert artifact["size"] == len(artifact["text"].encode())
    assert artifact["sha256"] == digest(artifact["text"].encode())
    assert (artifact["url"], artifact["content_type"]) == ("", None)
    assert lena.get(f"{path(draft)}{artifact['id']}/") == (200, artifact)
    del artifact["html"]
    assert lena.get(path(draft))[1]["results"] == [artifact]


def test_a_text_of_a_draft_changes(lena: Caller, draft: Submission) -> None:
    artifact = add(lena, draft, kind="text", text=TEXT)
    one = f"{path(draft)}{artifact['id']}/"
    status, changed = lena.call("PATCH", one, {"text": "Better."})
    assert (status, changed["text"], changed["sha256"]) == (200, "Better.", digest(b"Better."))
    assert Artifact.objects.get().fingerprints == []
    headers = {"If-Match": '"0"', "Content-Type": "application/json"}
    for method, body in (("PATCH", {"text": "Worse."}), ("DELETE", None)):
        answer = lena.call(method, one, body, headers)
        assert refusal(answer) == (412, "precondition_failed", [])
    assert Artifact.objects.get().text == "Better."
    assert lena.call("DELETE", one) == (204, None)
    assert stored() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"kind": "text"}, [("text", "required")], id="no-text"),
        pytest.param({"kind": "text", "text": " "}, [("text", "too_short")], id="blank"),
        pytest.param({"kind": "text", "text": "x" * 20_001}, [("text", "too_long")], id="long"),
        pytest.param({"kind": "link", "url": "ftp://a.example/"}, [("url", "invalid")], id="ftp"),
        pytest.param(
            {"kind": "link", "url": "javascript:alert(1)"}, [("url", "invalid")], id="script"
        ),
        pytest.param(
            {"kind": "link", "url": "https://a.example/", "text": "x"},
            [("text", "not_allowed")],
            id="two-contents",
        ),
        pytest.param(
            {"kind": "file", "file": str(Submission().pk), "name": "x"},
            [("name", "not_allowed")],
            id="named-file",
        ),
        pytest.param({"kind": "page"}, [("kind", "unknown_value")], id="unknown-kind"),
    ],
)
def test_bad_artifacts_are_refused(
    lena: Caller, draft: Submission, body: Any, code: list[tuple[str, str]]
) -> None:
    assert refusal(lena.post(path(draft), body)) == (400, "invalid", code)
    assert stored() == []


def test_a_link_is_stored_and_not_fetched(lena: Caller, draft: Submission) -> None:
    url = "https://code.example/amina/ops-101?branch=main#readme"
    artifact = add(lena, draft, kind="link", url=url)
    assert (artifact["url"], artifact["html"]) == (url, "")
    one = f"{path(draft)}{artifact['id']}/"
    assert refusal(lena.call("PATCH", one, {"name": "x"})) == (409, "not_a_text", [])
    assert download(lena, draft, artifact).status_code == 404


# --- limits --------------------------------------------------------------------------------------
def test_their_number_and_size_are_limited(
    lena: Caller, draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifacts, "ARTIFACTS_MAX", 2)
    monkeypatch.setattr(artifacts, "BYTES_MAX", 30)
    first = add(lena, draft, kind="text", text="x" * 20)
    before = stored()
    answer = lena.post(path(draft), {"kind": "text", "text": "y" * 11})
    assert refusal(answer) == (409, "submission_too_large", [])
    longer = lena.call("PATCH", f"{path(draft)}{first['id']}/", {"text": "x" * 31})
    assert refusal(longer) == (409, "submission_too_large", [])
    assert stored() == before
    add(lena, draft, kind="text", text="y" * 10)
    answer = lena.post(path(draft), {"kind": "text", "text": "z"})
    assert refusal(answer) == (409, "too_many_artifacts", [])
    assert len(stored()) == 2


def test_nothing_changes_once_it_was_handed_in(
    world: World, lena: Caller, draft: Submission
) -> None:
    artifact = add(lena, draft, kind="text", text=TEXT)
    submit(user=world.learner, submission_id=draft.pk)
    before, one = stored(), f"{path(draft)}{artifact['id']}/"
    refused: list[Answer] = [
        lena.post(path(draft), {"kind": "text", "text": "More."}),
        lena.call("PATCH", one, {"text": "Other."}),
        lena.call("DELETE", one),
    ]
    assert [refusal(answer) for answer in refused] == [(409, "not_a_draft", [])] * 3
    assert stored() == before


# --- files ---------------------------------------------------------------------------------------
def test_a_file_is_a_download_for_its_learner_and_reviewers_alone(
    world: World, lena: Caller, draft: Submission, staged: Path
) -> None:
    artifact = add(lena, draft, kind="file", file=upload(lena, BYTES)["id"])
    found = (artifact["name"], artifact["sha256"], artifact["size"])
    assert found == ("notes.md", digest(BYTES), len(BYTES))
    assign(world.mentor, world.learner)
    staff = [signed_in(one) for one in (world.mentor, world.director, world.admin)]
    strangers = [signed_in(one) for one in (world.foreign, world.foreign_mentor)]
    for caller in (*staff, *strangers):
        assert download(caller, draft, artifact).status_code == 404  # a draft
    submit(user=world.learner, submission_id=draft.pk)
    for caller in (lena, *staff):
        response = download(caller, draft, artifact)
        assert content_of(response) == BYTES
        assert response["Content-Disposition"] == 'attachment; filename="notes.md"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "no-store"
    for caller in strangers:
        assert download(caller, draft, artifact).status_code == 404
        assert refusal(caller.get(path(draft))) == ABSENT
    etag = download(lena, draft, artifact)["ETag"]
    assert download(lena, draft, artifact, **{"If-None-Match": etag}).status_code == 304


def test_only_complete_files_of_ones_own_are_taken(
    world: World, lena: Caller, draft: Submission, staged: Path
) -> None:
    foreign = upload(signed_in(world.foreign), BYTES)["id"]
    incomplete = create(lena, BYTES)
    for file, expected in ((foreign, ABSENT), (incomplete, (409, "upload_incomplete", []))):
        assert refusal(lena.post(path(draft), {"kind": "file", "file": file})) == expected
    assert stored() == []


def test_a_file_stays_when_its_upload_is_deleted_and_goes_with_its_learner(
    world: World,
    lena: Caller,
    draft: Submission,
    root: Path,
    staged: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    file_id = upload(lena, BYTES)["id"]
    artifact = add(lena, draft, kind="file", file=file_id)
    with django_capture_on_commit_callbacks(execute=True):
        assert lena.call("DELETE", f"files/{file_id}/") == (204, None)
    submit(user=world.learner, submission_id=draft.pk)
    assert content_of(download(lena, draft, artifact)) == BYTES
    with django_capture_on_commit_callbacks(execute=True):
        erase_user(user_id=world.learner.pk)
    assert (stored(), Blob.objects.count(), names(root)) == ([], 0, set())


def test_a_deleted_file_leaves_no_bytes(
    lena: Caller,
    draft: Submission,
    root: Path,
    staged: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    file_id = upload(lena, BYTES)["id"]
    artifact = add(lena, draft, kind="file", file=file_id)
    with django_capture_on_commit_callbacks(execute=True):
        lena.call("DELETE", f"files/{file_id}/")
        assert lena.call("DELETE", f"{path(draft)}{artifact['id']}/") == (204, None)
    assert (Blob.objects.count(), names(root)) == (0, set())


def test_others_change_nothing_of_a_draft(world: World, lena: Caller, draft: Submission) -> None:
    artifact = add(lena, draft, kind="text", text=TEXT)
    before, one = stored(), f"{path(draft)}{artifact['id']}/"
    for other in (world.foreign, world.mentor, world.director, world.admin):
        caller = signed_in(other)
        answers = [
            caller.get(one),
            caller.call("PATCH", one, {"text": "Mine."}),
            caller.call("DELETE", one),
            caller.post(path(draft), {"kind": "text", "text": "Mine."}),
        ]
        assert [refusal(answer) for answer in answers] == [ABSENT] * 4
    assert stored() == before
