"""Digests: the slots of each cadence and what is new in a reader's themes."""
