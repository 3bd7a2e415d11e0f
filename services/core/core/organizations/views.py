from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.organizations import selectors, serializers, services
from ongoza_contracts.access import Permission


class Organizations(ApiView):
    gives_ids = True
    permissions = {
        "GET": Permission.ORGANIZATION_READ,
        "POST": Permission.ORGANIZATION_MANAGE,
    }
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="organizations_list",
        parameters=PAGE,
        responses=page_of(serializers.OrganizationSerializer),
    )
    def get(self, request: Request) -> Response:
        """The organizations the caller may see."""
        visible = selectors.visible_organizations(self.caller)
        return self.page(visible, serializers.OrganizationSerializer)

    @extend_schema(
        operation_id="organizations_add",
        request=serializers.OrganizationRequest,
        responses={201: serializers.OrganizationSerializer},
    )
    def post(self, request: Request) -> Response:
        """Create an organization. For admins."""
        added = services.add_organization(**self.body(serializers.OrganizationRequest))
        return self.one(added, serializers.OrganizationSerializer, 201)


class OrganizationDetail(ApiView):
    permissions = {
        "GET": Permission.ORGANIZATION_READ,
        "PATCH": Permission.ORGANIZATION_MANAGE,
    }
    if_match_methods = ("PATCH",)
    etag_methods = ("GET", "PATCH")

    @extend_schema(operation_id="organizations_read", responses=serializers.OrganizationSerializer)
    def get(self, request: Request, organization_id: int) -> Response:
        """One organization; 404 for callers who are neither members nor staff."""
        organization = selectors.visible_organization(self.caller, organization_id)
        return self.one(organization, serializers.OrganizationSerializer)

    @extend_schema(
        operation_id="organizations_update",
        request=serializers.OrganizationRequest,
        responses=serializers.OrganizationSerializer,
    )
    def patch(self, request: Request, organization_id: int) -> Response:
        """Change an organization. For admins."""
        changes = self.body(serializers.OrganizationRequest, partial=True)
        changed = services.update_organization(
            organization_id=organization_id, if_match=self.if_match, **changes
        )
        return self.one(changed, serializers.OrganizationSerializer)
