"""Tables of dashboards as files: what their owner may read, private and for a time."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from core.access.models import Membership
from core.access.services import Scope, grant
from core.cohorts.models import Cohort, Enrolment
from core.exports.models import TableExport, TableFormat
from core.exports.tables import Table
from core.exports.writers import write_table
from core.files.models import File
from core.jobs.models import Job
from core.jobs.services import run_due
from core.users.models import Consent, User
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.vocabulary import Role
from tests.unit.core.cohort_rows import open_cohort
from tests.unit.core.school import ABSENT, World
from tests.unit.core.test_files import root
from tests.unit.core.test_sponsor_dashboard import name, seated, seats
from tests.unit.core.world import Caller, person, refusal, signed_in

__all__ = ["root"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("root")]


@pytest.fixture
def cohort(world: World) -> Cohort:
    found = open_cohort(world.school, sponsored=40, paid=10)
    seated(found, "active", 12)
    seated(found, "offered", 3)
    return found


@pytest.fixture
def director(world: World) -> Caller:
    return signed_in(world.director)


@pytest.fixture
def sponsor(world: World) -> Caller:
    return signed_in(person("sara", Role.SPONSOR, world.school))


def wish(kind: str = "director_learners", form: str = "csv", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "format": form, **more}


def asked(caller: Caller, **body: Any) -> str:
    status, found = caller.post("exports/", wish(**body))
    assert (status, found["state"]) == (202, "under_way"), found
    return f"exports/{found['id']}/"


def download(caller: Caller, address: str) -> bytes:
    headers = {"Authorization": f"Bearer {caller.token}"}
    response = Client().get(f"/api/v1/{address}download/", headers=headers)
    assert response.status_code == 200, response.content
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "no-store"
    return response.getvalue()


def exported(caller: Caller, **body: Any) -> bytes:
    address = asked(caller, **body)
    run_due()
    assert caller.get(address)[1]["state"] == "ready"
    return download(caller, address)


def lines(content: bytes) -> list[list[str]]:
    return [*csv.reader(StringIO(content.decode("utf-8-sig")))]


# --- contents ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "rows"),
    [("director_cohorts", 1), ("director_learners", 15), ("director_at_risk", 0)],
)
def test_a_director_gets_the_tables_of_the_dashboard(
    cohort: Cohort, director: Caller, kind: str, rows: int
) -> None:
    found = lines(exported(director, kind=kind, cohort=str(cohort.pk)))
    assert found[1][0] == "As of"
    assert found[2] == ["Filter", f"cohort {cohort.pk}"]
    assert found[3] == []
    assert len(found) == 5 + rows


def test_a_sponsors_file_shows_what_the_route_shows(cohort: Cohort, sponsor: Caller) -> None:
    seated(cohort, "active", 4, "paid")
    shown = [
        [
            *(row["cohort"], row["cohort_name"], row["pool"]),
            *(
                "hidden" if number is None else str(number)
                for number in (row["size"], row["used"], row["free"], *row["outcomes"].values())
            ),
            "; ".join(one["name"] for one in row["learners"]),
        ]
        for row in seats(sponsor)
    ]
    assert lines(exported(sponsor, kind="sponsor_seats"))[5:] == shown
    assert any("hidden" in row for row in shown)
    (row,) = lines(exported(sponsor, kind="sponsor_overview"))[5:]
    assert row[2:5] == ["50", "15", "35"]


@pytest.mark.parametrize("kind", ["sponsor_overview", "sponsor_seats"])
def test_a_sponsors_table_comes_as_a_document(cohort: Cohort, sponsor: Caller, kind: str) -> None:
    assert exported(sponsor, kind=kind, form="pdf").startswith(b"%PDF-")


def test_a_spreadsheet_holds_texts_and_numbers(cohort: Cohort, sponsor: Caller) -> None:
    content = exported(sponsor, kind="sponsor_seats", form="xlsx")
    sheet = ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<v>40</v>" in sheet
    assert "hidden" in sheet
    assert "<f>" not in sheet


HOSTILE = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "https://x.example", "Wanjirũ"]


def written(form: TableFormat, *, mark: bool = False) -> bytes:
    rows: list[list[Any]] = [[text, 7] for text in HOSTILE]
    target = BytesIO()
    table = Table("=Title", timezone.now(), ["name", "count"], rows)
    write_table(table, form, target, mark=mark, progress=lambda rows: None)
    return target.getvalue()


def test_no_cell_is_a_formula() -> None:
    found = lines(written(TableFormat.CSV))
    assert found[0] == ["'=Title"]
    assert [row[0] for row in found[5:]] == [f"'{text}" for text in HOSTILE[:6]] + HOSTILE[6:]
    parts = ZipFile(BytesIO(written(TableFormat.XLSX)))
    sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "=1+1" in sheet
    assert written(TableFormat.PDF).startswith(b"%PDF-")


WITHIN = ["Juma;=1+1", 'Juma; "+1"', "Juma\n-1", "Juma;\t@x", "Juma\t=1", ";=1", '"=1"']


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_is_a_formula_wherever_a_spreadsheet_splits(delimiter: str) -> None:
    rows: list[list[Any]] = [[text, text, 7] for text in (*HOSTILE, *WITHIN)]
    target = BytesIO()
    table = Table("=Title", timezone.now(), ["name", "other", "count"], rows)
    write_table(table, TableFormat.CSV, target, mark=False, progress=lambda rows: None)
    content = StringIO(target.getvalue().decode(), newline="")
    for row in csv.reader(content, delimiter=delimiter):
        assert not [cell for cell in row if cell.lstrip(' "').startswith((*"=+-@\t\r",))]


def test_a_document_holds_more_names_than_a_page() -> None:
    names = "; ".join(f"Wanjiru Kamau {number}" for number in range(200))
    row: list[Any] = [*("cohort", "name", "pool", 300, 200, 100, 0, 200, 0, 0), names]
    table = Table("Seats", timezone.now(), ["column"] * len(row), [row])
    target = BytesIO()
    write_table(table, TableFormat.PDF, target, mark=False, progress=lambda rows: None)
    assert target.getvalue().count(b"/Type /Page\n") > 1


def test_the_byte_order_mark_is_a_choice() -> None:
    assert written(TableFormat.CSV, mark=True).startswith(b'\xef\xbb\xbf"\'=Title"')
    assert written(TableFormat.CSV).startswith(b'"\'=Title"')


# --- who gets it ---------------------------------------------------------------------------------
def others(world: World) -> Iterator[Caller]:
    yield signed_in(world.learner)
    yield signed_in(world.admin)
    yield signed_in(person("other-director", Role.DIRECTOR, world.school))


def test_nobody_else_finds_it(world: World, cohort: Cohort, director: Caller) -> None:
    address = asked(director)
    run_due()
    for caller in others(world):
        assert refusal(caller.get(address)) == ABSENT
        assert refusal(caller.get(f"{address}download/")) == ABSENT
        assert caller.get("exports/")[1]["results"] == []
    assert director.get("exports/")[1]["count"] == 1


def test_a_table_is_for_who_reads_its_dashboard(
    world: World, director: Caller, sponsor: Caller
) -> None:
    learner = signed_in(world.learner)
    for caller, kind in ((sponsor, "director_learners"), (director, "sponsor_seats")):
        assert refusal(caller.post("exports/", wish(kind)))[:2] == (403, "permission_denied")
        assert refusal(learner.post("exports/", wish(kind)))[:2] == (403, "permission_denied")
    foreign = str(open_cohort(world.other, paid=1).pk)
    assert refusal(director.post("exports/", wish(cohort=foreign))) == ABSENT
    assert refusal(sponsor.post("exports/", wish("sponsor_seats", cohort=foreign))) == ABSENT
    assert not TableExport.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        wish("nothing"),
        wish(form="doc"),
        wish(form="pdf"),
        wish(cohort="x"),
        wish(byte_order_mark="maybe"),
        wish(more=1),
    ],
)
def test_a_bad_wish_is_refused(director: Caller, body: dict[str, Any]) -> None:
    status, found = director.post("exports/", body)
    assert status == 400
    assert found["detail"]


def test_a_role_that_ended_gets_no_file(world: World, cohort: Cohort, sponsor: Caller) -> None:
    early = asked(sponsor, kind="sponsor_seats")
    run_due()
    late = asked(sponsor, kind="sponsor_seats")
    user = User.objects.get(email="sara@ongoza.example")
    QuerySet(User).filter(pk=user.pk).update(role=Role.LEARNER)
    QuerySet(Membership).filter(user=user).update(revoked_at=timezone.now())
    run_due()
    assert refusal(sponsor.get(f"{early}download/")) == ABSENT
    assert sponsor.get(late)[1]["state"] == "refused"


def test_who_lost_a_part_of_the_table_gets_no_file(
    world: World, cohort: Cohort, director: Caller, sponsor: Caller
) -> None:
    seated(open_cohort(world.other, paid=5), "active", 1)
    scope = Scope(ScopeKind.ORGANIZATION, organization_id=world.other.pk)
    sara = User.objects.get(email="sara@ongoza.example")
    for user, caller, kind in (
        (world.director, director, "director_learners"),
        (sara, sponsor, "sponsor_seats"),
    ):
        grant(user_id=user.pk, role=Role(user.role), scope=scope)
        address = asked(caller, kind=kind)
        run_due()
        download(caller, address)
        QuerySet(Membership).filter(user=user, organization=world.other).update(
            revoked_at=timezone.now()
        )
        assert refusal(caller.get(f"{address}download/")) == ABSENT
        exported(caller, kind=kind)


def test_who_withdrew_the_consent_is_named_by_no_file(cohort: Cohort, sponsor: Caller) -> None:
    one = Enrolment.objects.filter(state="active")[0]
    name(one, "Amina")
    address = asked(sponsor, kind="sponsor_seats")
    run_due()
    assert b"Amina" in download(sponsor, address)
    QuerySet(Consent).filter(user=one.user).update(withdrawn_at=timezone.now())
    assert refusal(sponsor.get(f"{address}download/")) == ABSENT
    assert b"Amina" not in exported(sponsor, kind="sponsor_seats")


def test_a_file_expires(cohort: Cohort, director: Caller) -> None:
    address = asked(director)
    assert refusal(director.get(f"{address}download/")) == ABSENT
    run_due()
    _, ready = director.get(address)
    assert (ready["rows_written"], ready["rows"]) == (15, 15)
    QuerySet(File).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert director.get(address)[1]["state"] == "expired"
    assert refusal(director.get(f"{address}download/")) == ABSENT


def test_a_job_without_attempts_left_is_said(
    cohort: Cohort, director: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = asked(director)
    monkeypatch.setattr("core.exports.services.write_table", broken)
    QuerySet(Job).filter(kind="exports.build").update(attempts=4)
    run_due()
    assert director.get(address)[1]["state"] == "failed"


def broken(*_: Any, **__: Any) -> None:
    raise OSError
