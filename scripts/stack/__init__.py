"""Runs every process of the system on this machine, for people (`make up`) and for tests."""
