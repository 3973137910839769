"""Subscribers: people, what they agreed to, and the proof that they did."""
