from django.urls import path

from core.feedback import views

urlpatterns = [
    path("feedback/", views.FeedbackList.as_view()),
    path("feedback/<str:content_id>/", views.OneFeedback.as_view()),
]
