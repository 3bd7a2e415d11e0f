"""Workers that are killed after each write and each commit of a job leave no half of it, and the
next worker brings it to one end."""

import multiprocessing
import os
import re
import signal
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.mail import EmailMessage
from django.db import connection, connections, transaction
from django.utils import timezone
from icalendar import Calendar

from core.jobs import tasks
from core.jobs.models import Job
from core.jobs.registry import job_kinds
from core.jobs.selectors import due
from core.jobs.services import schedule
from core.notifications.models import Notification
from tests.unit.core.job_rows import CASES
from tests.unit.core.school import World
from tests.unit.core.world import appended, forget_appended

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

APPS = {"missions", "submissions", "reviews", "mentorship", "coaching", "conduct"}
WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH)\b")
COUNTED_OTHERWISE = {"jobs_job", "notifications_notification", "outbox_event", "fact_history"}
MOST_STEPS = 80
END_OF_MAIL = b"-" * 79 + b"\n"  # as Django's backend of files writes it


def test_every_kind_of_these_apps_has_a_case() -> None:
    kinds = {
        name for name, kind in job_kinds().items() if kind.run.__module__.split(".")[1] in APPS
    }
    assert kinds == {*CASES}


@pytest.mark.parametrize("kind", CASES)
def test_a_job_whose_worker_is_killed_at_any_write_or_commit_is_done_once(
    kind: str, world: World, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    case = CASES[kind]
    with transaction.atomic():
        prepared = case.prepare(world, monkeypatch)
    subject, user_id = prepared.subject, prepared.user.pk if prepared.user else None
    Job.objects.all().delete()
    Notification.objects.all().delete()
    forget_appended()
    schedule(kind, subject=subject, user_id=user_id)
    (job,) = Job.objects.all()
    rows, before = row_counts(), stored()

    kills = 0
    while (exit_code := work(job.pk, die_at=kills + 1)) == -signal.SIGKILL:
        kills += 1
        assert kills < MOST_STEPS
        job.refresh_from_db()
        if job.done_at is None:
            assert (changed_tables(before), [*Job.objects.all()]) == ([], [job])
            end_pause(job)
            assert due().filter(pk=job.pk).exists()

    # Its attempt, a write or mail, its end, and the commits of these.
    assert (exit_code, kills >= 4 + job_kinds()[kind].atomic) == (0, True)
    assert (job.state, job.last_error) == ("done", "")
    assert added(job, rows) == case.outcome
    check_mails(tmp_path, case.mails)

    after = stored()
    if not case.mails:
        run_again(job, subject, user_id)
        assert (changed_tables(after), added(job, rows)) == ([], case.outcome)


def end_pause(job: Job) -> None:
    """As if the pause after the attempt were over."""
    rows = Job.objects.filter(pk=job.pk)
    rows.update(attempts=0, due_at=timezone.now(), running_until=None)


def run_again(job: Job, subject: str, user_id: int | None) -> None:
    """As if another tick had scheduled the same."""
    schedule(job.kind, subject=subject, user_id=user_id)
    again = Job.objects.filter(kind=job.kind).latest("pk")
    assert work(again.pk) == 0
    again.refresh_from_db()
    assert again.state == "done"
    again.delete()


# --- workers -------------------------------------------------------------------------------------
def work(job_id: int, die_at: int = 0) -> int | None:
    """Run the task of the workers in a process that kills itself after so many writes, commits and
    mails; the exit code."""
    connections.close_all()  # a forked process must not share them
    process = multiprocessing.get_context("fork").Process(target=_work, args=(job_id, die_at))
    process.start()
    process.join(timeout=60)
    return process.exitcode


def _work(job_id: int, die_at: int) -> None:
    steps = 0

    def count_step() -> None:
        nonlocal steps
        steps += 1
        if steps == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def execute(run: Callable[..., Any], sql: str, *args: Any) -> Any:
        found = run(sql, *args)
        if WRITE.match(sql):
            count_step()
        return found

    def then_count(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **more: Any) -> Any:
            found = call(*args, **more)
            count_step()
            return found

        return called

    connection.commit = then_count(connection.commit)  # type: ignore[method-assign]
    EmailMessage.send = then_count(EmailMessage.send)  # type: ignore[method-assign]
    with connection.execute_wrapper(execute):
        tasks.run(job_id)
    os._exit(0)


# --- what is stored ------------------------------------------------------------------------------
def tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models if model._meta.managed})


def row_counts() -> Counter[str]:
    count = "SELECT '{0}', count(*) FROM \"{0}\""
    names = [name for name in tables() if name not in COUNTED_OTHERWISE]
    return Counter(dict(_rows(count, names)))


def stored() -> dict[str, str]:
    """A digest of each table but that of the jobs, whose attempts are counted before they begin."""
    digest = "SELECT '{0}', md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM \"{0}\" AS t"
    return dict(_rows(digest, [name for name in tables() if name != "jobs_job"]))


def changed_tables(before: dict[str, str]) -> list[str]:
    return [name for name, digest in stored().items() if digest != before[name]]


def _rows(query: str, names: list[str]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(query.format(name) for name in names))
        return [*cursor.fetchall()]


def added(job: Job, rows: Counter[str]) -> dict[str, int]:
    """How many facts, notices, jobs beside this one and other rows there are since `rows` were
    counted. Each notice has one job that sends it out, which is not counted."""
    found = Counter(f"row {name}" for name in (row_counts() - rows).elements())
    facts = appended()
    assert len({*facts}) == len(facts)
    found.update(f"fact {name}" for name, *_ in facts)
    notices = [*Notification.objects.select_related("user")]
    found.update(f"notice {one.kind} to {one.user.email.split('@')[0]}" for one in notices)
    jobs = Job.objects.exclude(pk=job.pk)
    dispatched = jobs.filter(kind="notifications.dispatch")
    assert sorted(one.subject for one in dispatched) == sorted(str(one.pk) for one in notices)
    found.update(f"job {one.kind}" for one in jobs.exclude(kind="notifications.dispatch"))
    assert due().filter(pk__in=dispatched).count() == len(notices)  # the tick finds them
    return dict(found)


def check_mails(folder: Path, number: int) -> None:
    """A worker that dies when a mail was sent sends it again: the same event to a calendar."""
    # Mails of the same second may be in one file: processes that were forked alike name it alike.
    files = [path.read_bytes() for path in folder.iterdir()]
    mails = [mail for file in files for mail in file.split(END_OF_MAIL)[:-1]]
    events = set()
    for mail in mails:
        message = message_from_bytes(mail)
        (part,) = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
        calendar: Any = Calendar.from_ical(bytes(part.get_payload(decode=True)))
        event = calendar.walk("VEVENT")[0]
        events.add((message["To"], str(event["uid"]), event["sequence"], str(calendar["method"])))
    assert (len(events), len(mails)) == (number, 2 * number)
