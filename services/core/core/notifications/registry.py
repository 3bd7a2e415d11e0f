"""Which kinds of notification there are. An app declares its kinds in a module `notifications`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from core.notifications.models import Channel

Contexts = Callable[[Collection[str]], Mapping[str, Mapping[str, object]]]


class UnknownKind(LookupError):
    """No app declares notifications of this kind."""


def no_contexts(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    return {}


@dataclass(frozen=True, kw_only=True)
class NotificationKind:
    """`name` is `<app>.<what happened>`, and the text `notifications/<app>/<what happened>.txt`.

    `contexts` reads what that template names, for many subjects in one query; a subject that was
    deleted meanwhile has none. An urgent kind ignores quiet hours, and its channels cannot be
    switched off. The weekly digest leaves out a kind whose `in_digest` is false.
    """

    name: str
    channels: frozenset[Channel]
    urgent: bool = False
    in_digest: bool = True
    contexts: Contexts = no_contexts

    @property
    def template(self) -> str:
        return f"notifications/{self.name.replace('.', '/', 1)}"


_KINDS: dict[str, NotificationKind] = {}


def declare(
    name: str,
    *channels: Channel,
    urgent: bool = False,
    in_digest: bool = True,
    contexts: Contexts = no_contexts,
) -> None:
    """Declare a kind that is listed in the app and goes out by `channels` too, by default."""
    if name in _KINDS:
        raise ValueError(f"two notification kinds are called {name}")
    by_default = frozenset({Channel.IN_APP, *channels})
    _KINDS[name] = NotificationKind(
        name=name, channels=by_default, urgent=urgent, in_digest=in_digest, contexts=contexts
    )


def notification_kinds() -> Mapping[str, NotificationKind]:
    return _KINDS


def kind_named(name: str) -> NotificationKind:
    """Raises UnknownKind."""
    try:
        return _KINDS[name]
    except KeyError:
        raise UnknownKind(name) from None
