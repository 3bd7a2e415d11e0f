"""When a learner will have completed what is required, from the pace so far. Pure.

While they study, learners complete items at a rate L a week; the rates of all learners have a gamma
distribution (gamma-Poisson). After a completed item a learner may leave for good: the probability
to go on after the n-th since the enrolment began is S(n) / S(n-1), S(n) = exp(-hazard * n**growth).

With x completions within T weeks, the last of them after t weeks,

    likelihood = L**x * (S(x) * exp(-L*T) + (S(x-1) - S(x)) * exp(-L*t)),

whose second term, of one who left after the last, is 0 for x = 0. Both terms are integrated over
L ~ Gamma(shape, rate). The share of the first is the probability that the learner still studies;
then L ~ Gamma(shape + x, rate + T), so that the completions of the next h weeks have a negative
binomial distribution, cut off by leaving:

    P(at least k more) = P(studies) * S(x+k-1)/S(x) * P(NB(shape+x, (rate+T) / (rate+T+h)) >= k).

Source: the model BG/NBD of Fader, Hardie and Lee, "Counting your customers the easy way", Marketing
Science 24 (2005), with the discrete Weibull distribution of Nakagawa and Osaki, IEEE Transactions
on Reliability 24 (1975), in place of its beta-geometric one, whose hazard cannot grow.
"""

from collections.abc import Iterator
from math import exp, expm1, lgamma, log, log1p
from typing import NamedTuple

LOW, HIGH = 0.1, 0.9
"""The ends of the 80 % interval."""
WEEKS_MAX = 260.0
"""The forecast does not look further ahead."""
PRECISION_WEEKS = 1 / 14


class Prior(NamedTuple):
    """What is known of a learner before the first completion: the distribution over learners."""

    shape: float
    rate: float
    hazard: float
    growth: float
    learners: int = 0
    """How many it was fitted to."""

    def log_survival(self, items: int) -> float:
        return -self.hazard * float(items**self.growth)


DEFAULT_PRIOR = Prior(shape=5.753, rate=10.613, hazard=0.01456, growth=2.106)
"""Fitted to the learners with odd numbers of docs/forecast-report.txt, for a platform that has no
history of its own yet."""


class Pace(NamedTuple):
    """A learner's completions of required items since the enrolment began; times in weeks."""

    completions: int
    last: float
    """From the beginning to the last completion; 0 without one."""
    weeks: float
    """From the beginning until now."""


def studying(prior: Prior, pace: Pace) -> float:
    """The probability that the learner has not left."""
    x = pace.completions
    if x == 0:
        return 1.0
    left = log(-expm1(prior.log_survival(x) - prior.log_survival(x - 1)) or 5e-324)
    odds = (
        prior.log_survival(x - 1)
        + left
        - prior.log_survival(x)
        + (prior.shape + x) * log((prior.rate + pace.weeks) / (prior.rate + pace.last))
    )
    return 1 / (1 + exp(min(odds, 700.0)))


def probability(prior: Prior, pace: Pace, more: int, weeks: float) -> float:
    """That `more` items are completed within the next `weeks`."""
    *_, last = at_least(prior, pace, more, weeks)
    return last


def at_least(prior: Prior, pace: Pace, most: int, weeks: float) -> Iterator[float]:
    """The probabilities of at least 0, 1, ... `most` completions within the next `weeks`."""
    yield 1.0
    x, shape = pace.completions, prior.shape + pace.completions
    share = weeks / (prior.rate + pace.weeks + weeks)
    none = shape * log1p(-share)
    active, fewer = studying(prior, pace), 0.0
    for more in range(1, most + 1):
        before = more - 1
        log_ways = lgamma(shape + before) - lgamma(shape) - lgamma(more)
        fewer += exp(log_ways + none + (before * log(share) if before else 0.0))
        going_on = exp(prior.log_survival(x + before) - prior.log_survival(x))
        yield active * going_on * max(0.0, 1 - fewer)


def weeks_until(prior: Prior, pace: Pace, more: int, wanted: float) -> float | None:
    """The time by which `more` items are completed with the probability `wanted`; None where that
    is more than WEEKS_MAX ahead, or never because the learner may have left."""
    low, high = 0.0, WEEKS_MAX
    if probability(prior, pace, more, high) < wanted:
        return None
    while high - low > PRECISION_WEEKS:
        middle = (low + high) / 2
        if probability(prior, pace, more, middle) < wanted:
            low = middle
        else:
            high = middle
    return high


def interval(prior: Prior, pace: Pace, left: int, weeks: float) -> tuple[int, int]:
    """The 80 % interval of the completions within the next `weeks`, of `left` items: at most 10 %
    below it and at most 10 % above."""
    tails = [*at_least(prior, pace, left, weeks), 0.0]
    low = next(n for n in range(left + 1) if 1 - tails[n + 1] >= LOW)
    high = next(n for n in range(left + 1) if 1 - tails[n + 1] >= HIGH)
    return low, high
