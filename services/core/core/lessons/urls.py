from django.urls import path

from core.lessons import views

BODY, BODIES = "content/<slug:content_id>/body/", "content/<slug:content_id>/bodies/"

urlpatterns = [
    path("body-sizes/", views.BodySizes.as_view()),
    path(BODY, views.ContentBody.as_view()),
    path(f"{BODY}files/<uuid:file_id>/", views.ContentBodyFile.as_view()),
    path(BODIES, views.BodyVersions.as_view()),
    path(f"{BODIES}<uuid:body_id>/", views.BodyVersion.as_view()),
    path(f"{BODIES}<uuid:body_id>/publish/", views.PublishBody.as_view()),
]
