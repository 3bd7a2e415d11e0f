"""What this process has counted, for tests."""

from prometheus_client.metrics import MetricWrapperBase


def value(metric: MetricWrapperBase, **labels: str) -> float:
    """Of the series with exactly these labels; a counter's count, a histogram's number of
    observations; 0 for a series that is not there."""
    ends = ("_total", "_count")
    samples = [sample for family in metric.collect() for sample in family.samples]
    named = [one for one in samples if one.name.endswith(ends)] or samples
    return sum(one.value for one in named if one.labels == labels)
