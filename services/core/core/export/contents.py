"""Which rows of core are in a user's archive: derived from the models, not listed.

A row is a user's if it refers to the user, or if it would be deleted with a row that does. A row
that only loses its reference when the user is erased is about somebody else. Every reference that
is left out stands in `LEFT_OUT` with the reason.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.db.models import CASCADE, SET_NULL, BinaryField, Field, ForeignKey, Model, Q, QuerySet

from core.coaching.models import Reflection
from core.coaching.reflections import decrypt
from core.cohorts.models import Enrolment
from core.conduct.models import Report
from core.mentorship.conversation_models import Flag, Message, Note
from core.mentorship.messages import read_content
from core.organizations.models import Invitation
from core.outbox.models import DeletedEntityKey, FactHistory
from core.subscriptions.models import Charge
from core.users.models import User
from core.users.user_keys import TextCipher, TextUnreadable, text_cipher

LEFT_OUT: Mapping[str, str] = {
    "access.Membership.granted_by": "roles that you gave to other people are their data",
    "admin.LogEntry.user": "it names the accounts of other people that staff changed",
    "coaching.ReflectionShare.mentor": "reflections that learners let you read are theirs",
    "cohorts.Announcement.author": "an announcement belongs to its cohort",
    "cohorts.Enrolment.confirmed_by": "enrolments whose payment you confirmed are other people's",
    "conduct.Decision.actor": "decisions about reports are about other people",
    "conduct.Report.reported": "reports about you would name the people who made them",
    "idempotency.StoredResponse.user": "copies of answers that you had, some about other people",
    "mentorship.Block.blocked": "that somebody blocked you is their data",
    "mentorship.Flag.raised_by": "flags that you raised are data of the learners",
    "mentorship.Flag.resolved_by": "flags that you resolved are data of the learners",
    "mentorship.GroupSeat.session": "seats in your group sessions are the learners' data",
    "mentorship.Match.mentor": "that they have a mentor is the learners' data",
    "mentorship.MentorshipRequest.mentor": "requests for a mentor are the learners' data",
    "mentorship.MentorshipRequest.preferred": "requests for a mentor are the learners' data",
    "mentorship.Message.author": "messages in a match are data of its learner",
    "mentorship.Note.author": "notes about a match are data of its learner",
    "mentorship.Session.mentor": "sessions with learners are the learners' data",
    "missions.FlagAttempt.owner": "flags of yours that other people entered are their data",
    "organizations.Invitation.invited_by": "it holds the addresses of people whom you invited",
    "reviews.Claim.submission": "claims of your submissions are reviewers' data",
    "reviews.Claim.taken_by": "claims that you took away are reviewers' data",
    "reviews.Review.reviewer": "reviews that you wrote are data of their learners",
    "reviews.ReviewDraft.reviewer": "drafts of reviews are about other people",
    "reviews.ReviewDraft.submission": "drafts of reviews are no results",
    "submissions.Extension.granted_by": "extensions that you granted are data of their learners",
    "subscriptions.Entitlement.granted_by": "features that you gave are data of the learners",
    "users.Impersonation.viewer": "accounts that you viewed as staff are other people's data",
}
LEFT_OUT_COLUMNS: Mapping[str, str] = {
    "missions.FlagAttempt.outcome": "it would tell that a flag that you entered is somebody else's",
    "missions.FlagAttempt.owner": "flags of other people that you entered are their data",
}
"""Columns of rows that are in an archive without them, with the reason."""
SECRET = re.compile("password|hash|secret|token|jti|encrypted|private|^auth$|p256dh")
"""Columns whose names match are left out, as are all binary ones."""


@dataclass(frozen=True)
class PrivateTexts:
    """What is encrypted in the rows of a model, readable with the cipher of their owner."""

    owner: str
    """The attribute, or path of attributes, that is the id of the user whose key it is."""
    read: Callable[[Any, TextCipher], Mapping[str, object]]

    @property
    def related(self) -> list[str]:
        """What is read with each row."""
        return self.owner.split(".")[:-1]


PRIVATE_TEXTS: Mapping[type[Model], PrivateTexts] = {
    Flag: PrivateTexts("learner_id", lambda row, cipher: {"note": _decrypt(row, cipher)}),
    Message: PrivateTexts("match.learner_id", lambda row, own: asdict(read_content(row, own))),
    Note: PrivateTexts("match.learner_id", lambda row, own: {"text": _decrypt(row, own)}),
    Reflection: PrivateTexts("user_id", lambda row, own: {"text": decrypt([row], own)[0].text}),
    Report: PrivateTexts("reporter_id", lambda row, own: {"text": _decrypt(row, own)}),
}


def _decrypt(row: Any, cipher: TextCipher) -> str:
    return cipher.decrypt(bytes(row.encrypted), place=row.place)


@dataclass(frozen=True)
class Table:
    """The rows of one model that are in an archive."""

    model: type[Model]
    lookups: tuple[str, ...]
    """The columns, or paths of columns, that lead to the user."""

    @property
    def file(self) -> str:
        return f"{self.model._meta.label_lower}.json"

    @property
    def columns(self) -> "list[Field[Any, Any]]":
        return [one for one in self.model._meta.concrete_fields if not is_left_out(one)]

    def private_texts(self, row: Any, ciphers: dict[int, TextCipher]) -> Mapping[str, object]:
        """By name, or `unreadable` alone; empty where the model has none. `ciphers` holds those
        that were read already, by user."""
        texts = PRIVATE_TEXTS.get(self.model)
        if texts is None:
            return {}
        owner = attrgetter(texts.owner)(row)
        try:
            if owner not in ciphers:
                ciphers[owner] = text_cipher(owner)
            return texts.read(row, ciphers[owner])
        except TextUnreadable:
            return {"unreadable": True}

    @property
    def left_out(self) -> list[str]:
        return [one.name for one in self.model._meta.concrete_fields if is_left_out(one)]

    def rows(self, user: User) -> QuerySet[Any]:
        found = Q()
        for lookup in self.lookups:
            found |= Q(**{lookup: user.pk})
        rows = self.model._base_manager.filter(found | _by_other_columns(self.model, user))
        texts = PRIVATE_TEXTS.get(self.model)
        return rows.select_related(*texts.related) if texts and texts.related else rows


def tables() -> list[Table]:
    """In the order of their names."""
    found: dict[type[Model], tuple[str, ...]] = {
        User: ("pk",),
        FactHistory: ("owner_id",),
        DeletedEntityKey: ("user_id",),
        Charge: (),
        Report: ("reporter",),  # it stays without its reporter, who wrote it
    }
    found |= {one: tuple(_lookups(one)) for one in apps.get_models() if any(_lookups(one))}
    tables = (Table(model, lookups) for model, lookups in found.items())
    return sorted(tables, key=lambda table: table.file)


def place(field: "Field[Any, Any]") -> str:
    return f"{field.model._meta.label}.{field.name}"


def is_secret(field: "Field[Any, Any]") -> bool:
    return isinstance(field, BinaryField) or bool(SECRET.search(field.name))


def is_left_out(field: "Field[Any, Any]") -> bool:
    return is_secret(field) or place(field) in LEFT_OUT_COLUMNS


def foreign_keys(model: type[Model]) -> "Iterator[ForeignKey[Any, Any]]":
    for field in model._meta.get_fields():
        if isinstance(field, ForeignKey):
            yield field


def _lookups(model: type[Model]) -> Iterator[str]:
    """Paths to the user; over other models along keys whose rows are deleted together."""
    for field in foreign_keys(model):
        related: Any = field.related_model
        if place(field) in LEFT_OUT:
            continue
        if related is User:
            if field.remote_field.on_delete is not SET_NULL:
                yield field.name
        elif related is not model and field.remote_field.on_delete is CASCADE:
            for lookup in _lookups(related):
                yield f"{field.name}__{lookup}"


def _by_other_columns(model: type[Model], user: User) -> Q:
    """Invitations name an address; they are the user's once the address is verified. Charges name
    what they pay for."""
    if model is Charge:
        return Q(subject__in=Enrolment.objects.filter(user=user).values("pk"))
    if model is Invitation and user.email_verified_at is not None:
        return Q(email=user.email)
    return Q(pk__in=[])
