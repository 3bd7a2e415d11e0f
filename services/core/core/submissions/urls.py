from django.urls import path

from core.submissions import artifact_views, views

ONE = "submissions/<uuid:submission_id>/"
ARTIFACT = f"{ONE}artifacts/<uuid:artifact_id>/"

urlpatterns = [
    path("missions/<uuid:mission_id>/submissions/", views.MissionSubmissions.as_view()),
    path("missions/<uuid:mission_id>/extensions/", views.Extensions.as_view()),
    path(ONE, views.SubmissionDetail.as_view()),
    path(f"{ONE}submit/", views.Submit.as_view()),
    path(f"{ONE}withdraw/", views.Withdraw.as_view()),
    path(f"{ONE}receipt/", views.Receipt.as_view()),
    path(f"{ONE}similarities/", views.Similarities.as_view()),
    path(f"internal/{ONE}exemplars/", views.Exemplars.as_view()),
    path(f"internal/{ONE}suggestion/", views.StoredSuggestion.as_view()),
    path(f"{ONE}artifacts/", artifact_views.Artifacts.as_view()),
    path(ARTIFACT, artifact_views.ArtifactDetail.as_view()),
    path(f"{ARTIFACT}content/", artifact_views.ArtifactContent.as_view()),
    path("receipts/verify/", views.VerifyReceipt.as_view()),
]
