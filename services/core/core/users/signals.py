"""Signals for the apps above, sent in the transaction of the change, which locks the user's row."""

from django.dispatch import Signal

signed_in = Signal()
"""Sends `sign_in`, with its device."""

password_changed = Signal()
"""Sends `user`, who had another password before."""

time_zone_changed = Signal()
"""Sends `preferences`, which were stored with another time zone."""

consent_withdrawn = Signal()
"""Sends `consent`, which no other of its kind replaces."""

second_factor_changed = Signal()
"""Sends `user`, `totp_id` and `enrolled`: whether it was set up or removed."""
