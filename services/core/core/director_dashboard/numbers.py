"""The numbers of directors' dashboards: of the cohorts that the caller manages, or of one."""

from core.director_dashboard.risks import DEFINITIONS
from core.kit.numbers import define

COHORTS = define("cohorts", "Cohorts in the state.", "cohorts")
SEATS = define("seats", "The seats of all pools of the cohort.", "seats")
ENROLMENTS = define(
    "enrolments",
    "Enrolments in the state, one for each application: a learner who applies again to a cohort "
    "has several.",
    "enrolments",
)
LEARNERS = define("learners", "People with an active enrolment; each counts once.", "learners")
ACTIVE_7_DAYS = define(
    "active_7_days",
    "Those of `learners` for whom progress changed, who began or handed in work, began a quiz or "
    "recorded a day of a habit in the last 7 days.",
    "learners",
)
AT_RISK = define(
    "at_risk", "Those of `learners` for whom at least one rule of risk holds.", "learners"
)
REVIEWS_WAITING = define(
    "reviews_waiting",
    "Submissions of `learners` that wait for a review, claimed ones included. Those of minors "
    "without a guardian's consent may not be reviewed, and do not count.",
    "submissions",
)
REVIEWS_OVERDUE = define(
    "reviews_overdue", "Those of `reviews_waiting` whose promised time has passed.", "submissions"
)
UNRECORDED_SESSIONS = define(
    "unrecorded_sessions",
    "Confirmed mentoring sessions of `learners` that ended and of which the mentor did not record "
    "whether they were held.",
    "sessions",
)
UNRECORDED_HOURS = define(
    "unrecorded_hours", "The length of the `unrecorded_sessions` together.", "hours"
)
COMPLETIONS = define(
    "completions",
    "Items that learners whose enrolment in these cohorts became active, whatever its state now, "
    "had completed by the time.",
    "items",
)
PASSED = define(
    "passed",
    "Submissions of learners whose enrolment in these cohorts became active, whatever its state "
    "now, that were passed at the time.",
    "submissions",
)
RISKS = {
    rule: define(
        f"at_risk.{rule}", f"Those of `learners` for whom it holds: {definition}", "learners"
    )
    for rule, definition in DEFINITIONS.items()
}
