import gc

import pytest

from ongoza_ops.garbage import no_collections


def test_nothing_is_collected_inside_and_again_after_an_error() -> None:
    with no_collections():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ImportError), no_collections():
        raise ImportError
    assert gc.isenabled()
