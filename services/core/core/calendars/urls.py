from django.urls import path

from core.calendars import views

urlpatterns = [
    path("calendar/events/", views.CalendarEvents.as_view()),
    path("calendar/events/<uuid:event_id>/", views.CalendarEventDetail.as_view()),
    path("calendar/events/<uuid:event_id>/cancel/", views.CancelCalendarEvent.as_view()),
    path("calendar/token/", views.FeedTokenDetail.as_view()),
    path("calendar/<str:token>.ics/", views.Feed.as_view()),
]
