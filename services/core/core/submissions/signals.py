"""Signals for the apps above, sent in the transaction of the change."""

from django.dispatch import Signal

submitted = Signal()
"""Sends `submission`, which was handed in and whose row is locked, as is its learner's."""
