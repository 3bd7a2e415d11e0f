"""A version of a program with items of all kinds, and completions of them, for tests."""

from core.programs.models import ContentItem, Milestone, ProgramVersion
from core.programs.versions import publish_version
from core.progress.services import report_progress
from core.users.models import User
from ongoza_contracts.vocabulary import ContentType, ProgressSource, ProgressStatus
from tests.unit.core.world import item


def version_of_all_kinds() -> ProgramVersion:
    """Of a course with two modules, a course without, and two missions, one of them optional."""
    item("course-1")
    for module in ("module-1", "module-2"):
        item(module, course="course-1")
    for other in ("course-2", "mission-1", "mission-2"):
        item(other)
    program = ContentItem.objects.get(content_id="course-1").program
    stage = Milestone.objects.create(program=program, title="Basics")
    placed = ContentItem.objects.exclude(content_type=ContentType.MODULE).order_by("content_id")
    for position, one in enumerate(placed, start=1):
        one.milestone, one.milestone_position = stage, position
        one.required = one.content_id != "mission-2"
        one.save(update_fields=["milestone", "milestone_position", "required"])
    return publish_version(program_id=program.pk)


def complete(user: User, content_id: str, source: ProgressSource = ProgressSource.STAFF) -> None:
    report_progress(
        user=user,
        content_id=content_id,
        content_type=ContentType(content_id.split("-")[0]),
        source=source,
        status=ProgressStatus.COMPLETED,
    )
