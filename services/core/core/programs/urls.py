from django.urls import path

from core.programs import views

urlpatterns = [
    path("programs/", views.Programs.as_view()),
    path("programs/<id:program_id>/", views.ProgramDetail.as_view()),
    path("programs/<id:program_id>/content/", views.ProgramContent.as_view()),
    path("content/", views.Content.as_view()),
    path("content/<slug:content_id>/", views.ContentDetail.as_view()),
    path("content/<slug:content_id>/retire/", views.RetireContent.as_view()),
    path("content/<slug:content_id>/restore/", views.RestoreContent.as_view()),
    path("tracks/", views.Tracks.as_view()),
]
