"""`make bench`: measures each path of the product beside its floor, in the same run."""
