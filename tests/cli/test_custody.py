"""`custody`: packed, verified, compared, masked and given out from the terminal."""

from __future__ import annotations

import json
import os
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.database import open_casebook
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.people import People
from opencwc.casebook.tokens import Tokens
from opencwc.finding import Message
from opencwc.reports.intake.network import Fetched, Fetcher, Known
from opencwc.wording import LANGUAGES

from .conftest import Ran, Run

OLD = (
    '<html lang="en"><head><title>Leak in Viacha</title></head><body><p>Two people died on 4 March 2026 after a leak.'
    " The resident Ana Roy, 34, saw the drums. The plant was closed.</p></body></html>"
)
URL = "https://news.example/viacha"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(tmp_path / "casebook.db"))
    (tmp_path / "old.html").write_text(OLD)
    (tmp_path / "new.html").write_text(OLD.replace("Two people", "Four people").replace(" The plant was closed.", ""))
    return tmp_path


def pack(run: Run, place: Path, name: str, taken: str) -> Path:
    target = place / f"{name}.wacz"
    done = run("custody", "pack", place / f"{name}.html", "-o", target, "--url", URL, "--taken", taken)
    assert done.status == 0, done.err
    return target


def masked(run: Run, place: Path, *others: object) -> Ran:
    done = run("custody", "mask", place / "old.html", "--to", place / "out.txt", *others)
    assert done.status == 0, done.err
    return done


def test_what_is_packed_is_signed_and_verifies(run: Run, place: Path) -> None:
    archive = pack(run, place, "old", "2026-03-04T10:00:00Z")
    assert oct((place / "settings" / "keys" / "archive.key").stat().st_mode)[-3:] == "600"
    done = run("custody", "verify", archive)
    assert done.status == 0 and "Verified: files 6, records 2, pages 1." in done.text
    said = json.loads(run("custody", "verify", archive, "--format", "json").text)[0]
    assert (said["fits"], said["created"], said["faults"]) == (True, "2026-03-04T10:00:00Z", [])
    named = run("custody", "verify", archive, "--key", said["key"])
    assert named.status == 0 and "one of the keys you named" in named.text
    other = run("custody", "verify", archive, "--key", "0" * 64)
    assert (other.status, "Not signed with any of the keys" in other.text) == (1, True)


def test_the_same_file_packed_twice_is_the_same_archive(run: Run, place: Path) -> None:
    first = pack(run, place, "old", "2026-03-04T10:00:00Z").read_bytes()
    assert pack(run, place, "old", "2026-03-04T10:00:00Z").read_bytes() == first


def test_an_altered_archive_is_told_in_every_language(run: Run, place: Path) -> None:
    archive = pack(run, place, "old", "2026-03-04T10:00:00Z")
    altered = place / "altered.wacz"
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"All Pages", b"Few Pages"))
    said = {lang: run("custody", "verify", altered, "--lang", lang) for lang in LANGUAGES}
    assert {done.status for done in said.values()} == {1}
    assert all("pages/pages.jsonl" in done.text for done in said.values())
    assert len({done.text for done in said.values()}) == len(LANGUAGES)


def test_files_are_packed_without_a_signature_and_as_stix(run: Run, place: Path) -> None:
    done = run("custody", "pack", place / "old.html", place / "new.html", "-o", place / "two.wacz", "--no-sign")
    assert done.status == 0 and "key" not in done.text
    assert "not signed" in run("custody", "verify", place / "two.wacz").text
    done = run("custody", "pack", place / "old.html", "-o", place / "a.json", "--format", "stix", "--url", URL)
    assert done.status == 0
    kinds = [one["type"] for one in json.loads((place / "a.json").read_text())["objects"]]
    assert kinds == ["identity", "file", "artifact", "url", "observed-data"]


def test_two_captures_are_compared_in_each_format(run: Run, place: Path) -> None:
    old, new = pack(run, place, "old", "2026-03-04T10:00:00Z"), pack(run, place, "new", "2026-03-06T10:00:00Z")
    done = run("custody", "compare", old, new)
    assert done.status == 1
    assert done.text.splitlines() == [
        f"The page {URL} changed between 2026-03-04 10:00 and 2026-03-06 10:00.",
        "- [-Two-] people died on 4 March 2026 after a leak.",
        "+ {+Four+} people died on 4 March 2026 after a leak.",
        "- [-The plant was closed.-]",
    ]
    assert run("custody", "compare", old, old).status == 0
    assert run("custody", "compare", place / "old.html", new).status == 1
    (page,) = json.loads(run("custody", "compare", old, new, "--format", "json").text)
    assert page["state"] == "changed"
    assert run("custody", "compare", old, new, "-o", place / "side.html").status == 1
    assert "<mark" in (place / "side.html").read_text()


