from django.urls import path

from core.organizations import views

urlpatterns = [
    path("organizations/", views.Organizations.as_view()),
    path("organizations/<id:organization_id>/", views.OrganizationDetail.as_view()),
]
