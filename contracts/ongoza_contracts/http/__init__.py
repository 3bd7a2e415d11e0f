"""Request and response models of the HTTP calls between learners, core and ai."""
