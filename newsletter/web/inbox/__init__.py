"""The local inbox in the browser: what the listener kept; never registered in production."""
