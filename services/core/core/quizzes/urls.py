from django.urls import path

from core.quizzes import views

urlpatterns = [
    path("quizzes/", views.Quizzes.as_view()),
    path("quizzes/<id:quiz_id>/", views.QuizDetail.as_view()),
    path("quizzes/<id:quiz_id>/versions/", views.QuizVersions.as_view()),
    path("quizzes/<id:quiz_id>/retire/", views.RetireQuiz.as_view()),
    path("quizzes/<id:quiz_id>/restore/", views.RestoreQuiz.as_view()),
    path("quizzes/<id:quiz_id>/statistics/", views.QuizStatistics.as_view()),
    path("quizzes/<id:quiz_id>/attempts/", views.QuizAttempts.as_view()),
    path("quizzes/<id:quiz_id>/attempts/<uuid:attempt_id>/", views.QuizAttemptDetail.as_view()),
    path(
        "quizzes/<id:quiz_id>/attempts/<uuid:attempt_id>/submit/",
        views.SubmitQuizAttempt.as_view(),
    ),
]
