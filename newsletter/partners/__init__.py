"""Partners: associations that co-finance, contribute and distribute."""
