"""A real PostgreSQL for the tests: a cluster of its own in a temporary folder, never as root, on a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path


def folder_of_server() -> Path:
    """Return where the server's programs are, the newest where there are several."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if programs:
        return programs[-1].parent
    program = shutil.which("initdb")
    assert program, "PostgreSQL is not installed: apt-get install postgresql"
    return Path(program).resolve().parent


class Cluster:
    """A running server; ``url(database)`` is how to reach it."""

    def __init__(self, *, fsync: bool = False, certificate: Path | None = None, port: int = 5432) -> None:
        self._programs = folder_of_server()
        self.folder = Path(tempfile.mkdtemp(prefix="opencwc-postgresql-"))
        self._as_user: list[str] = []
        self._tables = ""
        if os.getuid() == 0:  # the server refuses to run as root
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "books", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-c listen_addresses='' -k {self.folder} -c fsync={'on' if fsync else 'off'} -c max_connections=100"
        if certificate is not None:  # a folder with server.crt and server.key
            options = (
                options.replace("listen_addresses=''", "listen_addresses=127.0.0.1") + f" -c port={port} -c ssl=on"
            )
            for name in ("server.crt", "server.key"):
                shutil.copy(certificate / name, data / name)
                (data / name).chmod(0o600)
                if self._as_user:
                    os.chown(data / name, user.pw_uid, user.pw_gid)
        self._run("pg_ctl", "-D", str(data), "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [*self._as_user, str(self._programs / program), *words],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        )  # fmt: skip
        log = self.folder / "log"
        assert done.returncode == 0, done.stdout.decode() + (log.read_text() if log.exists() else "")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+pg8000://books@/{database}?unix_sock={self.folder}/.s.PGSQL.5432"

    def make_database(self, name: str, template: str = "template0") -> str:
        from sqlalchemy import create_engine

        engine = create_engine(self.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        engine.dispose()
        return self.url(name)

    def with_tables(self) -> str:
        """Return the name of a database with the tables of a casebook, empty, of which copies are made."""
        if not self._tables:
            from opencwc.casebook.database import casebook_url, make_engine

            from .quick_casebook import MIGRATE

            engine = make_engine(casebook_url(self.make_database("with_tables")))
            MIGRATE(engine)
            engine.dispose()
            self._tables = "with_tables"
        return self._tables

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        # Hundreds of thousands of files: they go while the tests end.
        subprocess.run(["sh", "-c", 'rm -rf "$0" &', str(self.folder)], check=False, start_new_session=True)
