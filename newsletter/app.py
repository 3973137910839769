"""`create_app`: the whole web application; reads like a table of contents."""

from collections.abc import Mapping

from flask import Flask

from newsletter.core import create_core
from newsletter.web import blueprints, errors, forgery, headers, languages, pages, security
from newsletter.web.guard import admit


def create_app(overrides: Mapping[str, str] | None = None) -> Flask:
    """The web application: ground, languages, desk logins, pages, headers, errors.

    Raises BadSettings when the environment does not make a service.
    """
    app = create_core(overrides)
    languages.init_app(app)
    forgery.init_app(app)
    admit.init_app(app)
    security.init_app(app)
    pages.init_app(app)
    blueprints.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    return app
