"""The embedded servers, the local inbox, and `up`: every part in one terminal."""
