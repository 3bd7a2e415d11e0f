"""Signals for the apps above, sent in the transaction of the change."""

from django.dispatch import Signal

membership_granted = Signal()
"""Sends `membership`: somebody gave it to the user, whose row is locked, as is the learner's."""

membership_ended = Signal()
"""Sends `membership`: somebody ended it. The user's row is locked."""

membership_ending = Signal()
"""Sends `user_id`, `role` and `scope`, or None for all of them, before somebody ends what the user
holds there, or dates its end. The user's row is locked. Receivers raise Conflict to refuse it."""
