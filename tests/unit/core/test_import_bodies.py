"""`import_bodies`: texts from a folder, with their files; a second run changes nothing."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.files.models import Blob
from core.lessons.models import Body, BodyFile
from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_files import names, root
from tests.unit.core.world import item, person, signed_in

__all__ = ["root"]
pytestmark = pytest.mark.django_db

PICTURE = b"\x89PNG\r\n\x1a\n" + b"some pixels" * 9
TEXT = "# Packets\n\n![x](images/packet.png)\n\n## Capture\n\n[more](https://x.example/)\n"


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    item("course-1")
    item("module-1", course="course-1")
    found = tmp_path / "lessons"
    (found / "images").mkdir(parents=True)
    (found / "images/packet.png").write_bytes(PICTURE)
    (found / "module-1.en.md").write_text(TEXT)
    (found / "module-1.sw.md").write_text("\ufeff" + TEXT, encoding="utf-8")
    return found


def run(folder: Path, **options: Any) -> str:
    out = StringIO()
    call_command("import_bodies", folder, stdout=out, **options)
    return out.getvalue().strip()


def fault(folder: Path) -> str:
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("import_bodies", folder, stdout=StringIO(), stderr=err)
    return err.getvalue().strip()


def test_a_folder_becomes_drafts_that_are_published_and_stay(folder: Path, root: Path) -> None:
    assert run(folder) == "created 2, changed 0, unchanged 0, invalid 0"
    assert {*Body.objects.values_list("state", "language")} == {("draft", "en"), ("draft", "sw")}
    assert run(folder) == "created 0, changed 0, unchanged 2, invalid 0"
    assert run(folder, publish=True) == "created 2, changed 0, unchanged 0, invalid 0"
    assert run(folder, publish=True) == "created 0, changed 0, unchanged 2, invalid 0"
    assert names(root) == {Blob.objects.get().name}
    amina = signed_in(person("amina"))
    body = amina.get("content/module-1/body/")[1]
    reference = BodyFile.objects.first()
    assert reference
    section = body["sections"][0]
    assert section["text"] == f"![x](files/{reference.reference})"
    assert section["file_bytes"] == len(PICTURE)


def test_a_changed_file_is_the_next_version(folder: Path) -> None:
    run(folder, publish=True)
    (folder / "images/packet.png").write_bytes(PICTURE + b"!")
    (folder / "module-1.sw.md").unlink()
    assert run(folder, publish=True) == "created 0, changed 1, unchanged 0, invalid 0"
    assert [*Body.objects.filter(language="en").values_list("number", "state")] == [
        *((1, "superseded"), (2, "published")),
    ]


def test_the_draft_of_an_author_is_kept(folder: Path) -> None:
    run(folder, publish=True)
    dora = signed_in(person("dora", Role.ADMIN))
    draft = {"language": "en", "markdown": "## Mine"}
    assert dora.post("content/module-1/bodies/", draft)[0] == 201
    assert run(folder, publish=True) == "created 0, changed 0, unchanged 2, invalid 0"
    (folder / "module-1.en.md").write_text("## Theirs")
    assert "has another text" in fault(folder)
    assert Body.objects.get(state="draft").markdown == "## Mine"
    assert run(folder, replace_drafts=True) == "created 0, changed 1, unchanged 1, invalid 0"
    assert Body.objects.get(state="draft").markdown == "## Theirs"


def test_files_are_found_by_names_of_all_letters_and_in_definitions(folder: Path) -> None:
    for name in ("réseau.png", "a.png", "a.png.png"):
        (folder / "images" / name).write_bytes(PICTURE + name.encode())
    text = "![x](images/réseau.png) ![y](images/a.png) ![y](images/a.png.png) ![z][1]\n\n"
    (folder / "module-1.en.md").write_text(f"{text}[1]: images/packet.png\n")
    run(folder)
    body = Body.objects.get(language="en")
    assert "images/" not in body.markdown
    assert body.files.count() == 4


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("module-1.de.md", b"## A", "module-1.de.md: The file is not named"),
        ("mission-1.en.md", b"## A", "mission-1.en.md: The file is not named"),
        ("module-9.en.md", b"## A", "module-9.en.md: Not found."),
        ("course-1.en.md", b"\xff", "course-1.en.md: The file is not UTF-8."),
        ("course-1.en.md", b"## A\0", "course-1.en.md: Control characters"),
        ("course-1.en.md", b"", "course-1.en.md: This field"),
        ("course-1.en.md", b"![x](images/none.png)", "course-1.en.md: There is no file images/"),
        ("course-1.en.md", b"![x](../secret)", "course-1.en.md: There is no file ../secret"),
        ("course-1.en.md", b"[x](#top)", "course-1.en.md: The link #top"),
        ("course-1.en.md", b"![x](https://x.example/y)", "course-1.en.md: The image https://"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value)[:40],
)
def test_a_file_that_is_no_text_is_left_out(
    folder: Path, name: str, content: bytes, wrong: str
) -> None:
    (folder.parent / "secret").write_text("secret")
    (folder / name).write_bytes(content)
    assert fault(folder).startswith(wrong)
    assert Body.objects.count() == 2


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        run(tmp_path)
