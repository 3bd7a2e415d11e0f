from uuid import UUID

from core.imports.models import Import, ImportState
from core.jobs.models import IN_STATE, Job, JobState
from core.kit.errors import NotFound

JOB_KIND = "imports.run"


def own_import(owner_id: int, kind: Import.Kind, import_id: UUID) -> Import:
    """Raises NotFound, also for an import of somebody else."""
    found = Import.objects.filter(owner_id=owner_id, kind=kind, pk=import_id).first()
    if found is None:
        raise NotFound
    if found.ended_at is None and _has_failed(import_id):
        found.state = ImportState.FAILED
    return found


def _has_failed(import_id: UUID) -> bool:
    """Whether its job has no attempts left."""
    jobs = Job.objects.filter(IN_STATE[JobState.FAILED], kind=JOB_KIND, subject=str(import_id))
    return jobs.exists()
