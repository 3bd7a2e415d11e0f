"""Empties the tables between tests that commit. TRUNCATE of all tables takes half a second, and
Django's flush fills the tables of permissions again each time."""

from functools import cache
from typing import Any

import asyncpg
from django.db import connection, transaction

NOT_EMPTIED = {"auth_permission", "django_content_type"}
"""Django fills them after it migrates; no test writes to them."""
EMPTY_GENERATION = """
UPDATE catalogue_revision SET revision = 0;
DO $$
DECLARE
    name text;
    is_filled boolean;
BEGIN
    FOR name IN
        SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname IN ('g1', 'public')
            AND tablename NOT IN ('generation', 'schema_migration', 'catalogue_revision')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO is_filled;
        IF is_filled THEN
            EXECUTE format('TRUNCATE %s', name);
        END IF;
    END LOOP;
END $$
"""


async def empty_generation(pool: asyncpg.Pool) -> None:
    """Empties ai's tables, as before any fact was applied."""
    await pool.execute(EMPTY_GENERATION)


def empty_core(_: Any) -> None:
    """Deletes the rows of core's models, also those of writers that are still at work.
    Replaces `TransactionTestCase._fixture_teardown`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_statements())


@cache
def _statements() -> str:
    """Triggers and foreign keys are off, so the order of the tables is free."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    names = [f'"{name}"' for name in tables if name not in NOT_EMPTIED]
    return "; ".join((
        f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE",
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {name}" for name in names),  # noqa: S608
    ))  # fmt: skip
