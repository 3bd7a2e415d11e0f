"""`make bench`: each path of the product beside its floor, measured in the same run."""
