from django.urls import path

from core.exports import views

urlpatterns = [
    path("exports/", views.TableExports.as_view()),
    path("exports/<uuid:export_id>/", views.TableExportDetail.as_view()),
    path("exports/<uuid:export_id>/download/", views.TableExportFile.as_view()),
]
