"""The doors of clock and queue: Celery's tasks, each at most ten lines."""
