from django.urls import path

from core.notifications import settings_views, views

urlpatterns = [
    path("notifications/", views.Notifications.as_view()),
    path("notifications/unread/", views.UnreadCount.as_view()),
    path("notifications/read/", views.Read.as_view()),
    path("notifications/preferences/", settings_views.NotificationPreferencesDetail.as_view()),
    path("notifications/push-subscriptions/", settings_views.PushSubscriptions.as_view()),
    path(
        "notifications/push-subscriptions/<uuid:subscription_id>/",
        settings_views.PushSubscriptionDetail.as_view(),
    ),
    path("notifications/phone/", settings_views.Phone.as_view()),
    path("notifications/phone/confirm/", settings_views.PhoneConfirm.as_view()),
]
