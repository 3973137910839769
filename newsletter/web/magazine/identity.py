"""The stylesheet of the magazine's own colours, as pages ask for it."""

from flask import Response, request

from newsletter.web.headers import YEAR
from newsletter.web.magazine.colours import hash_of, write_sheet
from newsletter.web.pages import masthead


def sheet() -> Response:
    """GET /identiteit.css: the tokens, kept for a year under the address that names their hash.

    Needs no database: without one it is the identity that was seen last.
    """
    shown = masthead()
    written = write_sheet(shown.colours, shown.colours_dark)
    answer = Response(written, mimetype="text/css")
    # Another process may still hold older colours: those are not kept under the newer hash.
    is_named = request.args.get("v") == hash_of(written)
    answer.headers["Cache-Control"] = (
        f"public, max-age={YEAR}, immutable" if is_named else "no-cache"
    )
    return answer
