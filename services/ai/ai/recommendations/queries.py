"""Reads stored lists."""

# One read: the list, unless something changed since that it does not show: of the learner, who is
# marked then; or of its items, when the catalogue is another by now. By then an empty list is no
# answer: there may be something to do.
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
