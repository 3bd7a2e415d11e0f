from django.urls import path

from core.sponsor_dashboard import views

urlpatterns = [
    path("sponsor/overview/", views.SponsorOverview.as_view()),
    path("sponsor/seats/", views.SponsorSeats.as_view()),
]
