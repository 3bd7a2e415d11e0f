from django.urls import path

from core.feedback import views

urlpatterns = [
    path("feedback/", views.FeedbackList.as_view()),
    path("feedback/<slug:content_id>/", views.FeedbackDetail.as_view()),
]
