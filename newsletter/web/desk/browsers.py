"""A browser in a few words, from how it names itself; the whole of it stays beside."""

from newsletter.web.desk.said import _

# The first that is found counts: each later one is also named by those above it.
_BROWSERS = (("Edg", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
            ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))


def browser_in_words(program: str) -> str:
    """`Chrome op Linux`, or an empty string for one that is not known."""
    browser = next((words for mark, words in _BROWSERS if mark in program), "")
    system = next((words for mark, words in _SYSTEMS if mark in program), "")
    if browser and system:
        return _("%(browser)s op %(system)s", browser=browser, system=system)
    return browser
