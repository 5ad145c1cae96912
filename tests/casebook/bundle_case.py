"""A small casebook of three cases with records of every kind, written as a bundle; and a time-stamping authority.

The casebook is made here by hand, not by `opencwc.casebook`, so that the verifier is tried against the written format.
"""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pytest

from opencwc.casebook import bundle_verifier
from opencwc.casebook import bundle_writer as writing
from opencwc.casebook.chain import FIRST_LINK, block_digest, canonical, commitment, link
from opencwc.casebook.merkle_tree import Tree
from opencwc.casebook.signing import Signer

BOOK_ID = "7d5a3c1e-0000-4000-8000-00000000c0de"
SOURCE = "id,name\n1,sarin\n2,water\n3,\u0633\u0627\u0631\u064a\u0646\n".encode()
SOURCE_ID = sha256(SOURCE).hexdigest()
CASE = 2
ERASED_RECORD = 14
ERASED_FINDING = 3
FIRST_ROOTED = 3
"""The first checkpoint that states the root of the tree: those before it are of an earlier version."""
NO_ROOTS: dict[int, bytes] = {}
EVERY_KIND = (
    "casebook_made", "person_set", "case_opened", "case_changed", "source_kept", "run_started", "findings",
    "run_finished", "decision", "comment", "recheck_drawn", "request", "answer", "erasure", "model_switched", "refusal",
    "access", "export",
)  # fmt: skip
"""The kinds of records that a casebook keeps."""


def salt_of(what: str) -> bytes:
    return sha256(what.encode()).digest()[:16]


@dataclass
class Kept:
    """A record as it is kept: what it says, and for a block of findings those too."""

    seq: int
    kind: str
    case: int | None
    body: dict
    actor: str = "person-1"
    findings: list[tuple[int, bytes, str]] = field(default_factory=list)

    @property
    def content(self) -> str:
        at = f"2026-11-24T10:{self.seq:02}:00.000000Z"
        statement = {
            "seq": self.seq,
            "at": at,
            "kind": self.kind,
            "actor": self.actor,
            "case": self.case,
            "body": self.body,
        }
        return canonical(statement)

    @property
    def salt(self) -> bytes:
        return salt_of(f"record {self.seq}")


@dataclass
class Book:
    """The record, and after which numbers a checkpoint is signed by which of two keys."""

    records: list[Kept]
    signed_at: list[tuple[int, int]]

    @property
    def chain(self) -> list[writing.ChainPlace]:
        places, before = [], FIRST_LINK
        for record in self.records:
            committed = commitment(record.salt, record.content)
            before = link(before, committed)
            places.append(writing.ChainPlace(record.seq, committed, before))
        return places

    def checkpoints(
        self, signers: tuple[Signer, Signer], roots: dict[int, bytes] = NO_ROOTS
    ) -> list[writing.ShownCheckpoint]:
        """Sign the checkpoints; ``roots`` are those that are stated wrongly, by the number of the checkpoint."""
        chain, signed, previous = self.chain, [], "0" * 64
        tree = Tree(place.commitment for place in chain)
        for number, (seq, whose) in enumerate(self.signed_at, 1):
            said = {
                "casebook": BOOK_ID, "number": number, "seq": seq, "link": chain[seq - 1].link.hex(),
                "at": f"2026-11-24T10:{seq:02}:30.000000Z", "previous": previous,
            }  # fmt: skip
            if number >= FIRST_ROOTED:
                said["root"] = roots.get(number, tree.root(seq)).hex()
            statement = canonical(said)
            signature = signers[whose].sign(statement.encode())
            previous = sha256(statement.encode() + signature).hexdigest()
            signed.append(writing.ShownCheckpoint(statement, signature, signers[whose].fingerprint))
        return signed

    def places(
        self, signers: tuple[Signer, Signer], roots: dict[int, bytes] = NO_ROOTS, *, links: bool = False
    ) -> dict[str, object]:
        """Show where the records stand: by every link, or by paths and heads with the checkpoints that state a root."""
        chain, checkpoints = self.chain, self.checkpoints(signers, roots)
        if links:
            return {"chain": chain, "checkpoints": checkpoints}
        rooted = [shown for shown in checkpoints if "root" in json.loads(shown.statement)]
        heads = sorted({seq for seq, _ in self.signed_at if seq < chain[-1].seq})
        return {"tree": Tree(place.commitment for place in chain), "heads": heads, "checkpoints": rooted}

    def contents(
        self,
        signers: tuple[Signer, Signer],
        roots: dict[int, bytes] = NO_ROOTS,
        *,
        links: bool = False,
        **other: object,
    ) -> writing.BundleContents:
        exported = [record for record in self.records if record.case in (None, CASE)]
        erased = {ERASED_RECORD} if any(record.kind == "erasure" for record in self.records) else set()
        return writing.BundleContents(
            casebook=BOOK_ID, case="imports-2026", case_number=CASE, mark="protected",
            exported_at="2026-11-24T12:00:00Z", exported_by="person-1", approved_by="person-2",
            recipients=("OPCW",),
            records=[
                writing.ShownRecord(record.seq, None, None, commitment(record.salt, record.content))
                if record.seq in erased
                else writing.ShownRecord(record.seq, record.salt, record.content)
                for record in exported
            ],
            blocks=[
                writing.ShownBlock(
                    record.seq, [shown_finding(*finding, sealed=bool(erased)) for finding in record.findings]
                )
                for record in exported if record.kind == "findings"
            ],
            **self.places(signers, roots, links=links), keys=[signer.public_pem() for signer in signers],
            sources=[writing.ShownSource(SOURCE_ID, [SOURCE[:7], SOURCE[7:]])], **other,
        )  # fmt: skip


