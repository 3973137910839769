"""Sending: a delivery becomes a message and leaves the house."""
