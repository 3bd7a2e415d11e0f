"""Bodies of the routes of terms and guardians."""

from typing import Any

from rest_framework import serializers

from core.kit.serializers import StrictSerializer
from core.users.fields import BirthYearField
from core.users.serializers import NewEmailField, TokenField


class GuardianRequest(StrictSerializer):
    email = NewEmailField(help_text="The guardian's address, not the caller's own.")


class BirthYearRequest(StrictSerializer):
    birth_year = BirthYearField()


class GuardianLinkRequest(StrictSerializer):
    email = NewEmailField(help_text="The guardian's own address.")


class GuardianAnswerRequest(StrictSerializer):
    """`given` is false to refuse, or to withdraw a consent."""

    token = TokenField()
    given = serializers.BooleanField()


class GuardianStatus(serializers.Serializer[Any]):
    """Whether the caller needs a guardian's consent, and has it."""

    is_minor = serializers.BooleanField()
    adult_from = serializers.DateField(allow_null=True)
    is_asked = serializers.BooleanField(help_text="Whether the caller named a guardian.")
    is_given = serializers.BooleanField()
    is_birth_year_missing = serializers.BooleanField(
        help_text="Whether the caller has to say the year of birth first, by PATCH."
    )


class TermsStatus(serializers.Serializer[Any]):
    """The terms in force; consent of kind `terms` to this version accepts them."""

    version = serializers.CharField()
    is_accepted = serializers.BooleanField()
