"""Signals for the apps above, sent in the transaction of the change."""

from django.dispatch import Signal

shared_with_mentors = Signal()
"""Sends `reflection`, whose author shares it now and whose author's row is locked."""
