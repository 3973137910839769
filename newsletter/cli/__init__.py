"""The command `newsletter` of the operator."""
