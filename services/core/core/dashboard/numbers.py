"""The numbers of a learner's overview."""

from core.kit.numbers import define

REQUIRED_TOTAL = define(
    "required_total",
    "The modules, missions and courses without modules that the enrolment's version of the program "
    "requires.",
    "items",
)
REQUIRED_DONE = define(
    "required_done",
    "Those of `required_total` that the learner completed by another's word, be it in an earlier "
    "attempt; a module counts with its course.",
    "items",
)
MILESTONE_TOTAL = define(
    "milestone_total", "Those of `required_total` that stand in the milestone.", "items"
)
MILESTONE_DONE = define(
    "milestone_done", "Those of `required_done` that stand in the milestone.", "items"
)
STREAK = define(
    "streak",
    "The last days on which the habit was due and done, one after the other, or weeks for a habit "
    "of so many times a week; a skipped or paused one neither breaks nor lengthens it.",
    "days or weeks",
)
BEST_STREAK = define(
    "best_streak", "The longest `streak` that the habit ever had.", "days or weeks"
)
STRENGTH = define(
    "strength",
    "How firm the habit is: it rises with each day or week done, and of a daily habit half is left "
    "after 13 days that were not done.",
    "0 to 1",
)
GOALS = define("goals", "The learner's goals in the state.", "goals")
COMPLETED_7_DAYS = define(
    "completed_7_days", "Items that the learner first completed in the last 7 days.", "items"
)
COMPLETED_28_DAYS = define(
    "completed_28_days", "Items that the learner first completed in the last 28 days.", "items"
)
