"""Bad bodies at every route of core that takes one: refused as they deserve, without a trace."""

from collections.abc import Callable
from typing import Any

import pytest

from core.organizations.models import Organization
from core.outbox.models import OutboxEvent
from core.profiling.models import ProfilingAnswer, ProfilingSession
from core.profiling.services import start_session
from core.programs.models import ContentItem
from core.progress.models import Progress
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.bad_input import BODIES, MEDIA
from tests.unit.core.world import Caller, item, person, refusal, service, signed_in

pytestmark = pytest.mark.django_db

Route = tuple[Caller, str, str]
TABLES = (User, ContentItem, Organization, Progress, ProfilingSession, ProfilingAnswer, OutboxEvent)


def progress_report() -> Route:
    return signed_in(person("amina")), "POST", "progress/"


def progress_revision() -> Route:
    amina = signed_in(person("amina"))
    item("course-1")
    report = {"content_id": "course-1", "content_type": "course", "status": "in_progress"}
    _, record = amina.post("progress/", report)
    return amina, "PATCH", f"progress/{record['id']}/"


def profiling_start() -> Route:
    return signed_in(person("amina")), "POST", "profiling/sessions/"


def profiling_answer() -> Route:
    learner = person("amina")
    session = start_session(user=learner, questionnaire="tracks-1")[0]
    return signed_in(learner), "PUT", f"profiling/sessions/{session.id}/answers/q-1/"


def profiling_result() -> Route:
    session = start_session(user=person("amina"), questionnaire="tracks-1")[0]
    return service(), "POST", f"profiling/sessions/{session.id}/result/"


def content() -> Route:
    return signed_in(person("dora", Role.DIRECTOR)), "POST", "content/"


def organization() -> Route:
    return signed_in(person("ada", Role.ADMIN)), "POST", "organizations/"


ROUTES = (
    *(progress_report, progress_revision, profiling_start, profiling_answer, profiling_result),
    *(content, organization),
)


def everything() -> list[list[dict[str, Any]]]:
    return [[{**row} for row in table._default_manager.order_by("pk").values()] for table in TABLES]


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
def test_a_bad_body_is_refused_without_a_trace(route: Callable[[], Route]) -> None:
    caller, method, path = route()
    before = everything()
    for name, (body, status, code) in BODIES.items():
        found, answered, errors = refusal(caller.call(method, path, body))
        assert (found, answered) == (status, code), (name, errors)
        assert everything() == before, name


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
def test_a_body_of_another_kind_is_refused_without_a_trace(route: Callable[[], Route]) -> None:
    caller, method, path = route()
    before = everything()
    for name, (headers, body) in MEDIA.items():
        answer = caller.call(method, path, body, headers)
        assert refusal(answer) == (415, "unsupported_media_type", []), name
        assert everything() == before, name
