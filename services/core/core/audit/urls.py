from django.urls import path

from core.audit import views

urlpatterns = [path("audit/", views.Audit.as_view())]
