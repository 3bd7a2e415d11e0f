from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.certificates import selectors, services
from core.certificates.credentials import signed_credential
from core.certificates.documents import pdf_document
from core.certificates.serializers import CertificateSerializer, IssueRequest, RevokeRequest
from core.files.schema import Download
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param, user_id_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from ongoza_contracts.access import Permission
from ongoza_contracts.certificates import CertificateState

PDF, CREDENTIAL = "application/pdf", "application/vc+jwt"
FILTERS = [
    OpenApiParameter("user", int, description="Id of the learner; by default the caller."),
    OpenApiParameter("state", str, enum=list(CertificateState)),
]


class Certificates(ApiView):
    permissions = {"GET": Permission.LEARNER_READ, "POST": Principal.USER}
    etag_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "user", "state")

    @extend_schema(
        operation_id="certificates_list",
        parameters=[*FILTERS, *PAGE],
        responses=page_of(CertificateSerializer),
    )
    def get(self, request: Request) -> Response:
        """A learner's certificates: the caller's own, or those of a learner whom the caller may
        read or whose cohort the caller manages."""
        rows = selectors.certificates_of(self.caller, user_id_param(request, self.caller.id))
        if state := enum_param(request, "state", CertificateState):
            rows = rows.filter(state=state)
        return self.page(rows, CertificateSerializer)

    @extend_schema(
        operation_id="certificates_issue",
        request=IssueRequest,
        responses={200: CertificateSerializer, 201: CertificateSerializer},
    )
    def post(self, request: Request) -> Response:
        """Issue the certificate of a completed enrolment: the caller's own, or one in a cohort that
        the caller manages. 200 for one that has a valid certificate already. 409 `not_completed`,
        `not_confirmed`, `no_name`, `letters_missing` or `certificate_revoked`."""
        enrolment_id = self.body(IssueRequest)["enrolment"]
        issued = services.issue_certificate(issued_by=self.caller, enrolment_id=enrolment_id)
        status = 201 if issued.is_new else 200
        return self.one(issued.certificate, CertificateSerializer, status)


class CertificateDetail(ApiView):
    permissions = {"GET": Permission.LEARNER_READ}
    etag_methods = ("GET",)

    @extend_schema(operation_id="certificates_read", responses=CertificateSerializer)
    def get(self, request: Request, certificate_id: UUID) -> Response:
        """One certificate: one's own, or that of a learner within reach or of a cohort that the
        caller manages; else 404."""
        found = selectors.visible_certificate(self.caller, certificate_id)
        return self.one(found, CertificateSerializer)


class RevokeCertificate(ApiView):
    permissions = {"POST": Permission.COHORT_MANAGE}
    etag_methods = ("POST",)
    if_match_methods = ("POST",)

    @extend_schema(
        operation_id="certificates_revoke", request=RevokeRequest, responses=CertificateSerializer
    )
    def post(self, request: Request, certificate_id: UUID) -> Response:
        """Revoke a certificate for good, with a reason that its learner reads. For those who manage
        its cohort; only they issue another one."""
        revoked = services.revoke_certificate(
            revoked_by=self.caller,
            certificate_id=certificate_id,
            if_match=self.if_match,
            **self.body(RevokeRequest),
        )
        return self.one(revoked, CertificateSerializer)


class CertificateDocument(ApiView):
    permissions = {"GET": Permission.LEARNER_READ}

    @extend_schema(operation_id="certificates_pdf", responses={(200, PDF): Download})
    def get(self, request: Request, certificate_id: UUID) -> HttpResponse:
        """Download a certificate as PDF, with a QR code that leads to its public page. 409
        `certificate_revoked`."""
        found = selectors.visible_certificate(self.caller, certificate_id)
        services.require_valid(found)
        return _attachment(pdf_document(found), PDF, f"certificate-{found.pk}.pdf")


class Credential(ApiView):
    permissions = {"GET": Permission.LEARNER_READ}

    @extend_schema(operation_id="certificates_credential", responses={(200, CREDENTIAL): Download})
    def get(self, request: Request, certificate_id: UUID) -> HttpResponse:
        """Download a certificate as Open Badges 3.0 credential, signed as JSON Web Token. 409
        `certificate_revoked`, or `credentials_off` on a server without a key."""
        found = selectors.visible_certificate(self.caller, certificate_id)
        services.require_valid(found)
        return _attachment(signed_credential(found), CREDENTIAL, f"certificate-{found.pk}.jwt")


def _attachment(content: bytes | str, media_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=media_type, headers=headers)
