"""Deliveries: the ledger of every mail owed, each attempt, and who is not to be written to."""
