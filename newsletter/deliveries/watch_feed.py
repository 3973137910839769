"""Watch a feed: an alarm when it gave nothing for a day, gone when it gives or is switched off."""

from datetime import datetime, timedelta

from newsletter.deliveries.alarm import clear_alarm, raise_alarm

FAILING = "feed_failing"
PATIENCE = timedelta(days=1)


def watch_feed(feed_id: int, *, failing_since: datetime | None, now: datetime) -> None:
    """Raise or clear the alarm of one feed."""
    subject = f"feed:{feed_id}"
    if failing_since is None:
        clear_alarm(FAILING, subject, now=now)
    elif now - failing_since >= PATIENCE:
        raise_alarm(FAILING, subject, now=now, since=failing_since.isoformat())
