"""The house as it was drawn: floors, names, rooms, and what belongs together."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from newsletter.core import ROOT
from newsletter.deliveries.models import MailKind
from newsletter.emails.kinds import KINDS
from newsletter.extensions import db
from newsletter.jobs import LANES, Errand, Job, Lane
from newsletter.models import ROOMS
from tasks.lanes import MODULES

BIN = Path(sys.executable).parent
TREES = ("newsletter", "tasks", "seeds", "migrations", "tests")
SOURCES = sorted(path for tree in TREES for path in (ROOT / tree).rglob("*.py"))
HOUSE = [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "tests"]
NAMELESS = {"services", "service", "utils", "util", "helpers", "helper", "common", "manager",
            "managers", "misc"}
LONGEST = 300
# Longer than 300 lines, and why it is better so. Empty is how it should be.
LONG: dict[str, str] = {}
# Started by something else than the clock's table: by the clock itself, by rows, or by each other.
ASKED_ELSEWHERE = {Job.TICK, Job.CARRY_OUT_EDITION, Job.CARRY_OUT_SLOT, Job.SEND_PROMPT,
                   Job.SEND_BULK, Job.WORK_IMPORT, Job.LOOK_AT_FEED, Job.TRY_LINKS}
LEDGERS = {"consents", "consent_wordings", "consent_seals", "consent_seal_heads", "attempts",
           "audit_entries", "audit_seals", "images", "image_files"}
FROZEN = {"manifests", "blocks", "variants"}
FILLED_IN = {"approvals", "closed_ledgers"}  # column by column
KEPT = {"corrections"}  # changed until carried out, and never taken away
OWNERS = {"past_outcomes", "past_recipients"}  # written by functions of the owner's alone


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", [("lint-imports", "--no-cache"), ("ruff", "check", "."),
                                     ("mypy",)], ids=lambda command: command[0])
def test_the_checks_of_floors_style_and_types_are_green(command: tuple[str, ...]) -> None:
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", HOUSE, ids=name_of)
def test_no_module_is_named_for_nothing(path: Path) -> None:
    assert path.stem not in NAMELESS
    assert path.parent.name not in NAMELESS


@pytest.mark.parametrize(
    "path", [path for path in HOUSE if path.name == "__init__.py"], ids=name_of
)
def test_a_package_opens_with_one_docstring_and_holds_nothing_else(path: Path) -> None:
    tree = tree_of(path)
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


def test_every_module_opens_with_a_sentence() -> None:
    silent = [name_of(path) for path in HOUSE if not ast.get_docstring(tree_of(path))]
    assert silent == []


def test_no_file_is_longer_than_300_lines_without_a_reason() -> None:
    long = {name_of(path) for path in SOURCES
            if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST}
    assert long == LONG.keys()


def test_only_the_clock_asks_the_time() -> None:
    asking = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|\btime\.time\(")
    found = [name_of(path) for path in HOUSE
             if asking.search(path.read_text(encoding="utf-8"))]
    assert found == ["newsletter/clock.py"]


def test_the_domain_never_commits() -> None:
    committing = re.compile(r"\.(commit|rollback)\(\)|\btransaction\(\)")
    rooms = [Path(room.__file__ or "").parent for room in ROOMS]
    found = [name_of(path) for room in rooms for path in room.glob("*.py")
             if committing.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_nothing_is_caught_without_saying_what() -> None:
    # One exception to the rule of no exceptions: the base of all tasks.
    found = []
    for path in HOUSE:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ExceptHandler):
                caught = node.type.id if isinstance(node.type, ast.Name) else node.type and ""
                if caught in (None, "Exception", "BaseException") and not _raises_again(node):
                    found.append(name_of(path))
    assert found == ["tasks/worker.py"]


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))


@pytest.mark.parametrize("kind", MailKind)
def test_a_kind_of_mail_has_its_module_templates_and_golden_file(kind: MailKind) -> None:
    assert kind in KINDS
    assert (ROOT / "newsletter" / "emails" / f"{kind}.py").is_file()
    for name in ("subject.txt", "body.mjml", "body.txt"):
        assert (ROOT / "templates" / "emails" / kind / name).is_file(), name
    golden = {path.name for path in (ROOT / "tests" / "emails" / "golden").glob(f"{kind}.*")}
    assert {f"{kind}.eml", f"{kind}.nl.html", f"{kind}.nl.txt"} <= golden


def test_no_template_folder_is_left_without_its_kind() -> None:
    folders = {path.name for path in (ROOT / "templates" / "emails").iterdir()
               if path.is_dir() and not path.name.startswith("_")}
    assert folders == set(MailKind)


def _jobs_named(function: ast.FunctionDef) -> list[str]:
    """The members of Job that decorate a function as `@queue.task(name=Job.X.value)`."""
    return [
        keyword.value.value.attr
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Attribute)
        and isinstance(keyword.value.value, ast.Attribute)
    ]


def _tasks() -> list[tuple[str, ast.FunctionDef]]:
    functions = [node for path in (ROOT / "tasks").glob("*.py")
                 for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef)]
    return [(job, function) for function in functions for job in _jobs_named(function)]


def test_every_job_has_exactly_one_task_and_a_lane() -> None:
    assert sorted(job for job, _ in _tasks()) == sorted(job.name for job in Job)
    assert LANES.keys() == set(Job)
    assert set(LANES.values()) == {*Lane, *Errand}


def test_a_task_is_at_most_ten_lines() -> None:
    # Its name and its docstring come on top.
    long = [job for job, task in _tasks() if (task.end_lineno or 0) - task.lineno > 11]
    assert long == []


def test_a_worker_imports_the_modules_of_its_own_queues_and_no_other() -> None:
    homes = {Job[job]: f"tasks.{path.stem}" for path in (ROOT / "tasks").glob("*.py")
             for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef)
             for job in _jobs_named(node)}
    needed: dict[str, set[str]] = {}
    for job, lane in LANES.items():
        needed.setdefault(lane.value, set()).add(homes[job])
    assert {lane: set(modules) for lane, modules in MODULES.items()} == needed


def test_every_periodic_job_is_asked_by_the_clock() -> None:
    schedule = tree_of(ROOT / "tasks" / "schedule.py")
    asked = {node.attr for node in ast.walk(schedule)
             if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
             and node.value.id == "Job"}
    periodic = {job.name for job in Job if job not in ASKED_ELSEWHERE}
    assert periodic <= asked
    assert {Job.TICK.name, Job.CARRY_OUT_EDITION.name, Job.CARRY_OUT_SLOT.name} <= asked
    assert "Job.TICK.value" in (ROOT / "tasks" / "worker.py").read_text(encoding="utf-8")


def test_the_ledgers_can_only_be_added_to_and_all_else_is_the_apps(committed: Flask) -> None:
    rights = db.session.execute(sa.text("""
        select table_name, array_agg(privilege_type::text)
          from information_schema.role_table_grants
         where grantee = current_user and table_schema = 'public' group by table_name
    """)).tuples().all()
    found = {table: set(granted) for table, granted in rights}
    assert found.pop("alembic_version") == {"SELECT"}
    assert found.keys() == set(db.metadata.tables)
    for table, granted in found.items():
        own = {"SELECT", "INSERT", "UPDATE", "DELETE"}
        own -= {"UPDATE", "DELETE"} if table in LEDGERS else set()
        own -= {"UPDATE"} if table in FROZEN else set()
        own -= {"UPDATE", "DELETE"} if table in FILLED_IN else set()
        own -= {"DELETE"} if table in KEPT else set()
        own -= {"INSERT", "UPDATE", "DELETE"} if table in OWNERS else set()
        assert granted == own, table


def test_a_test_says_in_its_name_what_holds() -> None:
    short = [
        f"{name_of(path)}: {node.name}"
        for path in SOURCES if path.name.startswith("test_")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        and len(node.name.split("_")) < 4
    ]
    assert short == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    words = re.compile(r"pytest\.(skip|xfail|importorskip)\(|mark\.(skip|skipif|xfail)\b")
    found = [name_of(path) for path in SOURCES
             if path.name != Path(__file__).name
             and words.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_no_test_of_the_browser_waits_for_a_script_that_the_pages_own_policy_refuses() -> None:
    # Playwright asks such a function again by eval, which our Content-Security-Policy forbids:
    # only what holds at the first look passes. Its `expect` looks from outside the page.
    waits = re.compile(r"\.wait_for_function\(")
    found = [name_of(path) for path in SOURCES
             if path.name != Path(__file__).name
             and waits.search(path.read_text(encoding="utf-8"))]
    assert found == []
