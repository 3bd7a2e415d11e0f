"""Reads stored lists."""

# The stored list, unless it is stale: the learner is marked, or the catalogue has changed and an
# item was retired or has a prerequisite that is not completed. After a change of the catalogue an
# empty list is stale as well, because there may be items to offer.
PRECOMPUTED = """
SELECT kept.{column} FROM recommendation AS kept
WHERE user_id = $1
AND NOT EXISTS (SELECT FROM dirty_learner AS dirty WHERE dirty.user_id = $1)
AND (
    revision = (SELECT revision FROM catalogue_revision)
    OR content_ids <> '{{}}' AND NOT EXISTS (
        SELECT FROM ({shown}) AS shown (content_id) LEFT JOIN content USING (content_id)
        WHERE coalesce(content.retired, true) OR EXISTS (
            SELECT FROM unnest(content.prerequisites) AS needed
            WHERE NOT EXISTS (
                SELECT FROM progress
                WHERE progress.user_id = $1 AND progress.content_id = needed
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
