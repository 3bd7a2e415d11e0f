from django.urls import path

from core.webhooks import views

ONE = "webhook-subscriptions/<uuid:subscription_id>/"

urlpatterns = [
    path("webhook-subscriptions/", views.WebhookSubscriptions.as_view()),
    path(ONE, views.WebhookSubscriptionDetail.as_view()),
    path(f"{ONE}deliveries/", views.WebhookDeliveries.as_view()),
    path(f"{ONE}ping/", views.WebhookPing.as_view()),
    path(f"{ONE}replay/", views.WebhookReplay.as_view()),
    path(f"{ONE}secret/", views.WebhookSecret.as_view()),
]
