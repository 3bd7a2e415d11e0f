"""Whether a release can be installed while the last one is serving."""
