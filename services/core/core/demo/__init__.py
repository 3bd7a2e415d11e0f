"""The demo world: a written catalogue, and invented people who learn from it.

Pure data and pure functions; nothing here knows the database. The `seed` command feeds the result
through the same services a request goes through.
"""
