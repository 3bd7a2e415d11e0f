"""The routes of coaching, and who may call them."""

from collections.abc import Mapping

from tests.access_matrix import For, Route

ABSENT = "018f0000-0000-7000-8000-00000000dead"

COACHING: Mapping[str, Route] = {
    "GET /coaching/goals/": Route(For.REACHING, "coaching/goals/?user={learner}"),
    "POST /coaching/goals/": Route(For.USERS, body={}),
    "GET /coaching/goals/{goal_id}/": Route(For.REACHING, "coaching/goals/{goal}/"),
    "PATCH /coaching/goals/{goal_id}/": Route(For.USERS, f"coaching/goals/{ABSENT}/", {}),
    "GET /coaching/goals/{goal_id}/milestones/": Route(
        For.REACHING, "coaching/goals/{goal}/milestones/"
    ),
    "POST /coaching/goals/{goal_id}/milestones/": Route(
        For.USERS, f"coaching/goals/{ABSENT}/milestones/", {}
    ),
    "PATCH /coaching/goals/{goal_id}/milestones/{milestone_id}/": Route(
        For.USERS, f"coaching/goals/{ABSENT}/milestones/{ABSENT}/", {}
    ),
    "DELETE /coaching/goals/{goal_id}/milestones/{milestone_id}/": Route(
        For.USERS, f"coaching/goals/{ABSENT}/milestones/{ABSENT}/"
    ),
    "GET /coaching/habits/": Route(For.USERS),
    "POST /coaching/habits/": Route(For.USERS, body={}),
    "GET /coaching/habits/{habit_id}/": Route(For.USERS, f"coaching/habits/{ABSENT}/"),
    "PATCH /coaching/habits/{habit_id}/": Route(For.USERS, f"coaching/habits/{ABSENT}/", {}),
    "GET /coaching/habits/{habit_id}/log/": Route(For.USERS, f"coaching/habits/{ABSENT}/log/"),
    "POST /coaching/habits/{habit_id}/log/": Route(For.USERS, f"coaching/habits/{ABSENT}/log/", {}),
    "POST /coaching/habits/{habit_id}/pauses/": Route(
        For.USERS, f"coaching/habits/{ABSENT}/pauses/", {}
    ),
    "PATCH /coaching/habits/{habit_id}/pauses/{pause_id}/": Route(
        For.USERS, f"coaching/habits/{ABSENT}/pauses/1/", {}
    ),
    "GET /coaching/reflections/": Route(For.USERS),
    "POST /coaching/reflections/": Route(For.USERS, body={}),
    "GET /coaching/reflections/{reflection_id}/": Route(
        For.USERS, f"coaching/reflections/{ABSENT}/"
    ),
    "PATCH /coaching/reflections/{reflection_id}/": Route(
        For.USERS, f"coaching/reflections/{ABSENT}/", {}
    ),
    "DELETE /coaching/reflections/{reflection_id}/": Route(
        For.USERS, f"coaching/reflections/{ABSENT}/"
    ),
    "GET /student/coaching/overview/": Route(For.USERS),
}
