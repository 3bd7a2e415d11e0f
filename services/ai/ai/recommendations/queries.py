"""Reads stored lists."""

# The stored list, unless it is stale: the learner is marked, or the catalogue has changed and an
# item or its course was retired, or has a prerequisite that is neither retired nor completed, by
# itself or with its course. After a change of the catalogue an empty list is stale as well, because
# there may be items to offer. A list is also stale once a mission in it has closed, but a minute
# later (`cache.POPULARITY_SECONDS`): the catalogue that a list is computed from may be that old.
PRECOMPUTED = """
SELECT kept.{column} FROM recommendation AS kept
WHERE user_id = $1
AND NOT EXISTS (SELECT FROM dirty_learner AS dirty WHERE dirty.user_id = $1)
AND coalesce(closes_at > now() - interval '1 minute', true)
AND (
    revision = (SELECT revision FROM catalogue_revision)
    OR content_ids <> '{{}}' AND NOT EXISTS (
        SELECT FROM ({shown}) AS shown (content_id) LEFT JOIN content USING (content_id)
        LEFT JOIN content AS course ON course.content_id = content.course_id
        WHERE coalesce(content.retired, true) OR coalesce(course.retired, false) OR EXISTS (
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
        )
    )
)
"""
PRECOMPUTED_BODY = PRECOMPUTED.format(column="body", shown="SELECT unnest(content_ids)")
PRECOMPUTED_ITEMS = PRECOMPUTED.format(
    column="items, kept.computed_at",
    shown="SELECT item ->> 'content_id' FROM jsonb_array_elements(items) AS item",
)
