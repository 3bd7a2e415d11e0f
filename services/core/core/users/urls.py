from django.urls import path

from core.users import (
    api_token_views,
    mailed_link_views,
    oidc_views,
    preference_views,
    second_factor_views,
    sign_in_views,
    views,
)

urlpatterns = [
    path("auth/signup/", views.SignUp.as_view()),
    path("auth/login/", views.LogIn.as_view()),
    path("auth/token/refresh/", views.Refresh.as_view()),
    path("auth/logout/", views.LogOut.as_view()),
    path("auth/login/link/", mailed_link_views.LogInLink.as_view()),
    path("auth/login/second-factor/", second_factor_views.SecondFactorLogIn.as_view()),
    path("auth/login/second-factor/enrol/", second_factor_views.RequiredEnrolment.as_view()),
    path(
        "auth/login/second-factor/enrol/confirm/",
        second_factor_views.RequiredEnrolmentConfirm.as_view(),
    ),
    path("auth/oidc/<slug:provider>/", oidc_views.OidcBegin.as_view()),
    path("auth/oidc/<slug:provider>/finish/", oidc_views.OidcFinish.as_view()),
    path("auth/totp/", second_factor_views.Totp.as_view()),
    path("auth/totp/confirm/", second_factor_views.TotpConfirm.as_view()),
    path("auth/verify-email/", mailed_link_views.VerifyEmail.as_view()),
    path("auth/password/reset/", mailed_link_views.PasswordReset.as_view()),
    path("auth/password/reset/confirm/", mailed_link_views.PasswordResetConfirm.as_view()),
    path("auth/sessions/", sign_in_views.SignIns.as_view()),
    path("auth/sessions/<uuid:sign_in_id>/", sign_in_views.SignInDetail.as_view()),
    path("auth/tokens/", api_token_views.ApiTokens.as_view()),
    path("auth/tokens/<uuid:token_id>/", api_token_views.ApiTokenDetail.as_view()),
    path("auth/token/exchange/", api_token_views.Exchange.as_view()),
    path("users/me/preferences/", preference_views.PreferencesDetail.as_view()),
    path("users/me/consents/", preference_views.Consents.as_view()),
    path("users/me/password/", views.Password.as_view()),
    path("users/<id:user_id>/", views.UserDetail.as_view()),
]
