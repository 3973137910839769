"""`/robots.txt`: what search engines need not ask for."""

from flask import Response

# Addresses that hold readers' tokens, and pages that are nobody's but ours. Such a page that is
# asked for all the same says `noindex` itself.
CLOSED = (
    "/bevestigen/", "/voorkeuren/", "/afmelden/", "/mijn-gegevens/", "/adres/", "/agenda/",
    "/redactie/", "/inbox/",
)


def page() -> Response:
    """GET /robots.txt."""
    lines = ("User-agent: *", *(f"Disallow: {address}" for address in CLOSED))
    text = "".join(f"{line}\n" for line in lines)
    return Response(text, content_type="text/plain; charset=utf-8")
