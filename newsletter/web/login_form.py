"""The form of the desk's login: what was typed is counted before the password is looked at."""

import unicodedata
from typing import Any

from flask import g, request
from flask_security import LoginForm

from newsletter.web.guard import login, wait
from newsletter.web.guard.login import Held
from newsletter.web.known import browser_of

LONGEST_HASHED = 4096  # the hasher raises on more; an account has 256 at most
HELD = "login_held"  # in `g`: that the post at hand was not let in


class DeskLoginForm(LoginForm):
    """Address and password; nothing is remembered beyond the session."""

    remember = None
    held: Held | None = None
    is_old = False  # whether the page stood open too long

    def validate(self, **kwargs: Any) -> bool:
        """Whether the login is right; what no account can have is refused before it is hashed.

        Nothing counts of which the password is not looked at, such as another site's post.
        """
        typed = unicodedata.normalize("NFKD", self.password.data or "")
        if len(typed) > LONGEST_HASHED:
            self.form_errors.append("too_long")
            return False
        if not super(LoginForm, self).validate(**kwargs):
            return False
        name = str(self.email.data)
        self.held = login.knock(name, browser=browser_of(name))
        if self.held:
            setattr(g, HELD, self.held)
            return False
        is_right = bool(super().validate(**kwargs))
        if is_right:
            login.forgive()
        return is_right

    def refused(self) -> bool:
        """Whether what was typed was not taken; which part of it is not said."""
        return bool(self.form_errors) or any(field.errors for field in self)

    def is_dear(self) -> bool:
        """Whether the page must bring the work of a proof."""
        return login.price_now() > 0

    def ticket(self) -> str:
        """The ticket to come back with; one that was sent and may still be good is given back."""
        if self.held:
            return self.held.ticket
        return request.form.get(wait.FIELD, "")[:wait.LONGEST_TICKET]
