from django.urls import path

from core.erasure import views
from core.kit import ids  # noqa: F401  (the converter <id:...>)

urlpatterns = [path("internal/erasures/<id:user_id>/", views.Erasure.as_view())]
