"""Catalogue: the magazine's identity and the themes that readers pick."""