def shown_finding(identity: int, salt: bytes, content: str, *, sealed: bool) -> writing.ShownFinding:
    if sealed and identity == ERASED_FINDING:
        return writing.ShownFinding(identity, None, None, commitment(salt, content))
    return writing.ShownFinding(identity, salt, content)


def make_book() -> Book:
    """Return the record of a casebook in which everything has happened once."""
    book = Book([], [])

    def keep(kind: str, body: dict, case: int | None = None, actor: str = "person-1") -> None:
        book.records.append(Kept(len(book.records) + 1, kind, case, body, actor))

    def keep_block(case: int, run: int, first: int, count: int) -> None:
        findings = [
            (
                n,
                salt_of(f"finding {n}"),
                canonical({"id": n, "run": run, "row": n, "verdict": "review", "input": "سارين"}),
            )
            for n in range(first, first + count)
        ]
        digest = block_digest(commitment(salt, content) for _, salt, content in findings).hex()
        keep("findings", {"run": run, "first": first, "count": count, "digest": digest}, case, "worker")
        book.records[-1].findings = findings

    keep("casebook_made", {"casebook": BOOK_ID}, actor="console")
    keep("person_set", {"person": "person-1", "role": "reviewer"}, actor="console")
    for number, name in ((1, "licences"), (CASE, "imports-2026"), (3, "press")):
        keep("case_opened", {"name": name, "mark": "protected"}, number)
    book.signed_at.append((5, 0))
    keep("source_kept", {"source": SOURCE_ID, "name": "imports.csv", "size": len(SOURCE), "mark": "protected"})
    keep("run_started", {"run": 1, "verb": "screen", "source": SOURCE_ID}, CASE)
    keep_block(CASE, 1, 1, 5)
    book.signed_at.append((8, 0))
    keep("run_started", {"run": 2, "verb": "screen", "source": ""}, 1)
    keep_block(1, 2, 6, 3)
    keep_block(CASE, 1, 9, 4)
    keep("run_finished", {"run": 1, "rows": 9, "findings": 9}, CASE)
    book.signed_at.append((12, 0))
    keep("decision", {"finding": 1, "outcome": "accept", "reason": "The structure is right."}, CASE)
    keep("comment", {"finding": None, "text": "Mr X told me on the telephone."}, CASE)
    keep("case_changed", {"status": "in_review"}, CASE)
    keep("recheck_drawn", {"finding": 1, "reviewer": "person-2"}, CASE)
    keep("model_switched", {"model": "py3langid", "on": False}, actor="person-3")
    keep("refusal", {"reason": "synthesis"})
    keep("access", {"what": "source", "source": SOURCE_ID}, CASE)
    book.signed_at += [(19, 0), (19, 1)]  # another key signs from here on
    keep("request", {"what": "erasure"}, CASE)
    keep("answer", {"request": 20, "outcome": "accept"}, CASE, "person-2")
    keep("erasure", {"request": 20, "records": [ERASED_RECORD], "findings": [[3, 3]]}, CASE)
    keep("request", {"what": "export"}, CASE)
    keep("answer", {"request": 23, "outcome": "accept"}, CASE, "person-2")
    keep("case_changed", {"status": "closed"}, 3)
    keep("export", {"request": 23, "recipients": ["OPCW"]}, CASE)
    book.signed_at.append((26, 1))
    return book


def younger(book: Book, seq: int) -> Book:
    """Return the book as it was when record ``seq`` was its last."""
    return Book(book.records[:seq], [sealing for sealing in book.signed_at if sealing[0] <= seq])


def changed(book: Book, seq: int, **body: object) -> Book:
    """Return the book with another content of one record: what a forger of the database would make of it."""
    records = [
        replace(record, body={**record.body, **body}) if record.seq == seq else record for record in book.records
    ]
    return Book(records, book.signed_at)


