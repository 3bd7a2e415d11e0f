"""Certificates: for what they are issued, who revokes and reads them, and what is published."""

import itertools
import json
from typing import Any

import pytest

from core.access.services import Scope, grant
from core.certificates.models import Certificate
from core.certificates.services import CERTIFICATE_STATES
from core.cohorts.models import Enrolment
from core.erasure.services import erase_user
from core.export.contents import tables
from core.kit.transitions import IllegalTransition
from core.outbox.models import FactHistory, OutboxEvent
from core.progress.models import Progress
from core.progress.services import report_progress
from core.users.services import update_user
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.certificates import CertificateState, CertificateUpdated
from ongoza_contracts.vocabulary import ContentType, ProgressSource, ProgressStatus, Role
from tests.unit.core.certificate_rows import (
    certificate,
    completed_enrolment,
    confirm_items,
    named,
)
from tests.unit.core.cohort_rows import enrolment_in, open_cohort
from tests.unit.core.school import ABSENT, World
from tests.unit.core.world import (
    Caller,
    admin_site_client,
    appended,
    forget_appended,
    item,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

ROUTE = "certificates/"


@pytest.fixture
def lena(world: World) -> Caller:
    """A learner with a name."""
    update_user(user_id=world.learner.pk, first_name="Lena", last_name="Njeri")
    forget_appended()
    return signed_in(world.learner)


@pytest.fixture
def enrolment(world: World, lena: Caller) -> Enrolment:
    return completed_enrolment(world.learner, world.school)


def test_a_certificate_is_issued_once_for_a_completed_enrolment(
    world: World, lena: Caller, enrolment: Enrolment
) -> None:
    body = {"enrolment": str(enrolment.pk)}
    status, issued = lena.post(ROUTE, body)
    assert status == 201
    assert (issued["name"], issued["program_title"]) == ("Lena Njeri", "Core")
    assert (issued["state"], issued["by_check"], issued["by_staff"]) == ("valid", 0, 1)
    assert issued["evidence"] == (
        "Required items confirmed: 1 (1 by staff). Self-reports do not count."
    )
    assert lena.post(ROUTE, body) == (200, issued)
    assert signed_in(world.director).post(ROUTE, body) == (200, issued)
    assert appended() == [("certificate.updated", issued["id"], 1)]
    row = OutboxEvent.objects.get()
    fact = CertificateUpdated.model_validate_json(bytes(row.payload or b""))
    assert (fact.user_id, fact.enrolment_id) == (world.learner.pk, enrolment.pk)
    assert (fact.state, fact.by_staff, fact.revoked_at) == ("valid", 1, None)
    texts = {"name", "program_title", "revocation_reason"}
    assert not texts & CertificateUpdated.model_fields.keys()


@pytest.mark.parametrize("state", ["applied", "active", "suspended", "withdrawn"])
def test_an_enrolment_that_is_not_completed_has_no_certificate(
    state: str, world: World, lena: Caller
) -> None:
    seats = 0 if state == "applied" else 1
    row = enrolment_in(state, open_cohort(world.school, scholarship=seats), world.learner)
    confirm_items(world.learner, row)
    forget_appended()
    refused = lena.post(ROUTE, {"enrolment": str(row.pk)})
    assert refusal(refused) == (409, "not_completed", [])
    assert (Certificate.objects.count(), appended()) == (0, [])


def test_a_self_report_is_no_evidence(world: World, lena: Caller) -> None:
    row = enrolment_in("completed", open_cohort(world.school, scholarship=1), world.learner)
    report_progress(
        user=world.learner,
        content_id="course-1",
        content_type=ContentType.COURSE,
        status=ProgressStatus.COMPLETED,
    )
    forget_appended()
    refused = lena.post(ROUTE, {"enrolment": str(row.pk)})
    assert refusal(refused) == (409, "not_confirmed", [])
    assert refused[1]["detail"].startswith("0 of 1 required items are confirmed")
    assert (Certificate.objects.count(), appended()) == (0, [])


def test_a_certificate_counts_who_confirmed_the_required_items(world: World, lena: Caller) -> None:
    item("course-1")
    for module in ("module-1", "module-2"):
        item(module, course="course-1")
    row = enrolment_in("completed", open_cohort(world.school, scholarship=1), world.learner)
    body = {"enrolment": str(row.pk)}
    confirmations = (("module-1", ProgressSource.REVIEW), ("course-1", ProgressSource.CHECK))
    for content_id, source in confirmations:
        assert refusal(lena.post(ROUTE, body)) == (409, "not_confirmed", [])
        report_progress(
            user=world.learner,
            content_id=content_id,
            content_type=ContentType(content_id.split("-")[0]),
            status=ProgressStatus.COMPLETED,
            source=source,
        )
    issued = lena.post(ROUTE, body)[1]
    assert (issued["by_check"], issued["by_review"], issued["by_staff"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("first_name", "code"),
    [("", "no_name"), ("ሰላም", "letters_missing"), ("أمينة", "letters_missing")],
    ids=["none", "amharic", "arabic"],
)
def test_a_name_that_cannot_be_printed_is_refused(
    first_name: str, code: str, world: World, lena: Caller, enrolment: Enrolment
) -> None:
    update_user(user_id=world.learner.pk, first_name=first_name, last_name="")
    forget_appended()
    refused = lena.post(ROUTE, {"enrolment": str(enrolment.pk)})
    assert refusal(refused) == (409, code, [])
    assert (Certificate.objects.count(), appended()) == (0, [])


def test_the_name_on_a_certificate_stays_as_it_was_printed(
    world: World, lena: Caller, enrolment: Enrolment
) -> None:
    update_user(user_id=world.learner.pk, first_name="Ọlá", last_name="Wambũi")
    issued = lena.post(ROUTE, {"enrolment": str(enrolment.pk)})[1]
    update_user(user_id=world.learner.pk, first_name="Other")
    assert lena.get(f"{ROUTE}{issued['id']}/")[1]["name"] == "Ọlá Wambũi"


def test_strangers_neither_issue_nor_read_nor_revoke(
    world: World, lena: Caller, enrolment: Enrolment
) -> None:
    issued = lena.post(ROUTE, {"enrolment": str(enrolment.pk)})[1]
    scope = Scope(ScopeKind.ORGANIZATION, world.other.pk)
    grant(user_id=world.foreign_mentor.id, role=Role.DIRECTOR, scope=scope)
    forget_appended()
    path = f"{ROUTE}{issued['id']}/"
    for stranger in (signed_in(world.foreign), signed_in(world.foreign_mentor)):
        assert refusal(stranger.post(ROUTE, {"enrolment": str(enrolment.pk)})) == ABSENT
        assert refusal(stranger.get(f"{ROUTE}?user={world.learner.pk}")) == ABSENT
        for route in (path, f"{path}pdf/", f"{path}credential/"):
            assert refusal(stranger.get(route)) == ABSENT
    foreign = signed_in(world.foreign_mentor)
    assert refusal(foreign.post(f"{path}revoke/", {"reason": "Mine"})) == ABSENT
    assert refusal(lena.post(f"{path}revoke/", {"reason": "Mine"}))[0] == 403
    assert (Certificate.objects.get().state, appended()) == ("valid", [])


def test_who_manages_the_cohort_reads_the_certificate_of_a_learner_out_of_reach(
    world: World, director: Caller
) -> None:
    named(world.foreign)
    body = {"enrolment": str(completed_enrolment(world.foreign, world.school).pk)}
    status, issued = director.post(ROUTE, body)
    assert status == 201
    path = f"{ROUTE}{issued['id']}/"
    assert director.get(path)[1]["name"] == "Amina Wanjikũ"
    assert [
        row["id"] for row in director.get(f"{ROUTE}?user={world.foreign.pk}")[1]["results"]
    ] == [issued["id"]]
    assert refusal(director.get(f"users/{world.foreign.pk}/")) == ABSENT
    assert director.post(f"{path}revoke/", {"reason": "Copied work"})[0] == 200


def test_staff_revokes_a_certificate_for_good_with_a_reason(
    world: World, lena: Caller, director: Caller, enrolment: Enrolment
) -> None:
    body = {"enrolment": str(enrolment.pk)}
    issued = lena.post(ROUTE, body)[1]
    forget_appended()
    path = f"{ROUTE}{issued['id']}/"
    status, revoked = director.post(f"{path}revoke/", {"reason": "Copied work"})
    assert (status, revoked["state"]) == (200, "revoked")
    assert lena.get(path)[1]["revocation_reason"] == "Copied work"
    assert appended() == [("certificate.updated", issued["id"], 2)]
    payload = bytes(OutboxEvent.objects.get().payload or b"")
    assert b"Copied" not in payload
    assert json.loads(payload)["state"] == "revoked"
    forget_appended()
    again = director.post(f"{path}revoke/", {"reason": "Again"})
    assert refusal(again) == (409, "illegal_transition", [])
    for route in ("pdf/", "credential/"):
        assert refusal(lena.get(f"{path}{route}")) == (409, "certificate_revoked", [])
    assert refusal(lena.post(ROUTE, body)) == (409, "certificate_revoked", [])
    assert appended() == []
    status, newer = director.post(ROUTE, body)
    assert (status, newer["id"] != issued["id"]) == (201, True)
    assert [row["state"] for row in lena.get(ROUTE)[1]["results"]] == ["revoked", "valid"]
    assert [row["id"] for row in lena.get(f"{ROUTE}?state=valid")[1]["results"]] == [newer["id"]]


@pytest.mark.parametrize(
    ("state", "action"), [*itertools.product(CertificateState, ["revoke", "issue"])]
)
def test_a_certificate_moves_as_its_table_says(state: CertificateState, action: str) -> None:
    row = Certificate(state=state)
    if (state, action) == (CertificateState.VALID, "revoke"):
        CERTIFICATE_STATES.move(row, action)
        assert row.state == CertificateState.REVOKED
        return
    with pytest.raises(IllegalTransition):
        CERTIFICATE_STATES.move(row, action)
    assert row.state == state


def test_an_erasure_deletes_certificates_and_their_public_pages(
    world: World, lena: Caller, enrolment: Enrolment
) -> None:
    issued = lena.post(ROUTE, {"enrolment": str(enrolment.pk)})[1]
    (table,) = [one for one in tables() if one.model is Certificate]
    assert (table.left_out, table.rows(world.learner).count()) == ([], 1)
    public = f"{ROUTE}{issued['id']}/"
    assert signed_in(world.foreign).get(f"{public}verify/")[0] == 200
    erase_user(user_id=world.learner.pk)
    assert (Certificate.objects.count(), Progress.objects.count()) == (0, 0)
    assert not FactHistory.objects.filter(type=CertificateUpdated.type).exists()
    for route in ("verify/", "status/"):
        assert refusal(signed_in(world.foreign).get(f"{public}{route}")) == ABSENT


def test_the_admin_site_revokes_with_a_reason(world: World) -> None:
    row = certificate(world.learner, world.school)
    forget_appended()
    client = admin_site_client(world.admin)
    base = f"/admin/certificates/certificate/{row.pk}"
    assert row.name in client.get(f"{base}/change/").content.decode()
    assert client.post(f"{base}/revoke/", {}).status_code == 200
    assert appended() == []
    assert client.post(f"{base}/revoke/", {"reason": "Misspelt"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.revocation_reason, row.version) == ("revoked", "Misspelt", 2)


def test_a_malformed_request_is_refused(lena: Caller, director: Caller) -> None:
    bad: Any
    for bad in ({}, {"enrolment": 7}, {"enrolment": "x"}, {"enrolment": None}):
        assert lena.post(ROUTE, bad)[0] == 400
    path = f"{ROUTE}018f0000-0000-7000-8000-00000000dead/revoke/"
    for bad in ({}, {"reason": ""}, {"reason": "x" * 501}, {"reason": "two\nlines"}):
        assert director.post(path, bad)[0] == 400
    assert (Certificate.objects.count(), appended()) == (0, [])
