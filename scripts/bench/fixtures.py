"""A large ai database: what learners chose is generated once and stored, then copied in."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ai.embeddings.cache import REMEMBER
from ai.embeddings.encoder import open_encoder
from ai.kit.db import Db
from ai.kit.vectors import Matrix
from ai.projections.documents import document, text_sha256
from ai.projections.marks import mark_catalogue
from ai.projections.tables import write_content, write_learners
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.vocabulary import ProgressStatus
from scripts.bench import product
from scripts.bench.figures import short
from scripts.stack.stack import PROJECT

FIXTURES = PROJECT / ".local" / "bench"
FACTS, COMPLETED = 30, 25
"""Of each learner; the rest is in progress."""
ACTIVE = 20
"""One learner in so many had a fact within the last week, the others 40 days ago or earlier."""
LEARNERS_A_CHUNK, ROWS_A_STATEMENT = 500, 300_000
POPULARITY, OWN_TRACK, NOISE, BLENDED = 0.8, 3.0, 1.0, 0.3
"""How choices and vectors are made: Zipf's exponent, log-odds of the learner's track, disorder of
levels, share of noise in a copy's vector."""
Picks = NDArray[np.int32]

PLACES = """
CREATE TEMPORARY TABLE place AS
SELECT place, content_id, item.content_type
FROM unnest($1::text[]) WITH ORDINALITY AS wanted (content_id, place)
JOIN content AS item USING (content_id)
"""
# A learner's facts are a day apart.
FILL = f"""
INSERT INTO progress (
    user_id, content_id, version, content_type, status, completion_percentage, created_at,
    updated_at, completion_source, completed_at, activity
)
SELECT user_id, content_id, 1, content_type, CASE WHEN done THEN '{ProgressStatus.COMPLETED}'
    ELSE '{ProgressStatus.IN_PROGRESS}' END, CASE WHEN done THEN 100 ELSE 40 END, at, at, 'self',
    CASE WHEN done THEN at END, '{{"retried": null, "weeks": null}}'
FROM (
    SELECT user_id, content_id, content_type, step < {COMPLETED} AS done,
        now() - make_interval(days => {FACTS} - step) - CASE WHEN user_id % {ACTIVE} = 0
            THEN make_interval(hours => user_id % 140)
            ELSE make_interval(days => 40 + user_id % 300) END AS at
    FROM (
        SELECT ($1 + (n - 1) / {FACTS})::integer, ((n - 1) % {FACTS})::integer, place + 1
        FROM unnest($2::integer[]) WITH ORDINALITY AS chosen (place, n)
    ) AS numbered (user_id, step, place) JOIN place USING (place)
) AS fact
"""  # noqa: S608 - constants
# Everybody signed in when their last fact was reported.
SIGN_IN = """
INSERT INTO sign_in (user_id, sign_in_id, version, started_at)
SELECT user_id, gen_random_uuid(), 1, max(updated_at) FROM progress GROUP BY user_id
"""
# As the worker notes it, which deletes the others after 30 days.
SEEN = """
INSERT INTO learner_seen (user_id, seen_on)
SELECT user_id, max(updated_at)::date AS seen_on FROM progress GROUP BY user_id
HAVING max(updated_at) > now() - interval '30 days'
"""


class Fill(NamedTuple):
    learners: int
    items: int
    on_topics: bool = False
    """Whether a row publishes it, instead of finding it in the database."""

    def __str__(self) -> str:
        return f"{short(self.learners)} x {short(self.items)}"


async def fill(learners: int, items: int) -> None:
    """Fills generation g1 of a new database."""
    facts, vectors = catalogue(items)
    chosen = picks(items, learners)
    async with await product.ai_pool(statement_timeout="0") as pool, pool.acquire() as db:
        await write_content(db, facts)
        await _write_vectors(db, facts, vectors)
        await write_learners(db, [*product.user_facts(learners)])
        await db.execute(PLACES, [item.content_id for item in facts])
        per_statement = ROWS_A_STATEMENT // FACTS
        for first in range(0, learners, per_statement):
            rows = chosen[first : first + per_statement]
            await db.execute(FILL, first + 1, rows.ravel().tolist())
        await db.execute(SIGN_IN)
        await db.execute(SEEN)
        await mark_catalogue(db)
        await db.execute("VACUUM ANALYZE")


async def _write_vectors(db: Db, items: list[ContentPublished], vectors: Matrix) -> None:
    digests = [text_sha256(document(one.title, one.description, one.skills)) for one in items]
    ids = [item.content_id for item in items]
    records = [*zip(ids, digests, vectors, strict=True)]
    await db.copy_records_to_table("content_vector", records=records)
    model = product.model_key()
    await db.executemany(REMEMBER, [(*model, digest, row) for _, digest, row in records])


def catalogue(count: int) -> tuple[list[ContentPublished], Matrix]:
    """The demo's items, then copies of them with numbers, which are near to what they copy."""
    originals = product.catalogue_facts()
    texts = [document(item.title, item.description, item.skills) for item in originals]
    copies = math.ceil(count / len(originals))
    noise = np.random.default_rng(5).normal(size=(count, 384)).astype(np.float32)
    noise *= BLENDED / np.linalg.norm(noise, axis=1, keepdims=True)
    noise[: len(originals)] = 0
    vectors = np.tile(open_encoder().encode(texts), (copies, 1))[:count] + noise
    return catalogue_facts(count), vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def catalogue_facts(count: int) -> list[ContentPublished]:
    originals = product.catalogue_facts()
    copies = math.ceil(count / len(originals))
    return [_copy(item, number) for number in range(copies) for item in originals][:count]


def _copy(item: ContentPublished, number: int) -> ContentPublished:
    if not number:
        return item
    changes = {
        "content_id": _copy_id(item.content_id, number),
        "title": f"{item.title} ({number})",
        "prerequisites": tuple(_copy_id(needed, number) for needed in item.prerequisites),
    }
    return item.model_copy(update=changes)


def _copy_id(content_id: str, number: int) -> str:
    """Raises the first number of the id, which is below 1000 in the demo."""
    kind, first, *rest = content_id.split("-")
    return "-".join((kind, str(int(first) + 1000 * number), *rest))


def picks(items: int, learners: int) -> Picks:
    """Row per learner: the places of their items, oldest first."""
    path = FIXTURES / f"picks-{learners}-{items}.npy"
    if path.exists():
        stored: Picks = np.load(path)
        return stored
    made = np.concatenate([*_choose(catalogue_facts(items), learners)])
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, made)
    return made


def _choose(items: list[ContentPublished], learners: int) -> Iterator[Picks]:
    """Popular items and those of the learner's track more often, easier ones earlier."""
    random = np.random.default_rng(18)
    popularity = -POPULARITY * np.log(1 + random.permutation(len(items))).astype(np.float32)
    tracks = np.array([product.TRACKS.index(item.track) for item in items])
    levels = np.array([item.level for item in items], np.float32)
    for first in range(0, learners, LEARNERS_A_CHUNK):
        users = np.arange(first + 1, min(first + LEARNERS_A_CHUNK, learners) + 1)
        own = tracks[None, :] == (users % len(product.TRACKS))[:, None]
        chance = random.random((len(users), len(items)), np.float32)
        keys = popularity + OWN_TRACK * own - np.log(-np.log(chance + 1e-9))
        chosen = np.argpartition(-keys, FACTS, axis=1)[:, :FACTS]
        hard = levels[chosen] + NOISE * random.normal(size=chosen.shape)
        yield np.take_along_axis(chosen, hard.argsort(axis=1), axis=1).astype(np.int32)
