"""The names of blocks, as templates mark them and variants list them."""

from datetime import date

TOP = "frame_top"
OPENING = "opening"
HAIRLINE = "hairline"
THEME = "theme"
NOTICES = "notices"  # the heading above the lines that a reader is owed
NOTICES_END = "notices_end"
LINKS = "links"  # the heading above articles that are titles with a link
LINKS_LIST = "links_list"  # where their list begins
LINKS_END = "links_end"
MORE = "more"  # the heading above the themes whose pages have the rest
MORE_END = "more_end"
BOTTOM = "frame_bottom"


def digest_opening(cadence: str, slot_on: date, *, is_catch_up: bool = False) -> str:
    """The head of a digest of one slot, or of a catch-up in its place."""
    kind = ":catch_up" if is_catch_up else ""
    return f"{OPENING}:{cadence}:{slot_on.isoformat()}{kind}"


def section(index: int) -> str:
    """The heading of an edition's section, by its place."""
    return f"section:{index}"


def heading(theme_id: int, count: int) -> str:
    """The heading of a theme with so many articles under it."""
    return f"{THEME}:{theme_id}:{count}"


def theme_of(name: str) -> int | None:
    """The theme whose heading a block of this name is, None for any other block."""
    kind, _, rest = name.partition(":")
    return int(rest.partition(":")[0]) if kind == THEME else None


def article(article_id: int) -> str:
    """One article."""
    return f"article:{article_id}"


def link(article_id: int) -> str:
    """One article as a title with a link."""
    return f"link:{article_id}"


def links_heading(*, is_catch_up: bool) -> str:
    """The heading above the titles, of a digest or of a catch-up in its place."""
    return f"{LINKS}:catch_up" if is_catch_up else LINKS


def more(theme_id: int, count: int) -> str:
    """How many more articles stand on the page of a theme."""
    return f"{MORE}:{theme_id}:{count}"


def notice(notice_id: int) -> str:
    """One line that a reader is owed."""
    return f"notice:{notice_id}"
