"""Where a casebook lies, who may read its file, and which casebooks are refused."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.database import Casebook, casebook_url, lock_seconds, open_casebook, shown, upgrade
from opencwc.casebook.migration import state_of
from opencwc.errors import NotFoundError, SettingsError, StorageError

from .cluster import Cluster

pytestmark = pytest.mark.usefixtures("true_tables")


@pytest.mark.parametrize(
    ("address", "driver", "database"),
    [
        ("books/casebook.db", "sqlite", f"{Path.cwd()}/books/casebook.db"),
        ("/var/books/casebook.db", "sqlite", "/var/books/casebook.db"),
        ("sqlite:////var/books/casebook.db", "sqlite", "/var/books/casebook.db"),
        ("postgresql://books@db.example/cwc", "postgresql+pg8000", "cwc"),
        ("postgresql+pg8000://books@/cwc?unix_sock=/run/x", "postgresql+pg8000", "cwc"),
    ],
)
def test_an_address_is_a_file_or_a_url(address: str, driver: str, database: str) -> None:
    url = casebook_url(address)
    assert (url.drivername, url.database) == (driver, database)


@pytest.mark.parametrize("address", ["mysql://books@db/cwc", "nonsense://x", "postgresql://db:port/cwc", "://"])
def test_what_is_no_address_is_refused_with_a_remedy(address: str) -> None:
    with pytest.raises(SettingsError, match="postgresql://USER@HOST/NAME"):
        casebook_url(address)


def test_the_address_comes_from_the_argument_the_environment_the_settings_or_habit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    monkeypatch.setenv("OPENCWC_DATA", str(tmp_path / "data"))
    assert casebook_url("").database == str(tmp_path / "data" / "casebook.db")
    (tmp_path / "opencwc.toml").write_text('[casebook]\nurl = "/from/settings.db"\n')
    assert casebook_url("").database == "/from/settings.db"
    monkeypatch.setenv("OPENCWC_CASEBOOK", "/from/environment.db")
    assert casebook_url("").database == "/from/environment.db"
    assert casebook_url("/asked.db").database == "/asked.db"


def test_a_password_is_read_from_its_file_and_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("a secret\n")
    monkeypatch.setenv("OPENCWC_CASEBOOK_PASSWORD_FILE", str(tmp_path / "password"))
    url = casebook_url("postgresql://books@db/cwc")
    assert url.password == "a secret"
    assert "secret" not in shown(url)


def test_a_password_file_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_CASEBOOK_PASSWORD_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="OPENCWC_CASEBOOK_PASSWORD_FILE"):
        casebook_url("postgresql://books@db/cwc")


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "1e9"])
def test_a_time_to_wait_that_is_none_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_LOCK_SECONDS", text)
    with pytest.raises(SettingsError, match="OPENCWC_LOCK_SECONDS"):
        lock_seconds()


def test_a_new_casebook_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    before = os.umask(0)
    try:
        book = open_casebook(tmp_path / "books" / "casebook.db")
        files = sorted((tmp_path / "books").iterdir())
        assert len(files) == 3  # the database, its log and the log's index
        assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 3
        assert (tmp_path / "books").stat().st_mode & 0o777 == 0o700
        assert book.log.path.stat().st_mode & 0o777 == 0o600
        assert book.log.path.parent.stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)
    book.close()


def test_a_file_that_others_may_read_is_closed_to_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    open_casebook(tmp_path / "casebook.db").close()
    (tmp_path / "casebook.db").chmod(0o644)
    open_casebook(tmp_path / "casebook.db").close()
    assert (tmp_path / "casebook.db").stat().st_mode & 0o777 == 0o600


def test_a_casebook_that_is_not_there_is_not_made_by_looking(place: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="--keep CASE"):
        open_casebook(place, create=False)
    assert not (tmp_path / "casebook.db").exists()


def test_a_casebook_of_another_version_is_refused_with_a_remedy(book: Casebook, place: str) -> None:
    with book.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SettingsError, match=r"another version of OpenCWC.*backup.*case upgrade"):
        open_casebook(place)


def test_tables_of_something_else_are_refused(book: Casebook, place: str) -> None:
    with book.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP TABLE alembic_version")
    with pytest.raises(SettingsError, match="another version"):
        open_casebook(place)


def test_the_migrations_make_the_tables_that_the_code_expects(book: Casebook) -> None:
    assert state_of(book.engine) == "current"
    with book.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_opening_again_changes_nothing(book: Casebook, place: str) -> None:
    again = open_casebook(place)
    assert (again.id, verify_all(again).records) == (book.id, 1)
    again.close()


_OPENER = """
import sys
from opencwc.casebook.database import open_casebook
print("ready", flush=True)
sys.stdin.readline()
book = open_casebook(sys.argv[1])
print(book.id)
"""


def test_two_who_open_a_new_casebook_at_once_make_one(place: str) -> None:
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", _OPENER, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for opener in openers:
        assert opener.stdout is not None and opener.stdout.readline() == "ready\n"
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("\n")
        opener.stdin.flush()
    outputs = [opener.communicate(timeout=60)[0] for opener in openers]
    assert all(opener.returncode == 0 for opener in openers)
    assert len(set(outputs)) == 1 and outputs[0].strip()
    book = open_casebook(place)
    report = verify_all(book)
    assert report.fits and report.records == 1
    book.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match="folder of the casebook"):
        open_casebook(tmp_path / "file" / "casebook.db")


def test_a_server_must_show_the_certificate_of_the_authority_that_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    for name in ("ours", "other"):
        (tmp_path / name).mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-keyout", "server.key", "-out", "server.crt", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost"],
            cwd=tmp_path / name, check=True, capture_output=True,
        )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster = Cluster(certificate=tmp_path / "ours", port=port)
    try:
        address = f"postgresql://books@localhost:{port}/postgres?sslrootcert={tmp_path}"
        book = open_casebook(f"{address}/ours/server.crt")
        with book.reading() as connection:
            query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            assert connection.exec_driver_sql(query).scalar_one() is True
        book.close()
        with pytest.raises(StorageError):
            open_casebook(f"{address}/other/server.crt")
        with pytest.raises(SettingsError, match="PEM"):
            open_casebook(f"{address}/none.crt")
    finally:
        cluster.stop()


def test_an_empty_place_is_made_by_an_upgrade(place: str) -> None:
    upgrade(place)
    book = open_casebook(place, create=False)
    assert book.id
    book.close()


def test_a_casebook_whose_key_is_not_here_is_not_signed_with_another(place: str, tmp_path: Path) -> None:
    open_casebook(place).close()
    key = tmp_path / "settings" / "keys" / "checkpoint.key"
    key.rename(tmp_path / "away")
    with pytest.raises(SettingsError, match="the key that signs this casebook is not here"):
        open_casebook(place)
    (tmp_path / "away").rename(key)
    open_casebook(place).close()
