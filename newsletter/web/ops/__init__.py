"""The door for operators: is every part alive."""
