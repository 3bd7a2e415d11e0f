from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.audit import selectors
from core.audit.filters import AuditFilters
from core.audit.serializers import AuditEntrySerializer
from core.kit.filters import apply_filters
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from ongoza_contracts.access import Permission


class Audit(ApiView):
    permissions = {"GET": Permission.AUDIT_READ}
    query_parameters = (*PAGE_PARAMETERS, *AuditFilters.names())

    @extend_schema(
        operation_id="audit_list",
        parameters=[*AuditFilters.parameters(), *PAGE],
        responses=page_of(AuditEntrySerializer),
    )
    def get(self, request: Request) -> Response:
        """Who changed what and when, newest first: all for admins; for directors what concerns
        members of their organizations, as far as they may read it."""
        rows = selectors.visible_history(self.caller)
        return self.page(apply_filters(AuditFilters, request, rows), AuditEntrySerializer)
