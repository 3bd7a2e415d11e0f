from django.urls import path

from core.dashboard import views

urlpatterns = [path("student/overview/", views.StudentOverview.as_view())]
