"""Reads from core what a suggestion is about, and stores there what it found."""

from collections.abc import Sequence
from uuid import UUID

from ai.kit.core_client import CoreCalls
from ongoza_contracts.http.suggestions import (
    ArtifactItem,
    ArtifactPage,
    Exemplars,
    MissionTask,
    RubricItem,
    SubmissionItem,
    SuggestionRecord,
)

SUBMISSIONS, MISSIONS = "/api/v1/submissions", "/api/v1/missions"
INTERNAL = "/api/v1/internal/submissions"
"""For ai itself."""


async def get_submission(core: CoreCalls, submission_id: str) -> SubmissionItem:
    return await core.get(SubmissionItem, f"{SUBMISSIONS}/{submission_id}/")


async def get_artifacts(core: CoreCalls, submission_id: UUID) -> Sequence[ArtifactItem]:
    path = f"{SUBMISSIONS}/{submission_id}/artifacts/"
    return [one async for one in core.pages(ArtifactPage, path, {"page_size": 100})]


async def get_task(core: CoreCalls, mission_id: UUID) -> MissionTask:
    return await core.get(MissionTask, f"{MISSIONS}/{mission_id}/")


async def get_rubric(core: CoreCalls, mission_id: UUID, version: int) -> RubricItem:
    return await core.get(RubricItem, f"{MISSIONS}/{mission_id}/rubric/", {"version": version})


async def get_exemplars(core: CoreCalls, submission_id: str) -> Exemplars:
    """As ai itself: learners do not read the works of others."""
    return await core.get(Exemplars, f"{INTERNAL}/{submission_id}/exemplars/")


async def put_suggestion(core: CoreCalls, submission_id: UUID, record: SuggestionRecord) -> None:
    """As ai itself, so that nobody stores a suggestion on the own work."""
    await core.send("PUT", f"{INTERNAL}/{submission_id}/suggestion/", record)
