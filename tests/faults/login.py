"""One AUTH exchange (RFC 4954), by PLAIN or LOGIN."""

import base64
import binascii

MECHANISMS = ("PLAIN", "LOGIN")
_ASKS_USER, _ASKS_PASSWORD = "VXNlcm5hbWU6", "UGFzc3dvcmQ6"


class Login:
    """Hears the client's lines until it knows enough."""

    def __init__(self, mechanism: str, *, user: str, password: str) -> None:
        self._is_plain = mechanism == "PLAIN"
        self._expected = [user, password]
        self._heard: list[str] = []
        self.is_right = False

    def first(self) -> str:
        """The reply to an AUTH without an initial response."""
        return "334 " if self._is_plain else f"334 {_ASKS_USER}"

    def hear(self, line: bytes) -> str:
        """The reply to the client's next line: 334 asks for one more, all else is the end."""
        try:
            said = base64.b64decode(line, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return "501 5.5.2 not base64"
        self._heard += said.split("\0")[1:] if self._is_plain else [said]
        if not self._is_plain and len(self._heard) < len(self._expected):
            return f"334 {_ASKS_PASSWORD}"
        self.is_right = self._heard == self._expected
        return "235 2.7.0 welcome" if self.is_right else "535 5.7.8 wrong user or password"
