from django.conf import settings

from core.export.selectors import KIND
from core.export.services import MAIL_KIND, build_export
from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.mail.sending import send_mail
from core.users.recipients import active_recipient


@job_kind(KIND, atomic=False)
def build(job: Job) -> None:
    user = active_recipient(job.user_id)
    if user is not None:
        build_export(user)


@job_kind(MAIL_KIND)
def mail_ready(job: Job) -> None:
    """Without a link that works without logging in."""
    user = active_recipient(job.user_id)
    if user is not None:
        send_mail(user.email, "export/ready", {"days": settings.EXPORT_DAYS})
