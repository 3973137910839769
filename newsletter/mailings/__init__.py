"""Mailings: frozen content and frozen recipients of an edition or a digest slot."""
