"""Why a list has no items. Pure."""

import numpy as np

from ai.recommendations.fit import Fit
from ai.recommendations.scoring import Features
from ongoza_contracts.http.recommendations import MISSING_MAX, EmptyKind, EmptyReason
from ongoza_contracts.vocabulary import Verdict


def why_empty(features: Features, fits: Fit) -> EmptyReason:
    """For a list that is empty, whatever filter it was asked with."""
    if not features.catalogue.offered.any():
        return EmptyReason(kind=EmptyKind.NOTHING_PUBLISHED)
    if fits.offerable.any():
        return EmptyReason(kind=EmptyKind.NOTHING_FITS)
    missing = _missing_prerequisites(features)
    if missing:
        return EmptyReason(kind=EmptyKind.PREREQUISITES, prerequisites=missing[:MISSING_MAX])
    return EmptyReason(kind=EmptyKind.ALL_DONE)


def _missing_prerequisites(features: Features) -> tuple[str, ...]:
    """The ids of items that are not completed and that an item requires which is neither completed,
    in progress nor unwanted."""
    catalogue, learner, done = features.catalogue, features.learner, features.done
    wanted = catalogue.offered & ~done & ~features.running
    for content_id in {*learner.with_verdict(Verdict.NOT_FOR_ME), *learner.dismissed}:
        if content_id in catalogue.position:
            wanted[catalogue.position[content_id]] = False
    items, needs = catalogue.open_needs
    missing = np.unique(needs[wanted[items] & ~done[needs]])
    return tuple(catalogue.items[place].content_id for place in missing)
