"""The facts a fresh installation starts with: the magazine, its themes, two editions and names."""
