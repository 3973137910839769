"""The whole service from outside: only HTTP in and mail out."""
