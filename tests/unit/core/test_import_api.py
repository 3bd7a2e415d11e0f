"""Imports of uploaded files: asked for by staff, carried out by a job."""

from typing import Any
from uuid import UUID

import pytest

from core.files import services as files
from core.files.models import Upload
from core.imports.models import Import
from core.imports.requests import run_import
from core.imports.selectors import JOB_KIND
from core.jobs.models import Job
from core.jobs.services import run_due
from core.programs.models import ContentItem
from core.progress.models import Progress
from tests.unit.core.school import World
from tests.unit.core.uploaded import create, request, send
from tests.unit.core.world import Caller, appended, forget_appended, item, refusal

pytestmark = pytest.mark.django_db

HEAD = "external_source,external_id,content_type,program,title,track,duration_minutes\n"
GOOD = f"{HEAD}lms,A-1,course,core,Networks,builders,60\n"
BAD = f"{GOOD}lms,A-2,course,core,Packets,builders,0\n"


def file_of(caller: Caller, text: str, name: str = "rows.csv") -> str:
    """The id of a complete upload; the caller may have it already."""
    content = text.encode()
    body = caller.post("files/", request(content, name))[1]
    if body["state"] == "under_way":
        assert send(caller, body["id"], 0, content)[1]["state"] == "complete"
    return str(body["id"])


def ask(
    caller: Caller, text: str, route: str = "content", name: str = "rows.csv", **options: Any
) -> Any:
    """The import as it was accepted."""
    file = file_of(caller, text, name)
    status, body = caller.post(f"{route}/import/", {"file": file, **options})
    assert (status, body["state"]) == (202, "under_way"), body
    return body


def ended(caller: Caller, text: str, route: str = "content", **options: Any) -> Any:
    """The import once its job has run."""
    body = ask(caller, text, route, **options)
    run_due()
    status, body = caller.get(f"{route}/import/{body['id']}/")
    assert status == 200
    return body


def counts(body: Any) -> tuple[str, int, int, int, int]:
    names = ("state", "created", "changed", "unchanged", "invalid")
    return tuple(body[name] for name in names)


@pytest.fixture
def catalogue(world: World) -> None:
    item("course-1")
    forget_appended()


@pytest.mark.usefixtures("catalogue")
def test_content_is_imported_by_a_job_and_a_second_time_unchanged(director: Caller) -> None:
    assert counts(ended(director, GOOD)) == ("done", 1, 0, 0, 0)
    assert ContentItem.objects.get(content_id="course-2").title == "Networks"
    assert counts(ended(director, GOOD)) == ("done", 0, 0, 1, 0)


@pytest.mark.usefixtures("catalogue")
def test_a_dry_run_and_an_invalid_row_write_nothing(director: Caller) -> None:
    assert counts(ended(director, GOOD, dry_run=True)) == ("done", 1, 0, 0, 0)
    body = ended(director, BAD)
    assert counts(body) == ("invalid", 1, 0, 0, 1)
    assert [(one["line"], one["field"]) for one in body["errors"]] == [(3, "duration_minutes")]
    assert appended() == []
    assert counts(ended(director, BAD, skip_invalid=True)) == ("done", 1, 0, 0, 1)


@pytest.mark.usefixtures("catalogue")
def test_the_first_100_faults_are_stored(director: Caller) -> None:
    body = ended(director, HEAD + ",,,,,,\n" + "lms,x,course,core,A,builders,0\n" * 120)
    assert (body["invalid"], len(body["errors"])) == (120, 100)
    body = ended(director, "title,colour\n")
    assert (body["state"], body["errors"][0]["field"]) == ("invalid", "colour")


def test_admins_import_progress_but_not_their_own(world: World, admin: Caller) -> None:
    item("course-1")
    text = "email,content_id,status,reported_at\n{},course-1,completed,2024-01-01T08:00:00Z\n"
    body = ended(admin, text.format(world.learner.email), "progress")
    assert counts(body) == ("done", 1, 0, 0, 0)
    assert Progress.objects.get().source == "staff"
    body = ended(admin, text.format(world.admin.email), "progress")
    assert (body["state"], body["errors"][0]["field"]) == ("invalid", "email")


def test_directors_do_not_import_progress(director: Caller) -> None:
    file = file_of(director, GOOD)
    answer = director.post("progress/import/", {"file": file})
    assert refusal(answer) == (403, "forbidden", [])
    assert not Job.objects.filter(kind=JOB_KIND).exists()


@pytest.mark.usefixtures("catalogue")
def test_a_file_is_own_complete_and_of_a_known_format(director: Caller, admin: Caller) -> None:
    foreign = file_of(admin, GOOD)
    begun = create(director, b"other", "begun.csv")
    unknown = file_of(director, GOOD, "rows.txt")
    answers = [director.post("content/import/", {"file": one}) for one in (foreign, begun, unknown)]
    assert [refusal(answer)[:2] for answer in answers] == [
        (404, "not_found"),
        (409, "upload_incomplete"),
        (400, "unknown_format"),
    ]
    mine = ask(director, GOOD)
    for caller, path in ((admin, "content"), (director, "progress")):
        assert caller.get(f"{path}/import/{mine['id']}/")[0] == 404


@pytest.mark.usefixtures("catalogue")
def test_a_job_that_is_repeated_changes_nothing(director: Caller) -> None:
    import_id = UUID(ended(director, GOOD)["id"])
    forget_appended()
    run_import(import_id)
    assert appended() == []
    assert Import.objects.get(pk=import_id).created == 1


@pytest.mark.usefixtures("catalogue")
def test_an_import_fails_without_its_file_or_its_bytes(director: Caller) -> None:
    lost, deleted = ask(director, GOOD), ask(director, HEAD)
    files.delete_bytes(Upload.objects.filter(pk=lost["file"]).values_list("blob__name", flat=True))
    assert director.call("DELETE", f"files/{deleted['file']}/", headers={})[0] == 204
    run_due()
    for one in (lost, deleted):
        assert director.get(f"content/import/{one['id']}/")[1]["state"] == "failed"
    assert appended() == []


@pytest.mark.usefixtures("catalogue")
def test_an_import_whose_job_gave_up_has_failed(director: Caller) -> None:
    body = ask(director, GOOD)
    Job.objects.filter(kind=JOB_KIND).update(failed_at="2026-01-01T00:00:00Z")
    assert director.get(f"content/import/{body['id']}/")[1]["state"] == "failed"
