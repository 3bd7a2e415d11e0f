from django.urls import path

from core.jobs import views

urlpatterns = [
    path("jobs/", views.JobList.as_view()),
    path("jobs/<id:job_id>/retry/", views.JobRetry.as_view()),
]
