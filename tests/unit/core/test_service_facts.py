"""Each service that writes a published entity appends its fact in the same transaction."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from inspect import getmembers, isfunction
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

import core
from core.users.tokens import InvalidToken
from tests.unit.core.school import World
from tests.unit.core.service_calls import PUBLISHING
from tests.unit.core.transactions import transactions

pytestmark = pytest.mark.django_db

ROOT = Path(core.__path__[0])


@cache
def services() -> dict[str, Callable[..., Any]]:
    """The public functions of modules called `services` and of those that publish, by their name
    without `core.`."""
    found: dict[str, Callable[..., Any]] = {}
    for path in sorted(ROOT.glob("*/*.py")):
        publishes = "core.outbox.publish import" in path.read_text()
        if path.stem.startswith("services") or publishes:
            name = f"{path.parent.name}.{path.stem}"
            module = import_module(f"core.{name}")
            for function, value in getmembers(module, isfunction):
                if value.__module__ == module.__name__ and not function.startswith("_"):
                    found[f"{name}.{function}"] = value
    return found


OTHERS: Mapping[str, str] = {
    "They read, lock, compute or refuse.": """
        access.services.lock_users access.services.require_grantable
        certificates.services.require_valid
        cohorts.enrolments.locked_cohort cohorts.seats.free_seats cohorts.seats.kinds_open_to
        cohorts.seats.lock_unless_erased cohorts.seats.may_have_seat_of
        cohorts.seats.taken_seats cohorts.seats.waiting_list
        coaching.services.require_future
        files.services.file_store files.services.is_stored files.services.open_file
        files.services.remaining_files
        imports.services.outcome
        programs.services.check_acyclic programs.services.last_number
        reviews.services.own_claim reviews.services.require_learner_consent
        reviews.services.waiting_entry
        restore.renumber.reused_ids submissions.services.lateness_at
        submissions.suggestions.exemplar_texts
        subscriptions.plans.offered_plan subscriptions.plans.require_payable
        subscriptions.plans.require_payable_everywhere
        users.services.lock_unchanged users.services.require_unchanged
        webhooks.services.erasure_subscriptions
    """,
    "They write rows that are not published.": """
        calendars.services.issue_token calendars.services.record_use
        calendars.services.revoke_token certificates.services.withdraw_key
        coaching.services.add_milestone coaching.services.change_milestone
        coaching.services.delete_milestone
        conduct.services.block_other conduct.services.decide conduct.services.report
        export.services.build_export export.services.request_export
        exports.services.build_table exports.services.request_table
        sponsor_reports.services.request_report sponsor_reports.services.write_report
        lessons.services.change_draft lessons.services.delete_draft
        lessons.services.import_text lessons.services.publish_body lessons.services.write_draft
        mentorship.sessions.give_feedback
        files.services.delete_bytes files.services.delete_files files.services.erase_files
        files.services.sweep_orphans files.services.write_blob files.services.write_file
        jobs.services.delete_jobs jobs.services.retry jobs.services.schedule
        limits.services.count_attempt programs.services.follow_quiz notifications.services.mark_read
        notifications.services.notify organizations.services.add_organization
        organizations.services.update_organization programs.services.add_program
        programs.services.restore_program programs.services.retire_program
        programs.services.update_program restore.services.advance_sequences
        restore.services.pending_since reviews.decisions.request_second_opinion
        reviews.decisions.save_draft reviews.services.end_claim reviews.services.extend
        portfolio.services.issue_address portfolio.services.set_portfolio
        portfolio.services.withdraw_address users.api_tokens.exchange
        webhooks.services.change webhooks.services.note_failure webhooks.services.note_success
        webhooks.services.ping webhooks.services.replay webhooks.services.replay_page
        webhooks.services.retry webhooks.services.rotate_secret webhooks.services.schedule_replay
        webhooks.services.send_erasure webhooks.services.subscribe webhooks.services.unsubscribe
    """,
    "They call other services: of the row, the job or the request, or `erase_user`.": """
        erasure.services.erase_oneself idempotency.services.run_once
        imports.services.import_rows jobs.services.run_due jobs.services.run_job
    """,
    "They append facts of rows that do not change.": """
        reconcile.services.republish reconcile.services.republish_user
    """,
    "It writes rows as published facts have them: test_after_restore.": """
        restore.services.bring_back
    """,
}
"""The other services, by the reason."""

IN_A_TRANSACTION = {
    "cohorts.enrolments.activate_paid",
    "cohorts.enrolments.add_entry",
    "cohorts.enrolments.begin_again",
    "cohorts.enrolments.move",
    "cohorts.seats.promote",
    "mentorship.matches.start_match",
    "mentorship.sessions.cancel_all",
    "feedback.services.set_verdict",
    "list_views.services.add_opened",
    "subscriptions.entitlements.follow_subscription",
    "users.api_tokens.end_tokens",
    "users.impersonation.end_views",
    "users.services.end_sign_ins",
}
"""They belong into their caller's transaction."""


def test_every_service_has_one_row() -> None:
    others = [name for names in OTHERS.values() for name in names.split()]
    assert sorted([*PUBLISHING, *others]) == sorted(services())


@pytest.mark.parametrize("name", PUBLISHING)
def test_a_service_appends_the_fact_in_the_transaction_that_writes_the_entity(
    name: str, world: World
) -> None:
    kinds, arguments = PUBLISHING[name]
    values = arguments(world)
    with CaptureQueriesContext(connection) as queries, suppress(InvalidToken):
        if name in IN_A_TRANSACTION:
            with transaction.atomic():
                services()[name](**values)
        else:
            services()[name](**values)
    found = [*transactions(query["sql"] for query in queries)]
    for one in found:
        assert one.entities == one.facts
    assert {kind for one in found for kind in one.entities} == {*kinds.split()}


def test_a_fact_in_another_transaction_is_found() -> None:
    insert = 'INSERT INTO "coaching_goal" ("version") VALUES (1)'
    fact = "WITH queued AS (INSERT INTO outbox_event VALUES ('ongoza.goals')) INSERT"
    block = ["SAVEPOINT a", insert, "RELEASE SAVEPOINT a"]
    assert [*transactions([block[0], insert, fact, block[2]])] == [({"goals"}, {"goals"})]
    apart = [*transactions([*block, "SAVEPOINT b", fact, "RELEASE SAVEPOINT b"])]
    assert apart == [({"goals"}, set()), (set(), {"goals"})]
    undone = ["SAVEPOINT a", insert, "ROLLBACK TO SAVEPOINT a", "RELEASE SAVEPOINT a"]
    assert [*transactions(undone)] == [(set(), set())]
