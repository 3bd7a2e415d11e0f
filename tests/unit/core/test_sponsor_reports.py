"""Sponsors' signed reports, and what a recount from history says of them."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from core.certificates.models import SigningKey
from core.cohorts.models import Cohort, Enrolment
from core.erasure.services import erase_user
from core.jobs.services import run_due
from core.outbox.models import PublishedOffset
from core.outbox.publish import publish
from core.sponsor_dashboard.history import numbers_at
from core.sponsor_dashboard.selectors import numbers_of
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.cohort_rows import published_cohort
from tests.unit.core.school import ABSENT, World
from tests.unit.core.test_certificate_credentials import new_key
from tests.unit.core.test_exports import download
from tests.unit.core.test_files import root
from tests.unit.core.test_sponsor_dashboard import name, overview
from tests.unit.core.world import Caller, person, refusal, signed_in

__all__ = ["root"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("root")]

REPORTS = "sponsor/reports/"


@pytest.fixture(autouse=True)
def signing(settings: Any) -> None:
    settings.CERTIFICATE_KEY = new_key()


@pytest.fixture
def sponsor(world: World) -> Caller:
    return signed_in(person("sara", Role.SPONSOR, world.school))


@pytest.fixture
def cohort(world: World) -> Cohort:
    found = published_cohort(world.school, sponsored=40, paid=20)
    for state, pool, count in (
        *(("active", "sponsored", 11), ("offered", "sponsored", 6), ("active", "paid", 3)),
        *(("completed", "paid", 7), ("withdrawn", "paid", 5)),
    ):
        for number in range(count):
            publish_enrolment(found, state, pool, f"{state}-{pool}-{number}")
    name(Enrolment.objects.filter(state="active")[0], "Amina")
    return found


def publish_enrolment(cohort: Cohort, state: str, pool: str, address: str) -> None:
    row = Enrolment(
        user=User.objects.create(email=f"{address}@ongoza.example", role=Role.LEARNER),
        cohort=cohort,
        program_version_id=cohort.program_version_id,
        state=state,
        pool=pool,
    )
    with transaction.atomic():
        publish(row)


def report(caller: Caller, world: World) -> dict[str, Any]:
    status, found = caller.post(REPORTS, {"organization": world.school.pk})
    assert (status, found["state"]) == (202, "under_way"), found
    run_due()
    address = f"{REPORTS}{found['id']}/"
    assert caller.get(address)[1]["state"] == "ready"
    document: dict[str, Any] = json.loads(download(caller, address))
    return document


@pytest.fixture
def verify(tmp_path: Path) -> Callable[[Any], str]:
    def run(document: Any) -> str:
        file = tmp_path / "report.json"
        file.write_text(document if isinstance(document, str) else json.dumps(document))
        out = StringIO()
        try:
            call_command("verify_report", str(file), stdout=out)
        except CommandError as error:
            return f"{error.returncode} {error} {out.getvalue()}"
        return f"0 {out.getvalue()}"

    return run


def test_history_says_what_the_dashboard_shows(world: World, cohort: Cohort) -> None:
    now = numbers_of([world.school])[world.school.pk]
    then = numbers_at(world.school, timezone.now())
    assert (then.seats, then.seatless) == (now.seats, now.seatless)
    assert [*then.pools.values()] == [*now.pools.values()]
    before = numbers_at(world.school, timezone.now() - timedelta(days=1))
    assert (before.seats.size, before.pools) == (0, {})


def test_a_report_says_what_it_counts_and_is_equal_to_history(
    world: World, sponsor: Caller, cohort: Cohort, verify: Callable[[Any], str]
) -> None:
    PublishedOffset.objects.create(topic="ongoza.enrolments.v1", partition=0, next_offset=7)
    document = report(sponsor, world)
    found = document["report"]
    whole = {line["name"]: line["value"] for line in found["numbers"] if not line["part"]}
    shown = overview(sponsor)
    assert whole["sponsor.used"] == shown["used"] is not None
    assert whole["sponsor.active"] == shown["outcomes"]["active"]
    assert all(line["definition"] and line["unit"] for line in found["numbers"])
    assert "Amina" not in json.dumps(document)
    assert verify(document) == "0 equal\n"


def test_what_happens_later_changes_no_report(
    world: World, sponsor: Caller, cohort: Cohort, verify: Callable[[Any], str]
) -> None:
    document = report(sponsor, world)
    for number in range(9):
        publish_enrolment(cohort, "active", "sponsored", f"later-{number}")
    assert verify(document) == "0 equal\n"


def test_what_differs_is_said_exactly(
    world: World, sponsor: Caller, cohort: Cohort, verify: Callable[[Any], str]
) -> None:
    document = report(sponsor, world)
    for learner in User.objects.filter(enrolments__state="completed")[:3]:
        erase_user(user_id=learner.pk)
    said = verify(document)
    assert said.startswith("2 ")
    assert f"{cohort.pk} paid sponsor.completed: the report says" in said


@pytest.mark.parametrize("change", ["value", "signature", "shape", "text"])
def test_a_changed_report_is_refused(
    world: World, sponsor: Caller, cohort: Cohort, verify: Callable[[Any], str], change: str
) -> None:
    document: Any = report(sponsor, world)
    if change == "value":
        document["report"]["numbers"][0]["value"] += 5
    elif change == "signature":
        document["signature"] = document["signature"][:-8] + "AAAAAAAA"
    elif change == "shape":
        document = [document]
    else:
        document = "{"
    assert verify(document).startswith("1 ")


def test_a_withdrawn_key_verifies_nothing(
    world: World, sponsor: Caller, cohort: Cohort, verify: Callable[[Any], str]
) -> None:
    document = report(sponsor, world)
    SigningKey.objects.update(withdrawn_at=timezone.now())
    assert verify(document).startswith("1 ")


def test_history_is_read_by_the_keys_of_entities(
    world: World, cohort: Cohort, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(6) as queries:
        numbers_at(world.school, timezone.now())
    read = [one["sql"] for one in queries if 'FROM "fact_history"' in one["sql"]]
    assert len(read) == 3
    assert all('"fact_history"."key" IN' in sql for sql in read)


def test_reports_are_limited(world: World, sponsor: Caller, settings: Any) -> None:
    settings.RATE_LIMITS = {"exports": (1, 3600)}
    assert sponsor.post(REPORTS, {"organization": world.school.pk})[0] == 202
    assert sponsor.post(REPORTS, {"organization": world.school.pk})[0] == 429
    assert sponsor.get(REPORTS)[0] == 200


def test_only_its_owner_finds_a_report(
    world: World, sponsor: Caller, cohort: Cohort, settings: Any
) -> None:
    _, found = sponsor.post(REPORTS, {"organization": world.school.pk})
    run_due()
    other = signed_in(person("other", Role.SPONSOR, world.school))
    for address in (f"{REPORTS}{found['id']}/", f"{REPORTS}{found['id']}/download/"):
        assert refusal(other.get(address)) == ABSENT
        assert signed_in(world.director).get(address)[0] == 403
    assert refusal(sponsor.post(REPORTS, {"organization": world.other.pk})) == ABSENT
    settings.CERTIFICATE_KEY = ""
    refused = refusal(sponsor.post(REPORTS, {"organization": world.school.pk}))
    assert refused[:2] == (409, "credentials_off")
