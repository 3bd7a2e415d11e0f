"""A consumer of Ongoza CyberHub's facts that belongs to another team."""
