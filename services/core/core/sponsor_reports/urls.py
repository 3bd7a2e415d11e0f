from django.urls import path

from core.sponsor_reports import views

urlpatterns = [
    path("sponsor/reports/", views.SponsorReports.as_view()),
    path("sponsor/reports/<uuid:report_id>/", views.SponsorReportDetail.as_view()),
    path("sponsor/reports/<uuid:report_id>/download/", views.SponsorReportFile.as_view()),
]
