"""The team's own rows: each written once per version, whatever is delivered and in which order."""

import sqlite3
from dataclasses import dataclass

from ongoza_contracts.codec import Received
from ongoza_contracts.consumer import Read
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.users import UserErased

TABLES = """
CREATE TABLE IF NOT EXISTS progress (
    user_id INTEGER, content_id TEXT, version INTEGER NOT NULL, status TEXT NOT NULL,
    percentage REAL NOT NULL, PRIMARY KEY (user_id, content_id)
);
CREATE TABLE IF NOT EXISTS erased (user_id INTEGER PRIMARY KEY);
"""
# The guard: an older version, and whoever was erased, changes nothing.
UPSERT = """
INSERT INTO progress SELECT ?1, ?2, ?3, ?4, ?5
WHERE NOT EXISTS (SELECT 1 FROM erased WHERE user_id = ?1)
ON CONFLICT (user_id, content_id) DO UPDATE SET
    version = excluded.version, status = excluded.status, percentage = excluded.percentage
WHERE excluded.version > progress.version
"""
STATS = """
SELECT content_id, count(*), sum(status = 'completed'), avg(percentage)
FROM progress GROUP BY content_id ORDER BY count(*) DESC, content_id
"""


@dataclass(frozen=True)
class Engagement:
    content_id: str
    learners: int
    completed: int
    mean_percentage: float


class Store:
    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path)
        self._db.executescript(TABLES)

    def take(self, read: Read) -> None:
        """Only what this team needs; everything else is passed over."""
        match read:
            case Received(fact=ProgressUpdated() as fact):
                row = (fact.user_id, fact.content_id, fact.version, fact.status)
                self._db.execute(UPSERT, (*row, fact.completion_percentage))
            case Received(fact=UserErased(user_id=user_id)):
                self._db.execute("INSERT OR IGNORE INTO erased VALUES (?)", (user_id,))
                self._db.execute("DELETE FROM progress WHERE user_id = ?", (user_id,))

    def commit(self) -> None:
        """Before the offsets are committed: what comes twice changes nothing."""
        self._db.commit()

    def percentage(self, user_id: int, content_id: str) -> float | None:
        sql = "SELECT percentage FROM progress WHERE user_id = ? AND content_id = ?"
        row = self._db.execute(sql, (user_id, content_id)).fetchone()
        return row[0] if row else None

    def engagement(self) -> list[Engagement]:
        return [Engagement(*row) for row in self._db.execute(STATS)]
