"""What surrounds every answer: security headers, static files and the proxies in front."""

from pathlib import Path

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from newsletter.config import Settings

STATIC = Path(__file__).resolve().parent.parent / "static"
YEAR = 31_536_000

# No script, style or picture but our own; no inline anything (A07).
CONTENT_SECURITY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A mail shown in the browser brings its own styles, and nothing else may happen in it.
MAIL_CONTENT_SECURITY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-top-navigation-by-user-"
    "activation"
)


def init_app(app: Flask) -> None:
    """Serve `newsletter/static`, believe as many proxies as the settings say, add the headers."""
    settings: Settings = app.config["SETTINGS"]
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(STATIC),
        prefix="static/",
        # Every address of a static file carries its content's hash (pages.asset).
        max_age=YEAR,
        allow_all_origins=False,
        autorefresh=not settings.is_production,
        add_headers_function=_static_headers,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    app.after_request(_add_headers)


def keep_private(response: Response) -> Response:
    """For pages that a mailed link opens: nothing keeps, indexes or passes on their address."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY)
    # For browsers that do not know `frame-ancestors`.
    is_framed = "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    headers.setdefault("X-Frame-Options", "SAMEORIGIN" if is_framed else "DENY")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    # Not `no-referrer`: Chromium would then post `Origin: null`.
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault("Cache-Control", "no-cache")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    return response


def _static_headers(headers: dict[str, str], path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = "default-src 'none'"
