"""The guard at the public forms: what a post costs, and what happens to one that has not paid."""
