"""Each kind of statement that the last release does not survive is found, and no other."""

import pytest

from scripts.upgrade.sql_rules import created_tables, faults

INDEXED = "builds an index while writers of progress wait (CONCURRENTLY)"
CONSTRAINED = "adds a column with a constraint, for which writers wait: table progress"
REWRITTEN = (
    "adds a column with a value of its own for each row, which rewrites the table: table progress"
)
BREAKING = {
    "DROP TABLE progress;": "drops the table progress",
    "DROP TABLE IF EXISTS g1.progress;": "drops the table progress",
    "DROP FUNCTION count_added();": "drops the function count_added",
    "ALTER TABLE progress DROP COLUMN score;": "drops a column: table progress",
    "ALTER TABLE progress DROP score;": "drops a column: table progress",
    "alter table only progress\n    drop column if exists score": "drops a column: table progress",
    "ALTER TABLE progress ADD a int, DROP score;": "drops a column: table progress",
    "ALTER TABLE progress RENAME score TO points;": "renames: table progress",
    "ALTER TABLE progress RENAME TO reports;": "renames: table progress",
    "ALTER TABLE progress SET SCHEMA old;": "moves a table: table progress",
    "ALTER TABLE progress ALTER score SET NOT NULL;": "makes a column NOT NULL: table progress",
    "ALTER TABLE progress ALTER COLUMN score DROP DEFAULT;": "drops a default: table progress",
    "ALTER TABLE progress ALTER score TYPE bigint;": "changes a column's type: table progress",
    "ALTER TABLE progress ADD COLUMN points numeric(4, 1) NOT NULL;": (
        "adds a column that is NOT NULL without a default: table progress"
    ),
    "ALTER TABLE progress ADD CONSTRAINT positive CHECK (score > 0);": (
        "adds a constraint that existing rows are checked by (NOT VALID is not): table progress"
    ),
    "CREATE UNIQUE INDEX ON progress (score);": INDEXED,
    "CREATE INDEX by_score ON progress (score);": INDEXED,
    "DO $$ BEGIN EXECUTE format('ALTER TABLE %I.progress '\n  'RENAME score TO points', 'g1');"
    " END $$;": "renames: table progress",
    "DO $$ BEGIN EXECUTE format('ALTER TABLE %1$I.progress DROP score', 'g1'); END $$;": (
        "drops a column: table progress"
    ),
    "DROP TABLE progress; CREATE TABLE progress (id int);": "drops the table progress",
    "DROP VIEW live.progress;": "drops the view progress",
    "DROP INDEX CONCURRENTLY IF EXISTS g1.by_score;": "drops the index by_score",
    "EXECUTE format('DROP TABLE %I', old);": "drops the table %i",
    "TRUNCATE TABLE g1.progress CASCADE;": "empties the table progress",
    "ALTER VIEW live.progress RENAME TO reports;": "renames: view progress",
    'ALTER TABLE "progress" DROP "score";': "drops a column: table progress",
    "CREATE INDEX IF NOT EXISTS by_score ON progress (score);": INDEXED,
    'CREATE UNIQUE INDEX "by_score" ON "progress" (score);': INDEXED,
    "EXECUTE format('CREATE INDEX %I ON %I.progress (score)', name, schema);": INDEXED,
    "ALTER TABLE progress ADD points int UNIQUE;": CONSTRAINED,
    "ALTER TABLE progress ADD points int PRIMARY KEY;": CONSTRAINED,
    "ALTER TABLE progress ADD content_id text REFERENCES content;": CONSTRAINED,
    "ALTER TABLE progress ADD id uuid NOT NULL DEFAULT gen_random_uuid();": REWRITTEN,
    "ALTER TABLE progress ADD points int DEFAULT (1 + random () * 9);": REWRITTEN,
    "ALTER TABLE progress ADD number bigserial;": REWRITTEN,
    "ALTER TABLE progress ADD number bigint NOT NULL GENERATED ALWAYS AS IDENTITY;": REWRITTEN,
    "ALTER TABLE progress ADD half int GENERATED ALWAYS AS (score / 2) STORED;": REWRITTEN,
}
EXPANDING = [
    "CREATE TABLE progress (score int NOT NULL); CREATE INDEX ON progress (score);",
    "CREATE TABLE g1.report (id int); ALTER TABLE g1.report ALTER id SET NOT NULL;",
    "ALTER TABLE progress ADD points integer;",
    "ALTER TABLE progress ADD COLUMN points integer NOT NULL DEFAULT 0;",
    "ALTER TABLE progress ADD at timestamptz NOT NULL DEFAULT now();",
    "ALTER TABLE progress ADD points numeric(4, 1) NOT NULL DEFAULT 0 CHECK (points > 0);",
    "ALTER TABLE progress ALTER id SET DEFAULT gen_random_uuid();",
    "CREATE TRIGGER emptied BEFORE TRUNCATE ON progress EXECUTE FUNCTION refuse();",
    "ALTER TABLE progress ALTER score DROP NOT NULL, ALTER score SET DEFAULT 0;",
    "ALTER TABLE progress DROP CONSTRAINT positive;",
    "ALTER TABLE progress ADD CONSTRAINT positive CHECK (score > 0) NOT VALID;",
    "ALTER TABLE progress ADD CONSTRAINT one UNIQUE USING INDEX by_score;",
    "CREATE INDEX CONCURRENTLY by_score ON progress (score);",
    "-- ALTER TABLE progress DROP score;\n/* DROP TABLE progress; */ SELECT 1;",
    "UPDATE progress SET score = 0; DELETE FROM progress;",
    "CREATE OR REPLACE VIEW live.progress AS SELECT * FROM g1.progress;",
]


@pytest.mark.parametrize(("sql", "fault"), BREAKING.items())
def test_a_statement_that_the_last_release_does_not_survive_is_found(sql: str, fault: str) -> None:
    assert faults(sql) == [fault]


@pytest.mark.parametrize("sql", EXPANDING)
def test_a_statement_that_only_expands_is_not_reported(sql: str) -> None:
    assert faults(sql) == []


def test_tables_of_earlier_new_migrations_may_change() -> None:
    new = created_tables("CREATE TABLE IF NOT EXISTS %I.report (id int);")
    assert new == {"report"}
    sql = "ALTER TABLE report RENAME id TO number; CREATE INDEX ON report (number);"
    assert len(faults(sql)) == 2
    assert faults(sql, new) == []
    assert faults("DROP TABLE report;", new) == []


def test_every_name_of_a_list_is_found() -> None:
    assert len(faults("DROP TABLE IF EXISTS g1.progress, report; TRUNCATE progress, report;")) == 4
    assert faults("DROP FUNCTION count(int, text), sum(int);") == [
        "drops the function count",
        "drops the function sum",
    ]


def test_every_action_of_one_statement_is_found() -> None:
    sql = (
        "ALTER TABLE progress DROP a, ALTER b SET NOT NULL, ADD CHECK (c IN (1, 2)), RENAME d TO e;"
    )
    assert len(faults(sql)) == 4
