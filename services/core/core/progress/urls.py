from django.urls import path

from core.progress import views

urlpatterns = [
    path("progress/", views.ProgressList.as_view()),
    path("progress/<id:progress_id>/", views.ProgressDetail.as_view()),
    path("progress/<id:progress_id>/attempts/", views.ProgressAttempts.as_view()),
    path("users/<id:user_id>/progress/", views.LearnerProgress.as_view()),
]
