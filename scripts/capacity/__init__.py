"""What a number of learners needs, computed from slopes that are measured."""
