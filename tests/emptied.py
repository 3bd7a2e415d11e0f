"""Empties the tables between tests that commit. TRUNCATE of all tables takes half a second, and
Django's flush fills the tables of permissions again each time."""

from functools import cache
from typing import Any

import asyncpg
from django.db import connection

KEPT = {"auth_permission", "django_content_type"}
"""Filled by migrations; tests do not write to them."""
GENERATION = """
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
    """Of ai, as it is when nothing was applied yet."""
    await pool.execute(GENERATION)


def empty_tables(_: Any) -> None:
    """Of core's models; takes the place of `TransactionTestCase._fixture_teardown`."""
    with connection.cursor() as cursor:
        cursor.execute(_deletions())


@cache
def _deletions() -> str:
    """Without triggers and foreign keys, so in any order."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return "; ".join((
        "BEGIN",
        "SET LOCAL session_replication_role = replica",
        *(f'DELETE FROM "{name}"' for name in tables if name not in KEPT),  # noqa: S608
        "COMMIT",
    ))  # fmt: skip
