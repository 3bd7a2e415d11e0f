"""The routes of conversations, flags, group sessions and of mentors' work."""

from django.urls import path

from core.mentorship import (
    flags_views,
    groups_views,
    mentees_views,
    messages_views,
    notes_views,
    workqueue_views,
)

MATCH = "mentorship/matches/<uuid:match_id>/"
GROUP = "mentorship/groups/<uuid:group_id>/"

urlpatterns = [
    path(f"{MATCH}messages/", messages_views.Messages.as_view()),
    path(f"{MATCH}messages/read/", messages_views.ReadMessages.as_view()),
    path(f"{MATCH}artifacts/<uuid:artifact_id>/", messages_views.ArtifactContent.as_view()),
    path(f"{MATCH}notes/", notes_views.Notes.as_view()),
    path("mentorship/notes/<uuid:note_id>/", notes_views.NoteDetail.as_view()),
    path("mentorship/flags/", flags_views.Flags.as_view()),
    path("mentorship/flags/<uuid:flag_id>/", flags_views.FlagDetail.as_view()),
    path("mentorship/flags/<uuid:flag_id>/resolve/", flags_views.ResolveFlag.as_view()),
    path("mentorship/workqueue/", workqueue_views.WorkQueue.as_view()),
    path("mentorship/mentees/<id:user_id>/", mentees_views.Mentee.as_view()),
    path("mentorship/groups/", groups_views.GroupSessions.as_view()),
    path(GROUP, groups_views.GroupSessionDetail.as_view()),
    path(f"{GROUP}cancel/", groups_views.CancelGroupSession.as_view()),
    path(f"{GROUP}seats/", groups_views.GroupSeats.as_view()),
]
