"""Rows for the lists of attempts, artifacts and extensions of `test_query_counts`."""

from collections.abc import Callable

from django.utils import timezone

from core.missions.models import Mission
from core.submissions.models import Artifact, Extension, Submission
from core.users.models import User
from ongoza_contracts.submissions import SubmissionState
from tests.unit.core.submission_rows import mission
from tests.unit.core.world import person


def only_mission() -> Mission:
    return Mission.objects.first() or mission()


def submissions(user: User, numbers: range) -> None:
    some = {"user": user, "mission": only_mission(), "state": SubmissionState.FAILED}
    Submission.objects.bulk_create(Submission(attempt=number, **some) for number in numbers)


def passed_works(user: User, numbers: range) -> None:
    some = {"user": user, "mission": only_mission(), "state": SubmissionState.PASSED}
    Submission.objects.bulk_create(Submission(attempt=number, **some) for number in numbers)


def artifacts(user: User, numbers: range) -> None:
    if not Submission.objects.exists():
        submissions(user, range(1))
    some = {"submission": Submission.objects.get(), "kind": "text", "size": 1, "sha256": "0"}
    Artifact.objects.bulk_create(Artifact(text=f"**{number}**", **some) for number in numbers)


def extensions(user: User, numbers: range) -> None:
    some = {"mission": only_mission(), "granted_by": user, "until": timezone.now()}
    Extension.objects.bulk_create(
        Extension(user=person(f"extended-{number}"), **some) for number in numbers
    )


SUBMISSION_LISTS: dict[str, tuple[Callable[[User, range], None], str]] = {
    "/missions/{mission_id}/extensions/": (extensions, "missions/{mission}/extensions/?"),
    "/portfolio/works/": (passed_works, "portfolio/works/?"),
    "/missions/{mission_id}/submissions/": (submissions, "missions/{mission}/submissions/?"),
    "/submissions/{submission_id}/artifacts/": (
        artifacts,
        "submissions/{submission}/artifacts/?",
    ),
}
