"""Editions: the year plan and the numbered issues of the magazine."""
