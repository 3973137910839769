"""The doors on the web: readers, magazine, desk, operators."""
