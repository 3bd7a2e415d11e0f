from django.urls import path

from core.reviews import views

urlpatterns = [
    path("reviews/queue/", views.ReviewQueue.as_view()),
    path("reviews/claims/", views.OwnClaims.as_view()),
    path("reviews/<uuid:submission_id>/", views.ReviewedSubmission.as_view()),
    path("reviews/<uuid:submission_id>/claim/", views.ClaimSubmission.as_view()),
    path("reviews/<uuid:submission_id>/extend/", views.ExtendClaim.as_view()),
    path("reviews/<uuid:submission_id>/release/", views.ReleaseClaim.as_view()),
    path("reviews/<uuid:submission_id>/take-away/", views.TakeClaimAway.as_view()),
    path("reviews/<uuid:submission_id>/draft/", views.Draft.as_view()),
    path("reviews/<uuid:submission_id>/decide/", views.DecideReview.as_view()),
    path("reviews/<uuid:submission_id>/regrade/", views.Regrade.as_view()),
    path("submissions/<uuid:submission_id>/reviews/", views.SubmissionReviews.as_view()),
    path("submissions/<uuid:submission_id>/waiting/", views.SubmissionWait.as_view()),
    path("submissions/<uuid:submission_id>/second-opinion/", views.SecondOpinion.as_view()),
]
