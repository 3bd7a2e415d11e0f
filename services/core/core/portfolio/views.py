from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.portfolio import selectors, services
from core.portfolio.serializers import (
    PassedWorkSerializer,
    PortfolioSerializer,
    PublicPortfolioSerializer,
    SetPortfolioRequest,
)
from core.portfolio.throttles import PublicPageThrottle
from core.users.base_views import ConsentedView, PublicView

NOT_INDEXED = {"X-Robots-Tag": "noindex, nofollow, noarchive"}


class OwnPortfolio(ConsentedView):
    permissions = {"GET": Principal.USER, "PUT": Principal.USER}
    etag_methods = ("GET", "PUT")
    if_match_methods = ("PUT",)

    @extend_schema(operation_id="portfolio_read", responses=PortfolioSerializer)
    def get(self, request: Request) -> Response:
        """The caller's portfolio; an empty one without an address for somebody who has none."""
        return self.one(selectors.own_portfolio(self.caller), PortfolioSerializer)

    @extend_schema(
        operation_id="portfolio_set", request=SetPortfolioRequest, responses=PortfolioSerializer
    )
    def put(self, request: Request) -> Response:
        """Replace what the portfolio shows, in this order: passed work and valid certificates of
        the caller. The address stays. 409 `unknown_work`."""
        changed = services.set_portfolio(
            user=self.caller, if_match=self.if_match, **self.body(SetPortfolioRequest)
        )
        return self.one(changed, PortfolioSerializer)


class PassedWorks(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="portfolio_list_works",
        parameters=[*PAGE],
        responses=page_of(PassedWorkSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's passed work, which the portfolio can show."""
        works = selectors.own_works(self.caller).select_related("mission")
        return self.page(works, PassedWorkSerializer)


class PortfolioAddress(ConsentedView):
    permissions = {"POST": Principal.USER, "DELETE": Principal.USER}
    gives_ids = True
    etag_methods = ("POST",)

    @extend_schema(
        operation_id="portfolio_publish", request=None, responses={201: PortfolioSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make the portfolio public under a new address; a former one leads nowhere from now on.
        409 `minor_has_no_page`."""
        return self.one(services.issue_address(user=self.caller), PortfolioSerializer, 201)

    @extend_schema(operation_id="portfolio_withdraw", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Take the public page back; 404 if there is none."""
        services.withdraw_address(user=self.caller)
        return Response(status=204)


class PublicPortfolio(PublicView):
    takes_credentials = False
    throttle_classes = (PublicPageThrottle,)
    permissions = {"GET": Principal.ANYONE}

    @extend_schema(
        operation_id="portfolio_read_public",
        parameters=[OpenApiParameter("address", str, OpenApiParameter.PATH)],
        responses=PublicPortfolioSerializer,
    )
    def get(self, request: Request, address: str) -> Response:
        """A public portfolio. 404 for an address that leads nowhere, or nowhere any more."""
        found = selectors.public_portfolio(address)
        headers = {} if found.may_be_indexed else NOT_INDEXED
        return Response(PublicPortfolioSerializer(found).data, headers=headers)
