"""What everybody may read: whether a certificate is valid, and the keys of credentials."""

from contextlib import suppress
from uuid import UUID

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.certificates import credentials, selectors, serializers
from core.certificates.pages import verification_page
from core.certificates.throttles import VerificationThrottle
from core.files.schema import Download
from core.kit.errors import NotFound
from core.kit.permissions import Principal
from core.users.base_views import PublicView

JSON, HTML = "application/json", "text/html"


class _PublicView(PublicView):
    takes_credentials = False
    throttle_classes = (VerificationThrottle,)


class Verification(_PublicView):
    permissions = {"GET": Principal.ANYONE}

    @extend_schema(
        operation_id="certificates_verify",
        responses={(200, JSON): serializers.VerificationSerializer, (200, HTML): Download},
    )
    def get(self, request: Request, certificate_id: UUID) -> HttpResponse:
        """Whether a certificate is valid, and whose it is: JSON, or a page where `Accept` prefers
        HTML. 404 for one that was never issued or whose learner was erased."""
        found = selectors.public_certificate(certificate_id)
        if _prefers_page(request):
            response = verification_page(found)
        elif found is None:
            raise NotFound
        else:
            response = Response(serializers.VerificationSerializer(found).data)
        patch_vary_headers(response, ["Accept"])
        return response


def _prefers_page(request: Request) -> bool:
    """False for an `Accept` that is malformed."""
    with suppress(ValueError):
        return request._request.get_preferred_type([JSON, HTML]) == HTML
    return False


class Revocation(_PublicView):
    permissions = {"GET": Principal.ANYONE}

    @extend_schema(operation_id="certificates_status", responses=serializers.Revocations)
    def get(self, request: Request, certificate_id: UUID) -> Response:
        """The revocation list that the certificate's credential names: it or nothing."""
        found = selectors.public_certificate(certificate_id)
        if found is None:
            raise NotFound
        return Response(credentials.revocations(found))


class SigningKeys(_PublicView):
    permissions = {"GET": Principal.ANYONE}

    @extend_schema(operation_id="certificate_keys_list", responses=serializers.PublicKeys)
    def get(self, request: Request) -> Response:
        """The JSON Web Key Set of all credentials: the present key and the former ones."""
        keys = [credentials.published_key(key) for key in selectors.published_keys()]
        return Response({"keys": keys})


class SigningKeyDetail(_PublicView):
    permissions = {"GET": Principal.ANYONE}

    @extend_schema(operation_id="certificate_keys_read", responses=serializers.PublicKey)
    def get(self, request: Request, key_id: str) -> Response:
        """One JSON Web Key, at the address that is its id in credentials."""
        found = selectors.published_keys().filter(pk=key_id).first()
        if found is None:
            raise NotFound
        return Response(credentials.published_key(found))
