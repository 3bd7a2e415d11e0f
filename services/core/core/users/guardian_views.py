"""Routes of the terms of use, and of the consent of a minor's guardian."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from core.kit.permissions import Principal
from core.users import guardian_serializers as serializers
from core.users import guardians, preferences
from core.users.base_views import AccountView, PublicView
from core.users.serializers import MailOnItsWay
from core.users.throttles import GuardianThrottle, MailedTokenThrottle, MailThrottle

MAIL_ON_ITS_WAY = {"detail": "If the address is that of a guardian, a mail is on its way."}


class Terms(AccountView):
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="users_me_terms", responses=serializers.TermsStatus)
    def get(self, request: Request) -> Response:
        """The version of the terms in force, and whether the caller has accepted it."""
        return Response(serializers.TermsStatus(preferences.terms_of(self.caller)).data)


class Guardian(AccountView):
    permissions = {"GET": Principal.USER, "PATCH": Principal.USER, "POST": Principal.USER}

    def get_throttles(self) -> list[BaseThrottle]:
        return [MailThrottle(), GuardianThrottle()] if self.request.method == "POST" else []

    @extend_schema(operation_id="users_me_guardian", responses=serializers.GuardianStatus)
    def get(self, request: Request) -> Response:
        """Whether the caller needs a guardian's consent, and has it."""
        return Response(serializers.GuardianStatus(guardians.status_of(self.caller)).data)

    @extend_schema(
        operation_id="users_me_guardian_birth_year",
        request=serializers.BirthYearRequest,
        responses=serializers.GuardianStatus,
    )
    def patch(self, request: Request) -> Response:
        """Say the year of birth, once, if it is missing. It is not stored, only until when the
        caller is a minor. 409 `birth_year_known` if it is not missing."""
        body = self.body(serializers.BirthYearRequest)
        guardians.record_birth_year(user=self.caller, **body)
        return Response(serializers.GuardianStatus(guardians.status_of(self.caller)).data)

    @extend_schema(
        operation_id="users_me_guardian_ask",
        request=serializers.GuardianRequest,
        responses={202: serializers.GuardianStatus},
    )
    def post(self, request: Request) -> Response:
        """Name a guardian, who gets a mail with a link to consent.

        409 for an adult, and once a guardian has consented; 403 `birth_year_required` while the
        year of birth is missing. The address cannot be the caller's own.
        """
        guardians.ask_guardian(user=self.caller, **self.body(serializers.GuardianRequest))
        return Response(serializers.GuardianStatus(guardians.status_of(self.caller)).data, 202)


class GuardianConsent(PublicView):
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (MailedTokenThrottle,)

    @extend_schema(
        operation_id="guardian_consents_answer",
        request=serializers.GuardianAnswerRequest,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Consent as a minor's guardian, refuse, or withdraw, by the mailed token."""
        guardians.answer(**self.body(serializers.GuardianAnswerRequest))
        return Response(status=204)


class GuardianLink(PublicView):
    takes_credentials = False
    permissions = {"POST": Principal.ANYONE}
    throttle_classes = (MailThrottle, GuardianThrottle)

    @extend_schema(
        operation_id="guardian_consents_link",
        request=serializers.GuardianLinkRequest,
        responses={202: MailOnItsWay},
    )
    def post(self, request: Request) -> Response:
        """Ask, as a guardian, for another link. The answer does not tell whose guardian somebody
        is."""
        guardians.request_links(**self.body(serializers.GuardianLinkRequest))
        return Response(MAIL_ON_ITS_WAY, 202)
