"""Writes what was measured into `docs/benchmarks.md`, and draws the picture beside it.

    python -m tests.benchmarks.page

Only what stands between the page's marks is replaced; the words around it are written by hand.
"""

import re
import sys
from collections.abc import Mapping, Sequence

from tests.benchmarks.picture import Spent, draw, read_spent
from tests.benchmarks.rows import KEPT, Row, lines, number, read_rows
from tests.faults.parts import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
PICTURE = ROOT / "docs" / "pictures" / "message-time.svg"
BEGIN, END = "<!-- {name}: begin -->", "<!-- {name}: end -->"


def main() -> int:
    """Rewrite page and picture; 1 when nothing was measured yet."""
    rows, spent = read_rows(), read_spent()
    if not rows:
        print(f"{KEPT} has no rows: run `make bench` first.", file=sys.stderr)
        return 1
    words = replaced(PAGE.read_text(encoding="utf-8"), "figures", figures(rows))
    if spent:
        PICTURE.write_text(draw(spent), encoding="utf-8")
        words = replaced(words, "parts", parts(spent))
    PAGE.write_text(words, encoding="utf-8")
    print(f"Written: {PAGE.relative_to(ROOT)}")
    return 0


def replaced(page: str, name: str, words: str) -> str:
    """The page with other words between the marks of that name. Raises LookupError without them."""
    begin, end = BEGIN.format(name=name), END.format(name=name)
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not found.search(page):
        raise LookupError(f"the page has no marks for {name}")
    return found.sub(lambda _: f"{begin}\n{words}\n{end}", page)


def figures(rows: Mapping[str, Row]) -> str:
    """The table of all figures, and when they were measured."""
    days = sorted({row.at[:10] for row in rows.values() if row.at})
    table = _table(
        ("figure", "must reach", "aim", "measured", "", "in flight, of each process"),
        [(_indented(figure), *rest) for figure, *rest in lines(rows)],
    )
    return f"Measured {' to '.join(dict.fromkeys((days[0], days[-1])))} (UTC).\n\n{table}"


def parts(several: Sequence[Spent]) -> str:
    """The table of the picture: a line for each part, a column for each way."""
    names = dict.fromkeys(name for each in several for name in each.everything)
    body = [
        (name, *(number(round(each.everything[name])) if name in each.everything else ""
                 for each in several))
        for name in names
    ]
    body.append(("**in all**", *(number(round(sum(each.everything.values()))) for each in several)))
    body.append(("two cores never idle, mails/s",
                 *(number(round(each.at_most)) for each in several)))
    body.append(("one process reached, mails/s", *(number(round(each.rate)) for each in several)))
    return _table(("µs of CPU a message", *(each.name for each in several)), body)


def _indented(figure: str) -> str:
    return f"… {figure.strip()}" if figure.startswith(" ") else figure


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
