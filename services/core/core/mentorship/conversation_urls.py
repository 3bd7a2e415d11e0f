"""The routes of conversations."""

from django.urls import path

from core.mentorship import messages_views

MATCH = "mentorship/matches/<uuid:match_id>/"

urlpatterns = [
    path(f"{MATCH}messages/", messages_views.Messages.as_view()),
    path(f"{MATCH}messages/read/", messages_views.ReadMessages.as_view()),
    path(f"{MATCH}artifacts/<uuid:artifact_id>/", messages_views.ArtifactContent.as_view()),
]
