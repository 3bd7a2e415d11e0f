from django.urls import path

from core.imports import views

urlpatterns = [
    path("content/import/", views.ContentImports.as_view()),
    path("content/import/<uuid:import_id>/", views.ContentImport.as_view()),
    path("competencies/import/", views.CompetencyImports.as_view()),
    path("competencies/import/<uuid:import_id>/", views.CompetencyImport.as_view()),
    path("missions/import/", views.MissionImports.as_view()),
    path("missions/import/<uuid:import_id>/", views.MissionImport.as_view()),
    path("missions/<uuid:mission_id>/export/", views.MissionExport.as_view()),
    path("programs/import/", views.ProgramImports.as_view()),
    path("programs/import/<uuid:import_id>/", views.ProgramImport.as_view()),
    path("programs/<id:program_id>/export/", views.ProgramExport.as_view()),
    path("progress/import/", views.ProgressImports.as_view()),
    path("progress/import/<uuid:import_id>/", views.ProgressImport.as_view()),
]
