from django.urls import path

from core.erasure import views

urlpatterns = [
    path("users/me/", views.Me.as_view()),
    path("internal/erasures/<id:user_id>/", views.Erasure.as_view()),
]