def test_a_mask_is_proved_part_by_part(run: Run, place: Path) -> None:
    done = masked(run, place)
    assert "Hidden parts: 1." in done.text
    text = (place / "out.txt").read_text()
    assert "The resident ⟦1⟧, 34, saw the drums." in text and "Roy" not in text
    assert "Roy" not in (place / "out.txt.masks.json").read_text()
    salts = place / "out.txt.salts.json"
    assert oct(salts.stat().st_mode)[-3:] == "600"
    assert run("custody", "prove", salts, 1, "-o", place / "part.json").status == 0
    words = ("custody", "check-part", place / "out.txt.masks.json", place / "part.json", "--text", place / "out.txt")
    done = run(*words)
    assert (done.status, done.text) == (0, "Verified: part 1 reads: Ana Roy.\n")
    (place / "part.json").write_text((place / "part.json").read_text().replace("Ana Roy", "Ana Ray"))
    done = run(*words, "--format", "json")
    assert (done.status, json.loads(done.text)["fits"]) == (1, False)
    back = run("custody", "reveal", place / "out.txt", place / "out.txt.masks.json", salts)
    assert "The resident Ana Roy, 34, saw" in back.text


def test_names_are_masked_by_hand_and_the_same_person_alike(run: Run, place: Path) -> None:
    (place / "names.txt").write_text("\ufeffviacha\n\n")
    masked(run, place, "--names", place / "names.txt", "--no-rule", "--span", "16-19", "--same", "--lang", "fr")
    text = (place / "out.txt").read_text()
    assert text.startswith("Leak in ⟦personne 1⟧\n\n⟦personne 2⟧ people") and "Ana Roy" in text


def test_a_mask_overwrites_nothing(run: Run, place: Path) -> None:
    masked(run, place)
    before = {file: file.read_bytes() for file in place.glob("out.txt*")}
    again = run("custody", "mask", place / "old.html", "--to", place / "out.txt")
    assert again.status == 2 and "nothing is overwritten" in again.err
    assert {file: file.read_bytes() for file in place.glob("out.txt*")} == before


