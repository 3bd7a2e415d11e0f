"""Why a list has no items. Pure."""

import numpy as np

from ai.catalogue.catalogue import Catalogue
from ai.learners.learner import Learner
from ai.recommendations.candidates import may_be_offered
from ai.skills.completion import completed_with_modules, with_status
from ongoza_contracts.http.recommendations import MISSING_MAX, EmptyKind, EmptyReason
from ongoza_contracts.vocabulary import ProgressStatus, Verdict


def why_empty(catalogue: Catalogue, learner: Learner) -> EmptyReason:
    """For a list that is empty, whatever filter it was asked with."""
    if not catalogue.offered.any():
        return EmptyReason(kind=EmptyKind.NOTHING_PUBLISHED)
    if may_be_offered(catalogue, learner).any():
        return EmptyReason(kind=EmptyKind.NOTHING_FITS)
    missing = _missing_prerequisites(catalogue, learner)
    if missing:
        return EmptyReason(kind=EmptyKind.PREREQUISITES, prerequisites=missing[:MISSING_MAX])
    return EmptyReason(kind=EmptyKind.ALL_DONE)


def _missing_prerequisites(catalogue: Catalogue, learner: Learner) -> tuple[str, ...]:
    """The ids of items that are not completed and that an item requires which is neither completed,
    in progress nor unwanted."""
    done = completed_with_modules(catalogue, learner)
    wanted = (
        catalogue.offered & ~done & ~with_status(catalogue, learner, ProgressStatus.IN_PROGRESS)
    )
    for content_id in {*learner.with_verdict(Verdict.NOT_FOR_ME), *learner.dismissed}:
        if content_id in catalogue.position:
            wanted[catalogue.position[content_id]] = False
    items, needs = catalogue.open_needs
    missing = np.unique(needs[wanted[items] & ~done[needs]])
    return tuple(catalogue.items[place].content_id for place in missing)
