"""Facts of an enrolment with its program and cohort, and of missions that are due."""

from datetime import date, datetime
from uuid import UUID

from ongoza_contracts.cohorts import CohortUpdated, EnrolmentUpdated
from ongoza_contracts.event import Fact
from ongoza_contracts.missions import MissionUpdated
from ongoza_contracts.programs import ProgramVersionPublished
from tests.facts import example


def enrolled(user_id: int, content_ids: list[str], ends_on: date, number: int = 1) -> list[Fact]:
    """An active enrolment that requires these items, in a cohort that ends on a day."""
    program, cohort = UUID(int=number), UUID(int=number)
    items = [{"content_id": one, "milestone": 1, "required": True} for one in content_ids]
    version = example(ProgramVersionPublished).model_dump() | {"program_version_id": program}
    enrolment = example(EnrolmentUpdated).model_dump() | {
        "enrolment_id": UUID(int=1000 + user_id),
        "user_id": user_id,
        "cohort_id": cohort,
        "program_version_id": program,
        "state": "active",
        "completed_at": None,
        "confirmed_by": None,
    }
    run = example(CohortUpdated).model_dump() | {"cohort_id": cohort, "ends_on": ends_on}
    return [
        ProgramVersionPublished.model_validate({**version, "items": items}),
        CohortUpdated.model_validate(run),
        EnrolmentUpdated.model_validate(enrolment),
    ]


def mission(content_id: str, due_at: datetime, number: int = 1) -> MissionUpdated:
    fields = example(MissionUpdated).model_dump() | {
        "mission_id": UUID(int=number),
        "content_id": content_id,
        "due_at": due_at,
    }
    return MissionUpdated.model_validate(fields)
