"""Offline evaluation of the ranking: full ranking, chronological leave-last-out."""
