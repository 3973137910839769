"""Whether each reader of the show got what she chose: expected, found, and the difference."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.local.show.browser import Visitor
from newsletter.local.show.desk import Written
from newsletter.local.show.mails import ShownMail
from newsletter.local.show.readers import Reader

KINDS = ("confirmation", "welcome", "edition", "digest")
ADDRESS_ON_SITE = "/artikelen/"


@dataclass(frozen=True)
class Verdict:
    """One reader: how many mails of each kind, why that digest or none, and what is amiss."""

    reader: Reader
    mails: Counter[str]
    why: str
    faults: tuple[str, ...]


class Shelf:
    """The themes of articles: those of the show as written, others as their page on the site."""

    def __init__(self, visitor: Visitor, written: Sequence[Written]) -> None:
        self._visitor = visitor
        self._themes = {one.slug: one.themes for one in written}
        self.written = tuple(one.slug for one in written)

    def themes_of(self, slug: str) -> frozenset[str]:
        """The slugs of an article's themes. Raises NotAsShown when the site has no such page."""
        if slug not in self._themes:
            page = self._visitor.open(f"{ADDRESS_ON_SITE}{slug}")
            names = {link.rpartition("/")[2].partition("?")[0] for link in page.links("/themas/")}
            self._themes[slug] = frozenset(names - {""})
        return self._themes[slug]


def judge(
    reader: Reader, mails: Sequence[ShownMail], *, shelf: Shelf, names: Mapping[str, str]
) -> Verdict:
    """Compare what the inbox holds for a reader with what she chose."""
    found = Counter(mail.kind for mail in mails)
    had = {slug for mail in mails if mail.kind == "edition" for slug in mail.articles()}
    due = {slug for slug in shelf.written if shelf.themes_of(slug) & set(reader.themes)} - had
    digests = [mail for mail in mails if mail.kind == "digest"]
    brought = [slug for mail in digests for slug in mail.articles()]
    others = set(brought) - set(shelf.written)
    follows = reader.cadence == "weekly"
    expected = Counter({
        "confirmation": 1,
        "welcome": 1,
        "edition": int(reader.editions),
        # What she never had of her themes is due to her as well, whoever released it.
        "digest": int(follows and bool(due or others)),
    })
    faults = [
        f"{found[kind]} × {kind} instead of {expected[kind]}"
        for kind in sorted({*found, *expected}) if found[kind] != expected[kind]
    ]
    if follows and digests:
        faults += _faults_of_digest(reader, brought, due=due, shelf=shelf)
        faults += [f"article {slug} in an edition of hers too" for slug in sorted(had)
                   if slug in brought]
    faults += [fault for mail in mails for fault in _faults_of_form(reader, mail)]
    return Verdict(reader, found, _why(reader, brought, shelf=shelf, names=names), tuple(faults))


def _faults_of_digest(
    reader: Reader, brought: Sequence[str], *, due: set[str], shelf: Shelf
) -> list[str]:
    twice = [slug for slug, times in Counter(brought).items() if times > 1]
    missing = due - set(brought)
    strange = [slug for slug in set(brought) if not shelf.themes_of(slug) & set(reader.themes)]
    return [
        *(f"article {slug} twice" for slug in twice),
        *(f"article {slug} missing" for slug in sorted(missing)),
        *(f"article {slug} in none of her themes" for slug in sorted(strange)),
    ]


def _faults_of_form(reader: Reader, mail: ShownMail) -> list[str]:
    faults = []
    if mail.message["Content-Language"] != reader.language:
        faults.append(f"the {mail.kind} is not in {reader.language}")
    if mail.kind in ("edition", "digest") and (mail.html is None) != reader.plain:
        faults.append(f"the {mail.kind} is{' not' if reader.plain else ''} plain text")
    return faults


def _why(
    reader: Reader, brought: Sequence[str], *, shelf: Shelf, names: Mapping[str, str]
) -> str:
    """Why that digest, or why none, in words."""
    if reader.cadence == "none":
        return "no digest: she chose none"
    if reader.cadence == "monthly":
        return "no digest now: hers is monthly"
    if not brought:
        return "no digest: nothing new in her themes"
    matched: set[str] = set()
    for slug in brought:
        matched |= shelf.themes_of(slug) & set(reader.themes)
    count = len(set(brought))
    listed = ", ".join(names[slug] for slug in reader.themes if slug in matched)
    return f"{count} article{'s' if count > 1 else ''} in {listed}"