def test_a_text_that_cannot_be_read_as_a_whole_is_not_masked(run: Run, place: Path) -> None:
    (place / "long.txt").write_text("Ana Roy, 34, a resident, said so. " * 8_000)
    done = run("custody", "mask", place / "long.txt", "--to", place / "out.txt")
    assert done.status == 2 and "cannot be masked completely" in done.err
    assert not list(place.glob("out.txt*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("verify", "old.html"), "not a web archive"),
        (("pack", "none.html", "-o", "x.wacz"), "no such file"),
        (("pack", "old.html", "-o", "x.wacz", "--taken", "yesterday"), "yesterday"),
        (("pack", "old.html", "-o", "x.wacz", "--url", "a", "--url", "b"), "2 addresses but 1 files"),
        (("compare", "old.html", "none.html"), "no such file"),
        (("mask", "old.html", "--to", "x.txt", "--span", "7"), "not a range of characters"),
        (("mask", "old.html", "--to", "x.txt", "--span", "7-99999"), "outside the text"),
        (("check-part", "old.html", "old.html"), "does not describe a masked text"),
        (("steps", "none"), "no casebook"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_to_do(
    words: tuple[str, ...], said: str, run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    done = run("custody", *words)
    assert done.status == 2 and said in done.err, done.err
    assert not (place / "x.wacz").exists() and not (place / "x.txt").exists()


def test_originals_are_kept_worked_with_and_given_out_once_another_approved(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = ("--url", URL, "--taken", "2026-03-04T10:00:00Z")
    assert run("custody", "receive", "viacha", place / "old.html", *taken).status == 0
    original = sha256(OLD.encode()).hexdigest()
    assert run("custody", "copy", "viacha", original, "-o", place / "work.html").status == 0
    assert (place / "work.html").read_text() == OLD
    (place / "note.txt").write_text("Read from the page.")
    noted = run("custody", "keep-copy", "viacha", original, place / "note.txt", "--note", "by hand")
    assert noted.status == 0, noted.err
    assert "not yet anchored" in run("custody", "steps", "viacha").text
    assert run("case", "anchor").status == 0
    steps = json.loads(run("custody", "steps", "viacha", "--format", "json").text)
    assert [(one["step"]["step"], one["anchored"]) for one in steps] == [
        ("captured", True), ("copied", True), ("copied", True),
    ]  # fmt: skip
    request = approved(run, place, monkeypatch)
    done = run("custody", "give", "viacha", request, "-o", place / "case.wacz", "--to", "the court")
    assert done.status == 0, done.err
    assert sha256((place / "case.wacz").read_bytes()).hexdigest() in done.text
    assert run("custody", "verify", place / "case.wacz").status == 0
    with zipfile.ZipFile(place / "case.wacz") as package:
        told = json.loads(package.read("custody/steps.json"))["steps"]
        assert [(one["sha256"], one["url"], bool(one["anchored"])) for one in told] == [(original, URL, True)]
        (place / "proof.json").write_bytes(package.read(f"custody/{told[0]['proof']}"))
    opened = told[0]["opened"]
    committed = sha256(bytes.fromhex(opened["salt"]) + opened["content"].encode()).hexdigest()
    assert json.loads((place / "proof.json").read_text())["commitment"] == committed
    assert json.loads(opened["content"])["body"]["source"] == original
    assert run("case", "proof", "--check", place / "proof.json").status == 0
    last = json.loads(run("custody", "steps", "viacha", "--format", "json").text)[-1]["step"]
    assert (last["step"], last["note"]) == ("given_out", "the court")
    with closing(open_casebook(place / "casebook.db")) as book:
        assert not verify_all(book).problems


def test_what_leaves_masked_tells_nothing_of_its_original(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    masked(run, place, "--keep", "viacha")
    request = approved(run, place, monkeypatch)
    done = run("custody", "give", "viacha", request, "-o", place / "masked.wacz", "--masked")
    assert done.status == 0, done.err
    assert run("custody", "verify", place / "masked.wacz").status == 0
    original = sha256(OLD.encode()).hexdigest()
    for name, data in unpacked(place / "masked.wacz").items():
        for secret in (b"Roy", b"old.html", b"viacha", original.encode(), URL.encode()):
            assert secret not in data.replace(b"Leak in Viacha", b""), (name, secret)


def unpacked(archive: Path) -> dict[str, bytes]:
    import gzip

    with zipfile.ZipFile(archive) as package:
        files = {name: package.read(name) for name in package.namelist()}
    return {name: gzip.decompress(data) if name.endswith(".gz") else data for name, data in files.items()}


def test_nothing_leaves_without_an_approval_or_unencrypted_where_it_is_marked(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("custody", "receive", "viacha", place / "old.html", "--mark", "restricted").status == 0
    done = run("custody", "give", "viacha", 1, "-o", place / "case.wacz")
    assert done.status == 2 and not (place / "case.wacz").exists()
    recipient = run("case", "identity", place / "me.age").text.strip()
    request = approved(run, place, monkeypatch, "--to", recipient)
    done = run("custody", "give", "viacha", request, "-o", place / "case.wacz.age")
    assert done.status == 0, done.err
    assert (place / "case.wacz.age").read_bytes().startswith(b"age-encryption.org/")
    opened = ("--identity", place / "me.age", "-o", place / "case.wacz")
    assert run("case", "decrypt", place / "case.wacz.age", *opened).status == 0
    assert run("custody", "verify", place / "case.wacz").status == 0


def approved(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch, *others: str) -> int:
    """Ask for the export of the case, have another reviewer approve it, and return the request."""
    assert run("case", "export", "viacha", "--reason", "for the court", *others).status == 0
    (asked,) = json.loads(run("case", "requests", "--waiting", "--format", "json").text)
    with closing(open_casebook(place / "casebook.db")) as book:
        people = People(book)
        other = people.add("console", "rene", "René", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
        _, secret = Tokens(people).make(other.id, other, "cli", ("read", "approve"), timedelta(days=3))
    with monkeypatch.context() as as_other:
        as_other.setenv("OPENCWC_TOKEN", secret)
        assert run("case", "approve", asked["seq"]).status == 0
    assert "OPENCWC_TOKEN" not in os.environ
    return int(asked["seq"])


def test_trusted_certificates_that_cannot_be_read_are_told(run: Run, place: Path) -> None:
    archive = pack(run, place, "old", "2026-03-04")
    (place / "roots.pem").write_text("nonsense")
    told = run("custody", "verify", archive, "--trust", place / "roots.pem")
    assert told.status == 2 and "roots.pem" in told.err
    assert run("custody", "verify", archive, "--trust", place / "none.pem").status == 2


def test_a_page_is_captured_only_where_the_setting_names_its_host(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(self: Fetcher, url: str, known: Known | None = None) -> Fetched:
        taken = datetime(2026, 3, 4, 10, tzinfo=UTC)
        if not self.settings.allows("news.example"):
            return Fetched("failed", url, taken, why=Message("watch_fetch_host_unnamed", {"host": "news.example"}))
        return Fetched("new", f"{url}/now", taken, OLD.encode(), "text/html")

    monkeypatch.setattr(Fetcher, "fetch", fetch)
    off = run("custody", "capture", "viacha", URL)
    assert off.status == 2 and "network access is off" in off.err
    settings = place / "settings" / "opencwc.toml"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text("[watch]\nnetwork = true\n")
    unnamed = run("custody", "capture", "viacha", URL)
    assert unnamed.status == 2 and "news.example" in unnamed.err
    settings.write_text('[watch]\nnetwork = true\nhosts = ["news.example"]\n')
    assert run("custody", "capture", "viacha", URL).status == 0
    (proved,) = json.loads(run("custody", "steps", "viacha", "--format", "json").text)
    step = proved["step"]
    assert (step["step"], step["url"], step["taken"]) == ("captured", f"{URL}/now", "2026-03-04T10:00:00Z")
    assert (step["name"], step["source_id"]) == ("now.html", sha256(OLD.encode()).hexdigest())
