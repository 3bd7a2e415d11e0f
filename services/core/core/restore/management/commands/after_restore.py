"""`manage.py after_restore`: makes a database restored from a backup agree with core's topics."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.outbox.kafka import NotRead, topic_reader
from core.outbox.restore_state import State, mark_checked, mark_pending, state
from core.restore.published import Published, read_published
from core.restore.report import Report
from core.restore.services import advance_sequences, bring_back, pending_since, void_tokens
from core.users.models import User


class Command(BaseCommand):
    help = (
        "Write back what core's topics hold and the restored database lost, erase and delete again "
        "what was, publish the removal of what cannot be brought back, and move ids and versions "
        "past all that was published. Without options nothing is changed. May be repeated."
    )
    requires_system_checks = ()  # `migrate` runs them; they import every view

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="do it")
        parser.add_argument(
            "--accept",
            action="store_true",
            help="the unknown records are not core's: leave them where they are. With --apply this "
            "concerns only those that core cannot have written",
        )
        parser.add_argument(
            "--from-beginning",
            action="store_true",
            help="read the whole topics: for a backup older than the table of stored offsets",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        published = self._read(options["from_beginning"])
        found = state()
        if not (published.entities or published.foreign or found is State.PENDING):
            if found is State.UNCHECKED:
                mark_checked(published.last_stable_offsets)
            self.stdout.write("The database knows all that the topics hold: nothing to do.")
            return
        accepts = options["accept"]
        if options["apply"] or not accepts:
            report = _run(published, apply=options["apply"])
            self._print(report, published)
            accepts = accepts or not (published.foreign or report.refused)
        if not (options["apply"] or options["accept"]):
            self.stdout.write("Nothing was changed. Add --apply.")
        elif accepts:
            mark_checked(published.last_stable_offsets)
            self.stdout.write("The restore is no longer pending.")
        else:
            mark_pending(len(published.foreign) + report.refused, _listed(published))
            raise CommandError(
                f"still pending: {report.refused} facts could not be written back, "
                f"{len(published.foreign)} records are not core's; add --accept to leave them all"
            )

    def _read(self, from_beginning: bool) -> Published:
        try:
            with topic_reader(settings.KAFKA) as reader:
                return read_published(reader, from_beginning=from_beginning)
        except NotRead as error:
            raise CommandError(f"the topics cannot be read: {error}") from error

    def _print(self, report: Report, published: Published) -> None:
        for line in report.lines():
            self.stdout.write(line)
        for line in published.foreign:
            self.stdout.write(f"not core's: {line}")


def _run(published: Published, *, apply: bool) -> Report:
    """A dry run does the same in a transaction that is rolled back."""
    report = Report()
    if apply:
        since = pending_since()
        advance_sequences(published)
        bring_back(published, report)
        report.tokens_voided = void_tokens(since)
        return report
    with transaction.atomic():
        bring_back(published, report)
        transaction.set_rollback(True)
    report.tokens_voided = User.objects.count()
    return report


def _listed(published: Published) -> list[dict[str, str]]:
    return [{"record": line} for line in published.foreign[:50]]
