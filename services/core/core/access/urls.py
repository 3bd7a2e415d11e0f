from django.urls import path

from core.access import views

urlpatterns = [
    path("memberships/", views.Memberships.as_view()),
    path("memberships/<uuid:membership_id>/", views.MembershipDetail.as_view()),
]
