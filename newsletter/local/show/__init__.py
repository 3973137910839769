"""The show of `make demo`: readers and an editor who only click and read."""
