"""What the system promises in seconds. Health, `make status` and the alerts of
infra/prometheus/rules.yml go by these numbers."""

VISIBLE_SECONDS = 5.0
"""What core has accepted is visible in ai's answers after so long."""
LIST_SECONDS = 300.0
"""A list shows the latest facts after so long, also one that nobody reads: those wait for lists
that are read (`ai.recommendations.recompute`)."""
JOB_SECONDS = 150.0
"""A background job of core begins so long after it is due."""
