from django.urls import path

from core.coaching import views

urlpatterns = [
    path("coaching/goals/", views.GoalList.as_view()),
    path("coaching/goals/<uuid:goal_id>/", views.GoalDetail.as_view()),
]
