from django.urls import path

from core.conduct import views

QUEUED = "conduct/queue/<uuid:report_id>/"

urlpatterns = [
    path("conduct/reports/", views.Reports.as_view()),
    path("conduct/reports/<uuid:report_id>/", views.ReportDetail.as_view()),
    path("conduct/queue/", views.Queue.as_view()),
    path(QUEUED, views.QueuedReport.as_view()),
    path(f"{QUEUED}transitions/", views.ReportTransitions.as_view()),
    path("conduct/blocks/", views.Blocks.as_view()),
    path("conduct/blocks/<uuid:block_id>/", views.BlockDetail.as_view()),
]
