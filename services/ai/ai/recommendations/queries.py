"""Reads stored lists."""

from collections.abc import Sequence

import asyncpg

from ai.catalogue.catalogue import Catalogue
from ai.recommendations.lists import text_in, text_of

# The stored lists of some learners, without those in which a mission closed more than a minute ago:
# the catalogue that a list is computed from may be that old (`cache.POPULARITY_SECONDS`).
STORED = """
SELECT user_id, lines, computed_at, dirty.user_id IS NOT NULL AS is_marked,
    revision = (SELECT revision FROM catalogue_revision) AS is_current
FROM recommendation LEFT JOIN dirty_learner AS dirty USING (user_id) WHERE user_id = ANY($1)
AND coalesce(closes_at > now() - interval '1 minute', true)
"""
# Of these items of a stored list those that may be shown still: neither they nor their courses were
# retired, every prerequisite is retired or completed, by itself or with its course, and the learner
# has neither progress on them or their courses that is newer than the list, nor refused them, or
# refused a course of theirs that is not in progress.
MAY_BE_SHOWN = """
WITH refused AS (
    SELECT coalesce(body ->> 'content_id', body ->> 'target') AS content_id FROM entity
    WHERE user_id = $1 AND (
        kind = 'feedback' AND body ->> 'verdict' = 'not_for_me'
        OR kind = 'dismissals' AND body ->> 'dismissed' = 'true'
            AND body ->> 'kind' = 'recommendation'
    )
)
SELECT shown.content_id FROM unnest($2::text[]) AS shown (content_id)
JOIN content USING (content_id)
LEFT JOIN content AS course ON course.content_id = content.course_id
WHERE NOT content.retired AND NOT coalesce(course.retired, false) AND NOT EXISTS (
    SELECT FROM unnest(content.prerequisites) AS needed
    LEFT JOIN content AS item ON item.content_id = needed
    LEFT JOIN content AS needed_course ON needed_course.content_id = item.course_id
    WHERE NOT coalesce(item.retired, false)
    AND NOT coalesce(needed_course.retired, false)
    AND NOT EXISTS (
        SELECT FROM progress
        WHERE progress.user_id = $1 AND progress.content_id IN (needed, item.course_id)
        AND status = 'completed'
    )
) AND NOT EXISTS (
    SELECT FROM progress JOIN recommendation AS kept USING (user_id)
    WHERE user_id = $1 AND progress.content_id IN (content.content_id, content.course_id)
    AND version > coalesce((made_from -> 'progress' ->> progress.content_id)::bigint, 0)
) AND content.content_id NOT IN (SELECT content_id FROM refused) AND NOT EXISTS (
    SELECT FROM refused WHERE refused.content_id = content.course_id AND NOT EXISTS (
        SELECT FROM progress
        WHERE progress.user_id = $1 AND progress.content_id = refused.content_id
        AND status = 'in_progress'
    )
)
"""
TEXTS = """
SELECT content_id, content_type, title, description FROM content WHERE content_id = ANY($1)
"""


async def load_texts(
    db: asyncpg.Pool, catalogue: Catalogue, content_ids: Sequence[str]
) -> Sequence[bytes]:
    """Of each item: of the catalogue in memory, and from the database what it does not have."""
    texts = {one: text_in(catalogue, one) for one in content_ids if one in catalogue.position}
    if missing := [one for one in content_ids if one not in texts]:
        for row in await db.fetch(TEXTS, missing):
            texts[row["content_id"]] = text_of(*row)
    return [texts[one] for one in content_ids]


async def may_be_shown(db: asyncpg.Pool, user_id: int, content_ids: Sequence[str]) -> set[str]:
    """Those items of a learner's stored list that facts since then allow."""
    return {row["content_id"] for row in await db.fetch(MAY_BE_SHOWN, user_id, content_ids)}
