"""Reads from the projections what checks and reviews of the same work came to."""

import asyncpg

from ai.kit.db import Db
from ai.suggestions.agreement import Agreements, Count, agreements
from ongoza_contracts.reviews import ReviewOutcome
from ongoza_contracts.suggestions import SuggestionCheck, SuggestionVerdict

# Verdicts on work that did not change any more, by what its newest review came to.
COUNTS = """
SELECT found ->> 'check' AS check, found ->> 'verdict' AS verdict, review.outcome, count(*) AS count
FROM entity AS suggestion
CROSS JOIN LATERAL jsonb_array_elements(suggestion.body -> 'checks') AS found
CROSS JOIN LATERAL (
    SELECT body ->> 'outcome' AS outcome FROM entity
    WHERE kind = 'reviews' AND user_id = suggestion.user_id
        AND body ->> 'submission_id' = suggestion.body ->> 'submission_id'
    ORDER BY (body ->> 'decided_at')::timestamptz DESC, key DESC LIMIT 1
) AS review
WHERE suggestion.kind = 'suggestions' AND NOT (suggestion.body -> 'on_draft')::boolean
    AND (suggestion.body -> 'rule_version')::integer = $1
    AND found ->> 'verdict' <> 'not_enough_data'
GROUP BY 1, 2, 3
"""


async def load_agreements(db: Db | asyncpg.Pool, rule_version: int) -> Agreements:
    """By verdicts of these rules alone."""
    return agreements(
        Count(
            SuggestionCheck(row["check"]),
            SuggestionVerdict(row["verdict"]),
            ReviewOutcome(row["outcome"]),
            row["count"],
        )
        for row in await db.fetch(COUNTS, rule_version)
    )
