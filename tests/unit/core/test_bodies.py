"""Texts of courses and modules: drafts, publication, languages, and files that stay."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.erasure.services import erase_user
from core.files.models import Blob, Upload
from core.files.services import sweep_orphans
from core.files.uploads import delete_upload
from core.lessons.models import Body, BodyFile
from core.programs.models import ContentItem
from core.programs.services import retire_content
from core.users.models import Preferences, User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_files import names, root
from tests.unit.core.uploaded import staged, upload
from tests.unit.core.world import (
    Caller,
    admin_site_client,
    appended,
    forget_appended,
    item,
    person,
    refusal,
    signed_in,
)

__all__ = ["root", "staged"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staged")]

TEXT = "# Packets\n\nWhat they are.\n\n## Capture\n\nHow to see them.\n"
BODY, BODIES = "content/module-1/body/", "content/module-1/bodies/"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"some pixels" * 9
Committed = Callable[..., Any]


@pytest.fixture
def author() -> User:
    item("course-1")
    item("module-1", course="course-1")
    return person("dora", Role.DIRECTOR)


@pytest.fixture
def dora(author: User) -> Caller:
    forget_appended()
    return signed_in(author)


@pytest.fixture
def amina() -> Caller:
    return signed_in(person("amina"))


def drafted(caller: Caller, markdown: str = TEXT, language: str = "en") -> Any:
    status, body = caller.post(BODIES, {"language": language, "markdown": markdown})
    assert status == 201, body
    return body


def published(caller: Caller, markdown: str = TEXT, language: str = "en") -> Any:
    path = f"{BODIES}{drafted(caller, markdown, language)['id']}/publish/"
    status, body = caller.call("POST", path)
    assert status == 200, body
    return body


def rows() -> list[Any]:
    models: Any = (Body, BodyFile, Blob)
    return [[*model.objects.order_by("pk").values()] for model in models]


def download(caller: Caller, file_id: str) -> Any:
    path = f"/api/v1/{BODY}files/{file_id}/"
    return Client().get(path, headers={"Authorization": f"Bearer {caller.token}"})


# --- reading -------------------------------------------------------------------------------------
def test_learners_read_the_published_text_in_sections(dora: Caller, amina: Caller) -> None:
    assert refusal(amina.get(BODY)) == (404, "not_found", [])
    draft = drafted(dora)
    assert refusal(amina.get(BODY)) == (404, "not_found", [])
    assert dora.call("POST", f"{BODIES}{draft['id']}/publish/")[1]["state"] == "published"
    status, body = amina.get(BODY)
    assert status == 200
    assert (body["content_id"], body["language"], body["languages"]) == ("module-1", "en", ["en"])
    assert body["sections"][0] == {
        **{"position": 1, "title": "Packets", "text": "What they are."},
        **{"bytes": 14, "file_bytes": 0, "minutes": 1},
    }
    html = amina.get(f"{BODY}?markup=html")[1]["sections"]
    assert [one["text"] for one in html] == ["<p>What they are.</p>\n", "<p>How to see them.</p>\n"]
    assert [kind for kind, *_ in appended()] == ["user.created"]


def test_the_language_is_that_of_the_query_else_the_readers_own_else_english(
    dora: Caller, amina: Caller
) -> None:
    for language in ("fr", "sw"):
        published(dora, language=language)
    assert amina.get(BODY)[1]["language"] == "sw"  # any
    published(dora)
    assert amina.get(BODY)[1]["language"] == "en"
    user = User.objects.get(email__startswith="amina")
    Preferences.objects.update_or_create(user=user, defaults={"locale": "fr"})
    assert amina.get(BODY)[1]["language"] == "fr"
    body = amina.get(f"{BODY}?language=sw")[1]
    assert (body["language"], body["languages"]) == ("sw", ["en", "fr", "sw"])
    for query in ("language=de", "markup=pdf", "language=", "page=1"):
        assert amina.get(f"{BODY}?{query}")[0] == 400


def test_the_sizes_are_of_the_texts_that_the_caller_would_read(dora: Caller, amina: Caller) -> None:
    drafted(dora)
    assert amina.get("body-sizes/")[1]["results"] == []
    dora.call("POST", f"{BODIES}{Body.objects.get().pk}/publish/")
    french = f"# Un été\n\n![](files/{upload(dora, PICTURE)['id']})\n"
    published(dora, french, language="fr")
    english = {"language": "en", "bytes": len(TEXT.encode()), "file_bytes": 0}
    assert amina.get("body-sizes/")[1]["results"] == [{"content_id": "module-1", **english}]
    sized = {"language": "fr", "bytes": len(french.encode()), "file_bytes": len(PICTURE)}
    assert amina.get("body-sizes/?language=fr")[1]["results"] == [
        {"content_id": "module-1", **sized}
    ]
    Preferences.objects.update_or_create(
        user=User.objects.get(email__startswith="amina"), defaults={"locale": "fr"}
    )
    assert amina.get("body-sizes/")[1]["results"] == [{"content_id": "module-1", **sized}]
    assert amina.get("body-sizes/?language=de")[0] == 400


def test_a_text_has_another_tag_as_html_in_another_version_and_with_another_language(
    dora: Caller, amina: Caller
) -> None:
    published(dora)
    tags = set()

    def tag(query: str = "") -> str:
        headers = {"Authorization": f"Bearer {amina.token}"}
        response = Client().get(f"/api/v1/{BODY}{query}", headers=headers)
        found = response.headers["ETag"]
        headers["If-None-Match"] = found
        assert Client().get(f"/api/v1/{BODY}{query}", headers=headers).status_code == 304
        return found

    tags |= {tag(), tag("?markup=html")}
    published(dora)
    tags.add(tag())
    published(dora, language="sw")
    tags.add(tag())
    assert len(tags) == 4


# --- writing -------------------------------------------------------------------------------------
def test_the_next_version_replaces_the_published_one_of_its_language(dora: Caller) -> None:
    published(dora, language="sw")
    published(dora)
    draft = drafted(dora, "## New")
    status, changed = dora.call("PATCH", f"{BODIES}{draft['id']}/", {"markdown": "## Newer"})
    assert (status, changed["markdown"], changed["number"]) == (200, "## Newer", 2)
    dora.call("POST", f"{BODIES}{draft['id']}/publish/")
    found = dora.get(BODIES)[1]["results"]
    assert [(one["language"], one["number"], one["state"]) for one in found] == [
        *(("sw", 1, "published"), ("en", 1, "superseded"), ("en", 2, "published")),
    ]
    assert "markdown" not in found[0]
    assert dora.get(f"{BODIES}{draft['id']}/")[1]["markdown"] == "## Newer"


def test_a_language_has_one_draft(dora: Caller) -> None:
    draft = drafted(dora)
    before = rows()
    status, answer = dora.post(BODIES, {"language": "en", "markdown": "## B"})
    assert (status, answer["code"], rows()) == (409, "draft_exists", before)
    assert draft["id"] in answer["detail"]
    assert dora.call("DELETE", f"{BODIES}{draft['id']}/")[0] == 204
    assert drafted(dora)["number"] == 1


def test_what_is_published_does_not_change(dora: Caller) -> None:
    path = f"{BODIES}{published(dora)['id']}/"
    before = rows()
    for answer, code in (
        (dora.call("PATCH", path, {"markdown": "## B"}), "not_a_draft"),
        (dora.call("DELETE", path), "not_a_draft"),
        (dora.call("POST", f"{path}publish/"), "illegal_transition"),
    ):
        assert refusal(answer) == (409, code, [])
    assert rows() == before


def test_a_change_with_an_outdated_tag_is_refused(dora: Caller) -> None:
    path = f"{BODIES}{drafted(dora)['id']}/"
    headers = {"Content-Type": "application/json", "If-Match": Body.objects.get().etag}
    assert dora.call("PATCH", path, {"markdown": "## B"}, headers)[0] == 200
    before = rows()
    for method, suffix in (("PATCH", ""), ("DELETE", ""), ("POST", "publish/")):
        answer = dora.call(method, f"{path}{suffix}", {"markdown": "## C"}, headers)
        assert refusal(answer) == (412, "precondition_failed", [])
    assert rows() == before


@pytest.mark.parametrize(
    ("path", "changes", "expected"),
    [
        ("module-1", {"markdown": ""}, (400, "invalid")),
        ("module-1", {"markdown": " \n"}, (400, "invalid_markdown")),
        ("module-1", {"markdown": "## A\u0000"}, (400, "bad_text")),
        ("module-1", {"markdown": "## A\n" + "x" * 20_001}, (400, "invalid_markdown")),
        ("module-1", {"markdown": "![x](https://x.example/x.png)"}, (400, "invalid_markdown")),
        ("module-1", {"markdown": 7}, (400, "invalid")),
        ("module-1", {"language": "de"}, (400, "invalid")),
        ("module-1", {"number": 7}, (400, "unknown_field")),
        ("module-9", {}, (404, "not_found")),
        ("mission-1", {}, (400, "no_body")),
        ("course-2", {}, (409, "retired")),
    ],
    ids=lambda value: str(value)[:30] if not isinstance(value, tuple) else value[1],
)
def test_a_text_that_cannot_be_a_body_is_refused(
    dora: Caller, path: str, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    item("mission-1")
    item("course-2")
    retire_content(content_id="course-2")
    body = {"language": "en", "markdown": TEXT, **changes}
    status, answer = dora.post(f"content/{path}/bodies/", body)
    assert ((status, answer["code"]), rows()) == (expected, [[], [], []])


def test_others_neither_write_bodies_nor_read_drafts(dora: Caller, amina: Caller) -> None:
    path = f"{BODIES}{drafted(dora)['id']}/"
    before = rows()
    for answer in (
        amina.get(BODIES),
        amina.get(path),
        amina.post(BODIES, {"language": "sw", "markdown": TEXT}),
        amina.call("PATCH", path, {"markdown": TEXT}),
        amina.call("DELETE", path),
        amina.call("POST", f"{path}publish/"),
    ):
        assert refusal(answer) == (403, "forbidden", [])
    assert rows() == before


# --- files ---------------------------------------------------------------------------------------
def test_a_text_shows_files_that_its_author_uploaded(
    dora: Caller, amina: Caller, root: Path
) -> None:
    file_id = upload(dora, PICTURE)["id"]
    draft = drafted(dora, f"## A\n\n![x](files/{file_id})")
    assert download(amina, file_id).status_code == 404
    assert download(dora, file_id).status_code == 200
    dora.call("POST", f"{BODIES}{draft['id']}/publish/")
    found = download(amina, file_id)
    assert (found.status_code, found.headers["Content-Type"]) == (200, "image/png")
    assert b"".join(found.streaming_content) == PICTURE
    assert found.headers["Cache-Control"] == "private, max-age=604800, immutable"
    section = amina.get(f"{BODY}?markup=html")[1]["sections"][0]
    assert (section["file_bytes"], f'src="files/{file_id}"' in section["text"]) == (
        *(len(PICTURE), True),
    )


def test_a_file_of_somebody_else_or_of_none_is_refused(
    dora: Caller, amina: Caller, root: Path
) -> None:
    theirs = upload(amina, PICTURE)["id"]
    before = rows()
    for file_id in (theirs, theirs.replace("0", "1")):
        markdown = f"## A\n\n![x](files/{file_id})"
        answer = dora.post(BODIES, {"language": "en", "markdown": markdown})
        assert refusal(answer) == (400, "unknown_file", [])
    assert rows() == before


def test_the_next_author_keeps_the_files_of_the_present_text(dora: Caller, root: Path) -> None:
    file_id = upload(dora, PICTURE)["id"]
    published(dora, f"## A\n\n![x](files/{file_id})")
    other = signed_in(person("ada", Role.ADMIN))
    published(other, f"## B\n\n![x](files/{file_id})")
    assert BodyFile.objects.count() == 2


def test_the_files_of_a_text_stay_when_its_author_is_erased(
    dora: Caller,
    author: User,
    amina: Caller,
    root: Path,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    file_id = upload(dora, PICTURE)["id"]
    published(dora, f"## A\n\n![x](files/{file_id})")
    unused = upload(dora, b"a text that no body shows")["id"]
    with django_capture_on_commit_callbacks(execute=True):
        erase_user(user_id=author.pk)
    sweep_orphans()
    assert not Upload.objects.exists()
    assert names(root) == {Blob.objects.get().name}
    assert b"".join(download(amina, file_id).streaming_content) == PICTURE
    assert download(amina, unused).status_code == 404


def test_a_file_that_no_draft_and_no_upload_needs_any_more_is_deleted(
    dora: Caller, author: User, root: Path, django_capture_on_commit_callbacks: Committed
) -> None:
    file_id = upload(dora, PICTURE)["id"]
    draft = drafted(dora, f"## A\n\n![x](files/{file_id})")
    path = f"{BODIES}{draft['id']}/"
    with django_capture_on_commit_callbacks(execute=True):
        delete_upload(owner_id=author.pk, upload_id=file_id)
    assert names(root) == {Blob.objects.get().name}
    with django_capture_on_commit_callbacks(execute=True):
        assert dora.call("PATCH", path, {"markdown": "## A"})[0] == 200
    assert (names(root), Blob.objects.count(), BodyFile.objects.count()) == (set(), 0, 0)


def test_deleting_a_draft_deletes_its_files(
    dora: Caller, author: User, root: Path, django_capture_on_commit_callbacks: Committed
) -> None:
    file_id = upload(dora, PICTURE)["id"]
    draft = drafted(dora, f"## A\n\n[x](files/{file_id})")
    delete_upload(owner_id=author.pk, upload_id=file_id)
    with django_capture_on_commit_callbacks(execute=True):
        assert dora.call("DELETE", f"{BODIES}{draft['id']}/")[0] == 204
    assert (names(root), Blob.objects.count()) == (set(), 0)


# --- the admin -----------------------------------------------------------------------------------
def test_staff_write_and_publish_in_the_admin(author: User) -> None:
    admin, page = admin_site_client(person("ada", Role.ADMIN)), "/admin/lessons/body/"
    module = ContentItem.objects.get(content_id="module-1")
    form = {"item": module.pk, "language": "sw", "markdown": TEXT}
    assert admin.post(f"{page}add/", form).status_code == 302
    row = Body.objects.get()
    change = f"{page}{row.pk}/change/"
    read = admin.get(change).context["adminform"].form["etag"].value()
    assert admin.post(change, {"markdown": "## Sasa", "etag": read}).status_code == 302
    outdated = admin.post(change, {"markdown": "## Zamani", "etag": read})
    assert "The object has changed since" in outdated.content.decode()
    again = admin.post(f"{page}add/", form).context["adminform"].form
    assert "draft" in str(again.non_field_errors())
    assert again["markdown"].value() == TEXT
    admin.post(page, {"action": "publish", "_selected_action": [str(row.pk)]})
    row.refresh_from_db()
    assert (row.state, row.markdown, Body.objects.count()) == ("published", "## Sasa", 1)
    assert admin.get(change).status_code == 200
