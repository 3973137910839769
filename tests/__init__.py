"""Tests: the same folders as the code, plus journeys, faults, browser and benchmarks."""
