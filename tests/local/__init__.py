"""Tests of the embedded servers, the local inbox and `up`."""
