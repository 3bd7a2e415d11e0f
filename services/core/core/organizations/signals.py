"""What apps above may react to, in the transaction in which it happens."""

from django.dispatch import Signal

invitation_accepted = Signal()
"""Sends `invitation`. The row of the user who invited, if there is one still, is locked."""
