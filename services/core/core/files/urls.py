from django.urls import path

from core.files import views

urlpatterns = [
    path("files/", views.FileList.as_view()),
    path("files/<uuid:file_id>/", views.FileDetail.as_view()),
    path("files/<uuid:file_id>/content/", views.FileContent.as_view()),
]
