from django.urls import path

from core.programs import program_views, views

urlpatterns = [
    path("programs/", program_views.Programs.as_view()),
    path("programs/<id:program_id>/", program_views.ProgramDetail.as_view()),
    path("programs/<id:program_id>/retire/", program_views.RetireProgram.as_view()),
    path("programs/<id:program_id>/restore/", program_views.RestoreProgram.as_view()),
    path("programs/<id:program_id>/versions/", program_views.Versions.as_view()),
    path("programs/<id:program_id>/versions/<id:number>/", program_views.VersionDetail.as_view()),
    path("milestones/", program_views.Milestones.as_view()),
    path("milestones/<id:milestone_id>/", program_views.MilestoneDetail.as_view()),
    path("milestones/<id:milestone_id>/retire/", program_views.RetireMilestone.as_view()),
    path("milestones/<id:milestone_id>/restore/", program_views.RestoreMilestone.as_view()),
    path("programs/<id:program_id>/content/", views.ProgramContent.as_view()),
    path("content/", views.Content.as_view()),
    path("content/<slug:content_id>/", views.ContentDetail.as_view()),
    path("content/<slug:content_id>/retire/", views.RetireContent.as_view()),
    path("content/<slug:content_id>/restore/", views.RestoreContent.as_view()),
    path("competencies/", views.Competencies.as_view()),
    path("tracks/", views.Tracks.as_view()),
]
