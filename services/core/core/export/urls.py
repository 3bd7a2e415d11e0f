from django.urls import path

from core.export import views

urlpatterns = [
    path("users/me/export/", views.ExportDetail.as_view()),
    path("users/me/export/download/", views.ExportDownload.as_view()),
]
