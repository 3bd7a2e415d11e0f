"""Sessions as invitations to calendars (RFC 5546): one UID for the session, and a higher SEQUENCE
with each change."""

from datetime import timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress

from core.calendars.feeds import NAME, PRODUCT
from core.mail.sending import CalendarPart, send_mail
from core.mentorship.models import Session
from core.notifications.rendering import locale_of
from core.users.models import User
from ongoza_contracts.mentorship import SessionState

STATUS = {SessionState.REQUESTED: "TENTATIVE", SessionState.CANCELLED: "CANCELLED"}
TRANSLATED = ("fr", "sw")
DAY = timedelta(days=1)


def send(session: Session, user: User) -> None:
    """To one of the two, about the other one if not erased, at the recipient's clock. Raises what
    the mail backend raises."""
    is_learner = user.pk == session.learner_id
    zone_name = session.learner_time_zone if is_learner else session.mentor_time_zone
    other_id = session.mentor_id if is_learner else session.learner_id
    other = None if other_id is None else User.objects.filter(pk=other_id).first()
    locale = locale_of(user.pk)
    context = {
        "state": session.state,
        "name": other.full_name if other else "",
        "starts_at": session.starts_at.astimezone(ZoneInfo(zone_name)).replace(tzinfo=None),
        "time_zone": zone_name,
    }
    template = "mentorship/session" + (f".{locale}" if locale in TRANSLATED else "")
    part = calendar_part(session, user.email, ZoneInfo(zone_name), context["name"])
    send_mail(user.email, template, context, about=other.pk if other else None, calendar=part)


def calendar_part(session: Session, email: str, zone: ZoneInfo, name: object) -> CalendarPart:
    """The whole event each time. It names the platform as organizer, not the other one, whose
    address stays hidden."""
    method = "CANCEL" if session.state == SessionState.CANCELLED else "REQUEST"
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_event(session, email, zone, name))
    first, last = session.starts_at.date() - 366 * DAY, session.ends_at.date() + 366 * DAY
    calendar.add_missing_timezones(first, last)
    return CalendarPart(method, bytes(calendar.to_ical()).decode())


def _event(session: Session, email: str, zone: ZoneInfo, name: object) -> Event:
    organizer = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organizer.params["CN"] = NAME
    attendee = vCalAddress(f"mailto:{email}")
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    event = Event()
    event.add("uid", str(session.pk))
    event.add("sequence", session.sequence)
    event.add("status", STATUS.get(SessionState(session.state), "CONFIRMED"))
    event.add("summary", f"Mentoring: {name}" if name else "Mentoring")
    event.add("organizer", organizer)
    event.add("attendee", attendee)
    event.add("dtstart", session.starts_at.astimezone(zone))
    event.add("dtend", session.ends_at.astimezone(zone))
    event.add("dtstamp", session.updated_at)
    return event
