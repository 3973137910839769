"""The documentation says what is so: links, tables, figures and examples against the code."""

import ast
import contextlib
import importlib
import re
import shlex
import subprocess
import tomllib

import pytest
from flask import Flask

from newsletter import config
from newsletter.accounts.models import RoleName
from newsletter.config import SETTINGS
from newsletter.core import ROOT
from newsletter.deliveries.models import DeliveryStatus, MailKind
from newsletter.emails.size import LARGEST_HTML
from newsletter.jobs import LANES
from newsletter.models import metadata
from newsletter.sending.retain import DAILY, OFTEN
from newsletter.web import blueprints
from seeds.demo import LOGINS
from tests.docs.pages import PAGES, Page, page
from tests.faults.oracle import BOUND_WITHOUT_JOURNAL, CONNECTIONS, SPARE

README, OPERATORS, EDITORS, READERS, ARCHITECTURE = (
    page(name)
    for name in ("README.md", "docs/operators.md", "docs/editors.md", "docs/readers.md",
                 "docs/architecture.md")
)
DECISIONS = page("docs/decisions/README.md")
DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
each_page = pytest.mark.parametrize("shown", PAGES, ids=lambda found: found.name)


@each_page
def test_every_link_and_picture_is_there(shown: Page) -> None:
    for target in shown.links():
        if re.match(r"https?:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (shown.path.parent / path).resolve() if path else shown.path
        assert found.exists(), f"{shown.name}: {target}"
        assert not anchor or anchor in Page(found).anchors(), f"{shown.name}: {target}"


@each_page
def test_every_file_and_test_that_is_named_exists(shown: Page) -> None:
    rooms = "newsletter|tests|tasks|seeds|migrations|templates|docs"
    for code in shown.codes():
        if re.fullmatch(rf"(?:{rooms})/[\w./-]*", code):
            assert (ROOT / code).exists(), f"{shown.name}: {code}"
        if re.fullmatch(r"test_\w+", code):
            assert code in _tests(), f"{shown.name}: {code}"


@pytest.mark.parametrize("shown", [README, OPERATORS], ids=lambda found: found.name)
def test_the_parts_are_those_of_the_procfile(shown: Page) -> None:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    assert shown.column("part") == [line.split(":")[0] for line in lines]
    if shown is OPERATORS:
        queues = {row[0].strip("`"): row[1].replace(" ", "") for row in shown.table("part")}
        for line in lines:
            named = re.search(r"--queues (\S+)", line)
            assert queues[line.split(":")[0]] == (named[1] if named else "")


def test_the_enumerations_are_those_of_the_code() -> None:
    assert EDITORS.column("kind") == [kind.value for kind in MailKind]
    assert EDITORS.column("role") == [role.value for role in RoleName]
    assert set(ARCHITECTURE.column("table")) == set(metadata.tables)
    assert {row[0].strip("`"): row[1] for row in ARCHITECTURE.table("job")} == {
        job.value: lane.value for job, lane in LANES.items()
    }


def test_the_life_of_a_delivery_has_every_status_and_leads_to_an_end() -> None:
    (drawing,) = ARCHITECTURE.blocks("mermaid")
    arrows = re.findall(r"^ +(\S+) --> ([\w\[\]*]+)", drawing, re.MULTILINE)
    words = {status.value for status in DeliveryStatus}
    assert {end for arrow in arrows for end in arrow} == words | {"[*]"}
    assert {source for source, target in arrows if target == "[*]"} == {"sent", "failed", "skipped"}


def test_the_floors_are_those_that_are_enforced() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    drawn = [set(re.findall(r"`([\w.]+)`", row[1])) for row in ARCHITECTURE.table("floor")]
    assert drawn == [set(layer.split(" | ")) for layer in layers]


def test_the_alarms_are_those_that_are_raised_and_closed() -> None:
    raised, cleared = _kinds("raise_alarm"), _kinds("clear_alarm")
    said = {row[0].strip("`"): row[2] for row in OPERATORS.table("alarm")}
    assert said == {kind: "yes" if kind in cleared else "no" for kind in raised}


def test_the_kinds_of_retention_are_those_that_it_reports() -> None:
    assert sorted(OPERATORS.column("what")) == sorted((*OFTEN, *DAILY))


def _kinds(deed: str) -> set[str]:
    """The kinds of alarm with which `deed` is called anywhere, constants looked up."""
    kinds = set()
    for path in (ROOT / "newsletter").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == deed:
                kind = node.args[0]
                if isinstance(kind, ast.Constant):
                    kinds.add(kind.value)
                    continue
                if isinstance(kind, ast.Attribute):
                    continue  # a person closes by hand whatever kind it is
                name = kind.value if isinstance(kind, ast.Starred) else kind
                assert isinstance(name, ast.Name)
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found = getattr(importlib.import_module(module), name.id)
                kinds.add(found if isinstance(found, str) else found[0])
    return kinds


def test_the_decisions_are_listed_numbered_and_built_alike() -> None:
    files = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    rows = DECISIONS.table("number")
    assert [row[0] for row in rows] == [f"[{name[:4]}]({name})" for name in files]
    assert [name[:4] for name in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    for name, row in zip(files, rows, strict=True):
        assert page(f"docs/decisions/{name}").headings() == [
            f"{name[:4]} {row[1]}", "Context", "Decision", "Consequence", "How measured"
        ]


@each_page
def test_every_page_of_the_site_that_is_named_has_an_address(shown: Page, app: Flask) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    named = [code for code in shown.codes() if re.fullmatch(r"/[a-z][\w/<>-]*", code)]
    named += re.findall(r"http://127\.0\.0\.1:8000(/[\w/-]+)", shown.source)
    for address in named:
        assert any(rule.startswith(address) for rule in rules), f"{shown.name}: {address}"


def test_in_production_no_page_of_the_inbox_has_an_address() -> None:
    bare = Flask("newsletter")
    (block,) = [text for text in README.blocks("sh") if "NEWSLETTER_ENV=production" in text]
    environ = dict(word.split("=", 1) for word in shlex.split(block))
    bare.config["SETTINGS"] = config.load(environ)
    blueprints.init_app(bare)
    rules = [rule.rule for rule in bare.url_map.iter_rules()]
    assert "/aanmelden" in rules
    assert not [rule for rule in rules if rule.startswith("/inbox")]


@pytest.mark.parametrize(("guide", "least"), [(EDITORS, 20), (READERS, 5)])
def test_every_dutch_name_in_a_guide_stands_on_a_page(guide: Page, least: int) -> None:
    pages, views = ROOT / "templates/pages", ROOT / "newsletter/web"
    sources = [*pages.rglob("*.html"), *views.rglob("*.py")]
    shown = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in sources)
    names = [name for name in guide.bold() if name != "bold"]
    assert len(names) > least
    for name in names:
        assert re.search(rf"""['"‘>]{re.escape(name)}[.,’'"<]""", shown), name


def test_the_bound_on_second_copies_is_that_of_the_code_and_of_the_fault_test() -> None:
    connections = int(DEFAULTS["SMTP_CONNECTIONS"] or 0)
    # A decision that was replaced keeps the figures of its day.
    said = {tuple(map(int, found)) for shown in PAGES if "Replaced by" not in shown.source
            for found in re.findall(r"2 × (\d+) \+ (\d+) = (\d+)", shown.source)}
    together = int(DEFAULTS["RESULTS_AT_ONCE"] or 0)
    assert said == {(connections, each, 2 * connections + each) for each in (together, SPARE)}
    assert (connections, 2 * connections + SPARE) == (CONNECTIONS, BOUND_WITHOUT_JOURNAL)
    assert f"{connections} for each process" in page("docs/architecture.md").source


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (README, f"`{LOGINS[0].email}`"),
        (README, f"`{LOGINS[0].password}`"),
        (README, f"127.0.0.1:{DEFAULTS['PORT']}"),
        (README, f"127.0.0.1:{DEFAULTS['INBOX_PORT']}"),
        (EDITORS, f"over {LARGEST_HTML // 1024} kB"),
        (EDITORS, f"`LATENESS_HOURS` ago ({DEFAULTS['LATENESS_HOURS']} unless"),
        (page("docs/decisions/0004-small-claims.md"), f"({DEFAULTS['LEASE_SECONDS']} s)"),
    ],
)
def test_figures_and_logins_in_the_text_are_those_of_the_code(shown: Page, said: str) -> None:
    assert said in " ".join(shown.source.split())


@each_page
def test_the_examples_run(shown: Page) -> None:
    for block in shown.blocks("python"):
        with contextlib.chdir(ROOT):
            exec(compile(block, shown.name, "exec"), {})
    for block in shown.blocks("sh"):
        subprocess.run(["sh", "-n"], input=block, text=True, check=True)


def test_every_page_is_reached_from_the_readme() -> None:
    seen, ahead = set(), [README.path.resolve()]
    while ahead:
        here = ahead.pop()
        if here in seen or here.suffix != ".md":
            continue
        seen.add(here)
        found = Page(here)
        ahead += [(here.parent / target.partition("#")[0]).resolve() for target in found.links()
                 if not target.startswith(("http", "#"))]
    assert seen == {shown.path.resolve() for shown in PAGES}


def _tests() -> set[str]:
    return {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
