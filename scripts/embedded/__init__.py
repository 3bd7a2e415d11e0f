"""PostgreSQL, Kafka and Valkey as ordinary processes: no containers, no installs.

A server here prepares its folder and names its command; its caller (the supervisor, a test)
owns the process.
"""
