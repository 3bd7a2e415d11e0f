from django.urls import path

from core.coaching import habit_views, reflection_views, views

GOAL, HABIT = "coaching/goals/<uuid:goal_id>/", "coaching/habits/<uuid:habit_id>/"
REFLECTION = "coaching/reflections/<uuid:reflection_id>/"
urlpatterns = [
    path("coaching/goals/", views.GoalList.as_view()),
    path(GOAL, views.GoalDetail.as_view()),
    path(f"{GOAL}milestones/", views.GoalMilestones.as_view()),
    path(f"{GOAL}milestones/<uuid:milestone_id>/", views.GoalMilestoneDetail.as_view()),
    path("coaching/habits/", habit_views.Habits.as_view()),
    path(HABIT, habit_views.HabitDetail.as_view()),
    path(f"{HABIT}log/", habit_views.HabitLog.as_view()),
    path(f"{HABIT}pauses/", habit_views.Pauses.as_view()),
    path(f"{HABIT}pauses/<id:pause_id>/", habit_views.PauseDetail.as_view()),
    path("coaching/reflections/", reflection_views.Reflections.as_view()),
    path(REFLECTION, reflection_views.ReflectionDetail.as_view()),
    path("student/coaching/overview/", habit_views.Overview.as_view()),
]
