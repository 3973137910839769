"""Files from addresses that others gave us, fetched without harm to ourselves."""
