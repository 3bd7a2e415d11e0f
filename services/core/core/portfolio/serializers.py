from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.kit.serializers import ProseField, StrictSerializer
from core.kit.user_texts import user_text_html
from core.portfolio.models import Portfolio
from core.portfolio.selectors import ShownItem, shown_items
from core.portfolio.services import NewItem
from core.submissions.models import ARTIFACT_KINDS, Artifact, Submission

MAX_ITEMS = 50


class ShownRequest(StrictSerializer):
    """A passed submission or a valid certificate of the caller."""

    submission = serializers.UUIDField(required=False, allow_null=True, default=None)
    certificate = serializers.UUIDField(required=False, allow_null=True, default=None)
    shows_work = serializers.BooleanField(
        default=False, help_text="Show the texts and links that were handed in, too."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["submission"] is None) == (attrs["certificate"] is None):
            raise serializers.ValidationError("Give either a submission or a certificate.")
        return attrs


class SetPortfolioRequest(StrictSerializer):
    headline = serializers.CharField(max_length=120, allow_blank=True)
    about = ProseField(max_length=2000, allow_blank=True, help_text="Markdown.")
    may_be_indexed = serializers.BooleanField(
        default=False, help_text="Whether search engines may list the public page."
    )
    items = serializers.ListField(child=ShownRequest(), max_length=MAX_ITEMS)

    def validate_items(self, items: list[dict[str, Any]]) -> list[NewItem]:
        shown = [NewItem(**one) for one in items]
        if len({one[:2] for one in shown}) < len(shown):
            raise serializers.ValidationError("Show each thing once.")
        return shown


class PassedWorkSerializer(serializers.ModelSerializer[Submission]):
    """Work of the caller that the portfolio can show."""

    submission = serializers.UUIDField(source="pk", read_only=True)
    title = serializers.CharField(source="mission.title", read_only=True)
    passed_at = serializers.DateTimeField(source="decided_at", read_only=True, allow_null=True)

    class Meta:
        model = Submission
        fields = ("submission", "title", "passed_at")


class ShownArtifactSerializer(serializers.ModelSerializer[Artifact]):
    """A text or link as it was handed in; `sha256` is that of the receipt."""

    kind = serializers.ChoiceField(choices=ARTIFACT_KINDS)
    html = serializers.SerializerMethodField(help_text="Sanitized; empty for a link.")

    class Meta:
        model = Artifact
        fields = ("kind", "name", "html", "url", "sha256")
        read_only_fields = fields

    def get_html(self, artifact: Artifact) -> str:
        return user_text_html(artifact.text)


class ShownWorkSerializer(serializers.Serializer[ShownItem]):
    """Work that a reviewer passed."""

    submission = serializers.UUIDField(source="item.submission_id")
    content_id = serializers.CharField(source="item.submission.mission.content_id", allow_null=True)
    title = serializers.CharField(source="item.submission.mission.title")
    skills = serializers.ListField(
        child=serializers.CharField(), source="item.submission.mission.skills"
    )
    difficulty = serializers.IntegerField(source="item.submission.mission.difficulty")
    passed_at = serializers.DateTimeField(source="item.submission.decided_at", allow_null=True)
    content_sha256 = serializers.CharField(
        source="item.submission.content_sha256",
        help_text="Of what was handed in, as on its receipt.",
    )
    shows_work = serializers.BooleanField(source="item.shows_work")
    artifacts = ShownArtifactSerializer(many=True)


class ShownCertificateSerializer(serializers.Serializer[ShownItem]):
    """A certificate, with the address where anybody can verify it."""

    certificate = serializers.UUIDField(source="item.certificate_id")
    program = serializers.CharField(source="item.certificate.program_title")
    completed_on = serializers.DateField(source="item.certificate.completed_on")
    verify_url = serializers.SerializerMethodField()

    def get_verify_url(self, one: ShownItem) -> str:
        return f"{settings.API_URL}/api/v1/certificates/{one.item.certificate_id}/verify/"


class PortfolioItemSerializer(serializers.Serializer[ShownItem]):
    """One of both is null."""

    work = serializers.SerializerMethodField()
    certificate = serializers.SerializerMethodField()

    @extend_schema_field(ShownWorkSerializer(allow_null=True))
    def get_work(self, one: ShownItem) -> Any:
        return ShownWorkSerializer(one).data if one.item.submission_id else None

    @extend_schema_field(ShownCertificateSerializer(allow_null=True))
    def get_certificate(self, one: ShownItem) -> Any:
        return ShownCertificateSerializer(one).data if one.item.certificate_id else None


class PublicPortfolioSerializer(serializers.Serializer[Portfolio]):
    """What everybody with the address reads. The name is that of the account."""

    name = serializers.CharField(source="user.full_name")
    headline = serializers.CharField()
    about_html = serializers.SerializerMethodField(help_text="Sanitized.")
    may_be_indexed = serializers.BooleanField()
    items = serializers.SerializerMethodField()
    changed_at = serializers.DateTimeField()

    def get_about_html(self, portfolio: Portfolio) -> str:
        return user_text_html(portfolio.about)

    @extend_schema_field(PortfolioItemSerializer(many=True))
    def get_items(self, portfolio: Portfolio) -> Any:
        return [PortfolioItemSerializer(one).data for one in shown_items(portfolio)]


class PortfolioSerializer(PublicPortfolioSerializer):
    """One's own portfolio, as it is shown now."""

    about = serializers.CharField(help_text="Markdown.")
    address = serializers.CharField(
        allow_null=True, help_text="The last part of the public page's address; null without one."
    )
