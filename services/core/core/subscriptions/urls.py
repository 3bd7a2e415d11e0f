from django.urls import path

from core.subscriptions import payment_views, views

SUBSCRIPTION = "subscriptions/<uuid:subscription_id>/"

urlpatterns = [
    path("subscriptions/plans/", views.Plans.as_view()),
    path("subscriptions/", views.Subscriptions.as_view()),
    path(f"{SUBSCRIPTION}cancel/", views.Cancel.as_view()),
    path(f"{SUBSCRIPTION}resume/", views.Resume.as_view()),
    path(f"{SUBSCRIPTION}change-plan/", views.ChangePlan.as_view()),
    path(f"{SUBSCRIPTION}preview/", payment_views.PreviewUpgrade.as_view()),
    path(f"{SUBSCRIPTION}pay/", payment_views.Pay.as_view()),
    path("payments/stripe/webhook/", payment_views.StripeWebhook.as_view()),
    path("payments/mpesa/callback/<str:secret>/", payment_views.MpesaCallback.as_view()),
    path("payments/mpesa/reversal/<str:secret>/", payment_views.MpesaReversal.as_view()),
    path("invoices/", views.Invoices.as_view()),
    path("entitlements/", views.Entitlements.as_view()),
    path("entitlements/<uuid:entitlement_id>/end/", views.EndEntitlement.as_view()),
]
