"""Signals for the apps above, sent in the transaction of the change."""

from django.dispatch import Signal

invitation_accepted = Signal()
"""Sends `invitation`. The row of the user who invited, if there is one still, is locked."""
