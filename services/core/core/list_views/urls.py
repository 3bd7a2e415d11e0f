from django.urls import path

from core.list_views import views

urlpatterns = [
    path("student/list-views/", views.ListViews.as_view()),
    path("student/dismissals/", views.Dismissals.as_view()),
    path(
        "student/dismissals/<slug:dismissal_kind>/<slug:target>/", views.DismissalDetail.as_view()
    ),
]
