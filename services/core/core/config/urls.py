"""Every route of core. Each app keeps its own under /api/v1/."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from core.config import health

handler400 = "core.kit.errors.bad_request"
handler403 = "core.kit.errors.permission_denied"
handler404 = "core.kit.errors.page_not_found"
handler500 = "core.kit.errors.server_error"

APPS = (
    "core.users",
    "core.organizations",
    "core.programs",
    "core.progress",
    "core.feedback",
    "core.profiling",
    "core.erasure",
    "core.reconcile",
)

urlpatterns = [
    *(path("api/v1/", include(f"{app}.urls")) for app in APPS),
    path("api/v1/health/", health.Live.as_view()),
    path("api/v1/health/ready/", health.Ready.as_view()),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("admin/", admin.site.urls),
]
