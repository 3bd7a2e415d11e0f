from django.urls import path

from core.mentorship import conversation_urls, mentor_views, views

REQUEST = "mentorship/requests/<uuid:request_id>/"
MATCH = "mentorship/matches/<uuid:match_id>/"
SESSION = "mentorship/sessions/<uuid:session_id>/"

urlpatterns = [
    path("mentors/", mentor_views.Mentors.as_view()),
    path("mentors/<id:mentor_id>/", mentor_views.MentorDetail.as_view()),
    path("mentors/<id:mentor_id>/slots/", mentor_views.MentorSlots.as_view()),
    path("mentorship/requests/", views.Requests.as_view()),
    path(REQUEST, views.RequestDetail.as_view()),
    path(f"{REQUEST}accept/", views.AcceptRequest.as_view()),
    path(f"{REQUEST}decline/", views.DeclineRequest.as_view()),
    path(f"{REQUEST}withdraw/", views.WithdrawRequest.as_view()),
    path("mentorship/matches/", views.Matches.as_view()),
    path(MATCH, views.MatchDetail.as_view()),
    path(f"{MATCH}end/", views.EndMatch.as_view()),
    path("mentorship/sessions/", views.Sessions.as_view()),
    path(SESSION, views.SessionDetail.as_view()),
    path(f"{SESSION}move/", views.MoveSession.as_view()),
    path(f"{SESSION}confirm/", views.ConfirmSession.as_view()),
    path(f"{SESSION}cancel/", views.CancelSession.as_view()),
    path(f"{SESSION}attendance/", views.SessionAttendance.as_view()),
    path(f"{SESSION}feedback/", views.FeedbackOfSession.as_view()),
    *conversation_urls.urlpatterns,
]
