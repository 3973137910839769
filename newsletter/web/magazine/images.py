"""The files of images, each under the hash of its content: what an address gives never changes."""

import re

from flask import Response, abort

from newsletter.articles.illustrate import find_file
from newsletter.web.headers import YEAR

_NAME = re.compile(r"([0-9a-f]{64})\.(jpg|png)")
_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def file(name: str) -> Response:
    """GET /beelden/<sha256>.<ext>: one size of an image; caches may keep it for ever."""
    asked = _NAME.fullmatch(name)
    found = find_file(asked[1], asked[2]) if asked else None
    if found is None:
        abort(404)
    answer = Response(found.content, mimetype=_TYPES[found.extension])
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    # Mail programs and other sites show it on pages of their own.
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
