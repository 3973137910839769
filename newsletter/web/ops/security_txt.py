"""`/.well-known/security.txt`: where a weakness is reported (RFC 9116, A08)."""

from datetime import UTC, datetime, time, timedelta

from flask import Response, redirect
from werkzeug.wrappers import Response as Answer

from newsletter import clock
from newsletter.core import settings

ADDRESS = "/.well-known/security.txt"
POLICY = "/beveiliging"
# From the day it is asked, so it never runs out while the site answers; less than a year (§2.5.5).
GOOD_FOR = timedelta(days=180)


def page() -> Response:
    """GET /.well-known/security.txt."""
    site = settings().public_url
    lines = (
        f"Contact: {settings().security_contact_uri}",
        f"Expires: {expires(clock.now()).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: nl, en",
        f"Canonical: {site}{ADDRESS}",
        f"Policy: {site}{POLICY}",
    )
    text = "".join(f"{line}\n" for line in lines)
    return Response(text, content_type="text/plain; charset=utf-8")


def moved() -> Answer:
    """GET /security.txt: the older place (§3)."""
    return redirect(ADDRESS, 301)


def expires(now: datetime) -> datetime:
    """Until when the file may be believed (UTC): a midnight, so that a day's answers are alike."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC) + GOOD_FOR