# ---- a bundle as its members, to be tampered with


def members_of(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(path: Path, members: dict[str, bytes], twice: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        if twice:
            archive.writestr(twice, members[twice])
    return path


def lines_of(members: dict[str, bytes], name: str) -> list[dict]:
    return [json.loads(line) for line in members[name].splitlines()]


def set_lines(members: dict[str, bytes], name: str, lines: list[dict]) -> None:
    members[name] = b"".join(canonical(line).encode() + b"\n" for line in lines)


def resigned(members: dict[str, bytes], forger: Signer, *, name_own_key: bool = True) -> dict[str, bytes]:
    """Return the members with a manifest that fits them, signed by somebody else."""
    members = dict(members)
    manifest = json.loads(members["manifest.json"])
    if name_own_key:
        manifest["key"] = forger.fingerprint
        members[f"keys/{forger.fingerprint}.pem"] = forger.public_pem()
    manifest["files"] = {
        name: sha256(data).hexdigest() for name, data in members.items() if not name.startswith("manifest.")
    }
    manifest["counts"] = {
        "records": members["records.jsonl"].count(b"\n"),
        "findings": members["findings.jsonl"].count(b'"id":'),
    }
    members["manifest.json"] = canonical(manifest).encode()
    members["manifest.sig"] = forger.sign(members["manifest.json"])
    return members


@contextmanager
def signatures_asked_once() -> Iterator[None]:
    """Ask openssl about each signature once: hundreds of bundles differ in a line and share their signatures."""
    with pytest.MonkeyPatch.context() as patch:
        ask = bundle_verifier.OpenSSL.signed
        answers: dict[tuple[bytes, bytes, bytes], bool] = {}

        def signed(openssl: bundle_verifier.OpenSSL, der: bytes, data: bytes, signature: bytes) -> bool:
            key = (der, data, signature)
            if key not in answers:
                answers[key] = ask(openssl, *key)
            return answers[key]

        patch.setattr(bundle_verifier.OpenSSL, "signed", signed)
        yield


# ---- a time-stamping authority


class Authority:
    """A certificate authority and a time-stamping authority, made with the openssl command."""

    def __init__(self, folder: Path, name: str = "Time of the House") -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        (folder / "ts.cnf").write_text(
            "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\n"
            "digests=sha256,sha512\nordering=no\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n"
            "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"
            "[stamping]\nextendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
            "[other]\nextendedKeyUsage=critical,emailProtection\nkeyUsage=critical,digitalSignature\n"
            "[req]\ndistinguished_name=dn\n[dn]\n"
        )
        (folder / "serial").write_text("01\n")
        new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        self.openssl(
            "req", "-x509", "-config", "ts.cnf", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "10",
            "-subj", f"/CN={name} CA", "-extensions", "ca",
        )  # fmt: skip
        for purpose in ("stamping", "other"):
            self.openssl(
                "req", "-config", "ts.cnf", *new_key, "-keyout", f"{purpose}.key", "-out", f"{purpose}.csr", "-subj",
                f"/CN={name}",
            )  # fmt: skip
            self.openssl(
                "x509", "-req", "-in", f"{purpose}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-out", f"{purpose}.pem",
                "-days", "9", "-extfile", "ts.cnf", "-extensions", purpose,
            )  # fmt: skip
        self.ca = folder / "ca.pem"

    def openssl(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == 0, (arguments, done.stderr.decode())

    def stamp(self, query: bytes) -> bytes:
        """Return the response to a request."""
        (self.folder / "in.tsq").write_bytes(query)
        self.openssl(
            "ts", "-reply", "-config", "ts.cnf", "-queryfile", "in.tsq", "-signer", "stamping.pem", "-inkey",
            "stamping.key", "-out", "out.tsr",
        )  # fmt: skip
        return (self.folder / "out.tsr").read_bytes()

    def stamp_with_other_certificate(self, query: bytes) -> bytes:
        """Return a response signed with a certificate of the same authority that is not for time stamps."""
        self.stamp(query)
        self.openssl("ts", "-reply", "-in", "out.tsr", "-token_out", "-out", "token.der")
        self.openssl("cms", "-verify", "-noverify", "-inform", "DER", "-in", "token.der", "-out", "info.der", "-binary")
        self.openssl(
            "cms", "-sign", "-nodetach", "-binary", "-cades", "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-md",
            "sha256", "-signer", "other.pem", "-inkey", "other.key", "-in", "info.der", "-outform", "DER", "-out",
            "other.der",
        )  # fmt: skip
        inside = bytes.fromhex("3003020100") + (self.folder / "other.der").read_bytes()
        return b"\x30\x82" + len(inside).to_bytes(2, "big") + inside
