"""What Ongoza CyberHub's services and other teams share: facts, topics and HTTP models.

Start with `topics.py`, the catalogue: every topic, who writes and reads it, which facts it carries.
"""
