from django.urls import path

from core.director_dashboard import views

urlpatterns = [
    path("director/overview/", views.DirectorOverview.as_view()),
    path("director/cohorts/", views.DirectorCohorts.as_view()),
    path("director/at-risk/", views.LearnersAtRisk.as_view()),
    path("director/compare/", views.DirectorComparison.as_view()),
]
