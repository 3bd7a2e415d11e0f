from django.urls import path

from core.users import administration_views, views

urlpatterns = [
    path("auth/signup/", views.SignUp.as_view()),
    path("auth/login/", views.LogIn.as_view()),
    path("auth/token/refresh/", views.Refresh.as_view()),
    path("auth/logout/", views.LogOut.as_view()),
    path("users/me/password/", views.Password.as_view()),
    path("users/<id:user_id>/", views.UserDetail.as_view()),
    path("users/", administration_views.Users.as_view()),
    path("users/<id:user_id>/role/", administration_views.UserRole.as_view()),
    path("users/<id:user_id>/deactivate/", administration_views.DeactivateUser.as_view()),
    path("users/<id:user_id>/activate/", administration_views.ActivateUser.as_view()),
]
