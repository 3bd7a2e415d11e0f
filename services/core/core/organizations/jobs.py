"""Jobs of invitations."""

from uuid import UUID

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.organizations import invitations
from core.organizations.models import Invitation


@job_kind("organizations.invite")
def send_invitation(job: Job) -> None:
    """No-op for an invitation that has ended or was deleted."""
    rows = Invitation.objects.filter(pk=UUID(job.subject), status=Invitation.Status.OPEN)
    if invitation := rows.select_related("organization").first():
        invitations.send(invitation)
