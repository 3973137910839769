"""Which page of a long list an address asks for, as in `?pagina=2`."""

from flask import request

PARAMETER = "pagina"
_LONGEST = 18  # digits; more is no number of a page


def page_asked(pages: int) -> int:
    """The number of the page at hand, of so many: the nearest there is, the first without one."""
    typed = request.args.get(PARAMETER, "")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST):
        return 1
    return min(max(int(typed), 1), pages)
