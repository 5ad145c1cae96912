#!/usr/bin/env python3
"""Check a bundle that was exported from an OpenCWC casebook, on any machine, years later.

    python3 verify.py BUNDLE.zip [--key FINGERPRINT] [--ca CA.pem] [--older OLDER.zip] [--anchor HEAD]
        [--proof PROOF.json] [--json]

Needs Python 3.9 or later and the `openssl` command (3.0 or later), nothing else; changes nothing; uses no network.
Exit status: 0 everything fits, 1 something does not fit, 2 the bundle could not be checked at all.

The casebook keeps one numbered record of everything that was done. All the proof rests on SHA-256 and Ed25519:

    commitment of a record = SHA-256(salt || content)
    digest of a block      = SHA-256(commitment of its first finding || ... || commitment of its last)
    root of the first N    = the Merkle tree hash (RFC 9162, 2.1.1) of their commitments
    path of a record       = the hashes beside its way up the tree (RFC 9162, 2.1.3): with them it leads to the root
    path of a number n     = what shows that the tree of the first n is the beginning of another (RFC 9162, 2.1.4)
    link of a record       = SHA-256(link of the record before || commitment); before the first stand 32 zero bytes
    checkpoint             = a signed statement of link and root at one record, which names the hash of the one before

The head is the root of all records, signed. A record of the case has a path to it; older bundles show the link of each
record of the house instead. Who changes, drops, adds or moves a record makes another root, and then has to sign the new
head. So all hangs on one thing that no file can prove of itself: that the key is the right one. Compare its
fingerprint with one that reached you by another way (--key). Read this file from top to bottom: each check is one
function, in order.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

FORMAT = "opencwc-bundle-3"
LINKED = "opencwc-bundle-2"  # with every link of the house, where this one has a path for each record
FORMATS = ("opencwc-bundle-1", LINKED, FORMAT)  # in the first, no record says how many of its case come before it
NEEDED = ("records.jsonl", "findings.jsonl", "checkpoints.jsonl", "report.html", "README.txt", "verify.py")
MEMBER = re.compile(
    r"manifest\.json|manifest\.sig|chain\.txt|(records|findings|checkpoints|heads)\.jsonl|report\.html|README\.txt"
    r"|verify\.py"
    r"|keys/[0-9a-f]{64}\.pem|timestamps/[1-9][0-9]{0,17}\.ts[qr]|sources/[0-9a-f]{64}"
)
SHA256 = re.compile(r"[0-9a-f]{64}")
CHAIN_LINE = re.compile(rb"([1-9][0-9]{0,17}) ([0-9a-f]{64}) ([0-9a-f]{64})")
ED25519 = bytes.fromhex("302a300506032b6570032100")  # how an Ed25519 SubjectPublicKeyInfo begins (RFC 8410)
MARKS = ("unclassified", "restricted", "protected", "highly_protected")
LONGEST_LINE = 64 * 2**20  # and the longest member that is read whole: nothing in a bundle can exhaust the memory
FEW = 500  # up to so many checkpoints, each signature is checked
CONSISTENCY = "opencwc-consistency-1"
NO_PROOF = "Ask the house for the proof (opencwc case proof --since) and give it with --proof."


class Unreadable(Exception):
    """The bundle cannot be checked at all: exit status 2."""


class Misfit(Exception):
    """Something does not fit: what, and of which record where that is known (``seq`` 0: of none in particular)."""

    def __init__(self, what: str, seq: int = 0, kind: str = "") -> None:
        super().__init__(what)
        self.what, self.seq, self.kind = what, seq, kind

    def __str__(self) -> str:
        return (f"Record {self.seq}{f' ({self.kind})' if self.kind else ''}: " if self.seq else "") + self.what


@dataclass(frozen=True)
class Proof:
    """What shows that one head goes on from another: of each the number of records and the root."""

    where: str
    old: tuple[int, bytes]
    new: tuple[int, bytes]
    path: list[bytes]


@dataclass
class Report:
    """What was checked, what could not be, what does not fit, and what is no fault but should be known."""

    bundle: str
    about: str = ""
    key: str = ""
    checked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)
    head: tuple[int, bytes] = (0, b"")  # the number of records up to which all fits, and the root of their tree

    @property
    def fits(self) -> bool:
        """Tell whether everything that was checked fits."""
        return not self.misfits

    @property
    def first(self) -> Misfit | None:
        """Return the first record that does not fit, or the first other thing where no record is known."""
        return min(
            (misfit for misfit in self.misfits if misfit.seq),
            key=lambda misfit: misfit.seq,
            default=next(iter(self.misfits), None),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        misfits = [
            {"record": misfit.seq or None, "kind": misfit.kind or None, "what": misfit.what} for misfit in self.misfits
        ]
        first = misfits[self.misfits.index(self.first)] if self.first else None
        head = {"bundle": self.bundle, "fits": self.fits, "about": self.about, "key": self.key, "first": first}
        return {**head, "misfits": misfits, "checked": self.checked, "told": self.told, "unchecked": self.unchecked}

    def as_text(self) -> str:
        """Return the report in sentences, safe to show on a terminal."""
        lines = [self.about] if self.about else []
        lines += ["THE BUNDLE FITS." if self.fits else "THE BUNDLE DOES NOT FIT."]
        if self.first:
            lines += ["The first that does not fit:", f"  {self.first}", "All that does not fit:"]
            lines += [f"  - {misfit}" for misfit in self.misfits]
        lines += ["Checked:", *(f"  - {check}" for check in self.checked)]
        if self.told:
            lines += ["No faults, but to be known:", *(f"  - {what}" for what in self.told)]
        lines += ["Not checked:", *(f"  - {check}" for check in self.unchecked)]
        return "\n".join(printable(line) for line in lines)


def verify_bundle(
    path: str | Path,
    key: str | Iterable[str] = "",
    ca: str | Path = "",
    older: str | Path = "",
    anchors: Sequence[str | Path] = (),
    proofs: Sequence[str | Path] = (),
) -> Report:
    """Check a bundle; `Unreadable` where it is none or where there is no openssl to check it with.

    ``key`` is the fingerprint that the reader expects, or several, of which one must be that of the bundle. ``anchors``
    are files with signed heads of the record that came by another way, ``proofs`` what shows that one head goes on from
    another.
    """
    report = Report(str(path))
    heads = [read_anchor(Path(anchor)) for anchor in anchors]
    brought = [read_proof(Path(proof)) for proof in proofs]
    before = verify_bundle(older) if older else None
    with tempfile.TemporaryDirectory() as folder, Bundle(path, OpenSSL(Path(folder)), report) as bundle:
        check_members(bundle)
        if bundle.holds(read_manifest):
            bundle.holds(check_manifest_signature)
            check_hashes(bundle)
            bundle.wanted = {size for size, _ in heads} | {
                end[0] for proof in brought for end in (proof.old, proof.new)
            }
            bundle.wanted |= {before.head[0]} if before else set()
            whole_walk = bundle.holds(check_record)
            check_key(bundle, key)
            if whole_walk:
                bundle.holds(check_report)
                bundle.holds(check_sources)
                bundle.holds(check_time_stamps, str(ca))
                for proof in brought:
                    bundle.holds(check_proof, proof)
                if before is not None:
                    bundle.holds(check_older, before)
                for head in heads:
                    bundle.holds(check_anchor, *head)
            else:
                report.unchecked.append(
                    "The records after the first that does not fit, the sources and the time stamps."
                )
    own = sha256(Path(__file__).read_bytes()).hexdigest()
    report.unchecked.append(f"Whether this verifier is the genuine one: its SHA-256 is {own}.")
    return report


def casebook_of(path: str | Path) -> str:
    """Return the id of the casebook that a bundle says it is of, empty where it says none that can be read."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("manifest.json") as stream:
            said = json.loads(stream.read(LONGEST_LINE).decode())
        return str(said["casebook"])
    except (*DAMAGE, OSError, KeyError, TypeError, RecursionError):
        return ""


# ---------------------------------------------------------------- the checks, in order


def check_members(bundle: Bundle) -> None:
    """Every member has a name of the format, once, is a plain file, and does not unpack to more than it can."""
    seen = set()
    for info in bundle.zip.infolist():
        name = info.filename
        if info.orig_filename != name or not MEMBER.fullmatch(name):
            bundle.misfit(f"The bundle holds {name!r}, which is no member of the format.")
        elif name in seen:
            bundle.misfit(f"The bundle holds {name} twice.")
        elif info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            bundle.misfit(f"{name} is encrypted or packed in a way that is not of the format.")
        elif (info.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            bundle.misfit(f"{name} is no plain file.")
        elif info.file_size > 1100 * info.compress_size + 64:  # deflate cannot shrink more than 1032 to 1
            bundle.misfit(f"{name} claims a size that it cannot have.")
        seen.add(name)
    for name in NEEDED:
        if name not in seen:
            bundle.misfit(f"{name} is missing.")
    bundle.report.checked.append(f"The container: {len(seen)} members, each known to the format.")


def read_manifest(bundle: Bundle) -> None:
    """manifest.json says what every other member must be; without it nothing can be checked."""
    raw = bundle.whole("manifest.json")
    try:
        said = parse(raw.decode())
    except ValueError as error:
        raise Misfit(f"manifest.json is damaged: {error}.") from None
    if said.get("format") not in FORMATS:
        raise Unreadable(f"The bundle is of the format {said.get('format')!r}; this verifier reads {FORMAT} and older.")
    head, counts, files = said.get("head"), said.get("counts"), said.get("files")
    states = "root" if said["format"] == FORMAT else "link"
    right = (
        set(said) == {"format", "casebook", "case", "case_number", "mark", "exported_at", "exported_by", "approved_by",
                      "recipients", "head", "checkpoint", "counts", "key", "files"}
        and all(isinstance(said[name], str) for name in ("casebook", "case", "exported_at", "exported_by"))
        and isinstance(said["approved_by"], str)
        and whole(said["case_number"]) and whole(said["checkpoint"]) and said["mark"] in MARKS
        and isinstance(said["recipients"], list) and all(isinstance(recipient, str) for recipient in said["recipients"])
        and isinstance(head, dict) and set(head) == {"seq", states} and whole(head["seq"]) and is_hash(head[states])
        and isinstance(counts, dict) and set(counts) == {"records", "findings"} and all(map(whole, counts.values()))
        and is_hash(said["key"]) and isinstance(files, dict) and all(map(is_hash, files.values()))
    )  # fmt: skip
    if not right:
        raise Misfit("manifest.json does not say what the format asks of it.")
    other = "chain.txt" if said["format"] == FORMAT else "heads.jsonl"
    if other in bundle.names:
        bundle.misfit(f"The bundle holds {other}, which is no member of its format.")
    bundle.manifest = said
    bundle.report.key = said["key"]
    bundle.report.about = (
        f"Case {said['case']!r} of casebook {said['casebook']}, marked {said['mark'].replace('_', ' ').upper()},"
        f" exported {said['exported_at']} by {said['exported_by']}"
        + (f", approved by {said['approved_by']}" if said["approved_by"] else "")
        + (f", for {', '.join(said['recipients'])}" if said["recipients"] else "")
        + f"; signed with the key {said['key']}."
    )


def check_manifest_signature(bundle: Bundle) -> None:
    """The manifest is signed with the key it names."""
    if bundle.signed_by(bundle.manifest["key"], bundle.whole("manifest.json"), bundle.whole("manifest.sig")):
        bundle.report.checked.append("The manifest: its signature is that of the key.")
    else:
        bundle.misfit("manifest.json does not fit its signature.")


def check_hashes(bundle: Bundle) -> None:
    """Each member is what the signed manifest says, and there is no other."""
    files = bundle.manifest["files"]
    there = set(bundle.zip.namelist()) - {"manifest.json", "manifest.sig"}
    for name in sorted(there | set(files)):
        if name not in files:
            bundle.misfit(f"{name} is in the bundle but not in the manifest.")
        elif name not in there:
            bundle.misfit(f"{name} is missing.")
        else:
            digest = sha256()
            try:
                for piece in bundle.pieces(name):
                    digest.update(piece)
            except Misfit as damaged:
                bundle.misfit(damaged.what)
                continue
            if digest.hexdigest() != files[name]:
                bundle.misfit(f"{name} does not fit its hash in the manifest.")
    bundle.report.checked.append(f"The members: {len(files)} hashes.")


def check_record(bundle: Bundle) -> None:
    """Walk along the record to the head, and hold all that the bundle shows against it."""
    walk = TreeWalk(bundle) if bundle.manifest["format"] == FORMAT else LinkWalk(bundle)
    walk.walk()
    walk.finish()
    report = bundle.report
    bundle.sources_named = walk.sources
    report.told += walk.told[:FEW]
    report.checked += walk.checked()
    report.head = (walk.seq, bundle.roots.get(walk.seq, b""))
    if walk.erased or walk.sealed:
        erased = ", ".join(map(str, walk.erased[:20])) + (", ..." if len(walk.erased) > 20 else "")
        report.unchecked.append(
            f"What was erased by law: {len(walk.erased)} records{f' ({erased})' if erased else ''} and"
            f" {sum(last - first + 1 for first, last in walk.sealed)} findings. Only their places are proved."
        )
    report.unchecked += [f"Run {run}: it has not ended in this bundle." for run in sorted(walk.open_runs)[:20]]
    walk.tell_of_gaps()


def check_key(bundle: Bundle, given: str | Iterable[str]) -> None:
    """The key is the one that the reader expects, or that one handed over to it in a record that it signed."""
    key = bundle.manifest["key"]
    texts, whose = ([given], "that was given") if isinstance(given, str) else (list(given), "that is pinned here")
    expected = [fingerprint for fingerprint in (re.sub(r"[\s:]", "", text).lower() for text in texts) if fingerprint]
    reached = key
    way: list[str] = []
    while reached not in expected and reached in bundle.handed:
        reached, seq = bundle.handed[reached]
        way.insert(0, f"record {seq}")
    if not expected:
        bundle.report.unchecked.append(
            f"THE KEY: anybody can make a bundle that fits itself and sign it with a key of their own. Compare {key}"
            " with the fingerprint that reached you by another way, or give that one with --key."
        )
    elif key in expected:
        bundle.report.checked.append(f"The key: it is the one {whose}.")
    elif reached in expected:
        bundle.report.checked.append(f"The key: the one {whose} handed over to this one ({', '.join(way)}).")
    else:
        bundle.misfit(f"The key does not match: the bundle is signed with {key}, expected was {' or '.join(expected)}.")


def check_report(bundle: Bundle) -> None:
    """The page for people is the one whose hash the record of the export commits to."""
    page = bundle.manifest["files"].get("report.html")
    if bundle.page is None:
        bundle.report.unchecked.append(
            "report.html: the signature of the manifest covers it, but no record commits to it. The records decide."
        )
        return
    seq, said = bundle.page
    if said != page:
        raise Misfit("It commits to another page than report.html.", seq, "export")
    bundle.report.checked.append(f"report.html: it is the page that record {seq}, of the export, commits to.")
    bundle.report.unchecked.append(
        "Whether report.html says what the records say: the house made it of them. Where both differ, the records"
        " decide."
    )


def check_sources(bundle: Bundle) -> None:
    """A source is a file whose SHA-256 is its name, and some record of the case names it."""
    there = {name[8:] for name in bundle.zip.namelist() if name.startswith("sources/")}
    for name in sorted(there):
        digest = sha256()
        for piece in bundle.pieces(f"sources/{name}"):
            digest.update(piece)
        if digest.hexdigest() != name:
            bundle.misfit(f"sources/{name} is not the file whose hash is its name.")
        if name not in bundle.sources_named:
            bundle.misfit(f"sources/{name} is named by no record of the case.")
    absent = len(bundle.sources_named - there)
    bundle.report.checked.append(f"The sources: {len(there)} files against their hashes.")
    if absent:
        bundle.report.unchecked.append(f"The sources that are not in the bundle: {absent}, left out or erased.")


def check_time_stamps(bundle: Bundle, ca: str) -> None:
    """A time stamp (RFC 3161) shows that a checkpoint stood when a third party says so."""
    names = [name for name in bundle.zip.namelist() if name.startswith("timestamps/")]
    for number in sorted({int(name[11:-4]) for name in names}):
        query, reply = f"timestamps/{number}.tsq", f"timestamps/{number}.tsr"
        stamped = bundle.stamped.get(number)
        if stamped is None:
            bundle.misfit(f"There is a time stamp for checkpoint {number}, but no such checkpoint.")
        elif query not in names:
            bundle.misfit(f"{reply} stands without {query}.")
        elif sha256(stamped[1]).digest() not in bundle.whole(query):
            bundle.misfit(f"{query} asks for another thing than checkpoint {number}.", stamped[0])
        elif reply not in names:
            bundle.report.unchecked.append(f"The time stamp of checkpoint {number}: asked for, not yet taken in.")
        elif not ca:
            bundle.report.unchecked.append(
                f"The time stamp of checkpoint {number} (record {stamped[0]}): give the authority's certificates with"
                " --ca."
            )
        else:
            if not Path(ca).is_file():
                raise Unreadable(f"The certificates {ca} are no file.")
            at, problem = bundle.openssl.time_stamp(stamped[1], bundle.whole(query), bundle.whole(reply), ca)
            if problem:
                bundle.misfit(f"The time stamp of checkpoint {number} does not hold: {problem}.", stamped[0])
            else:
                bundle.report.checked.append(
                    f"The time stamp of checkpoint {number}: records 1 to {stamped[0]} stood as here on {at}."
                )
    if not names:
        bundle.report.unchecked.append("The time: the bundle has no time stamp; its dates are what the casebook says.")


def check_proof(bundle: Bundle, proof: Proof) -> None:
    """A proof that was brought: one head goes on from another, and one of both is known."""
    (size, root), (later, reached) = proof.old, proof.new
    known = bundle.roots.get(size) == root, bundle.roots.get(later) == reached
    if not any(known):
        raise Misfit(f"The proof {proof.where} begins and ends at other heads than this bundle has.")
    if not goes_on(size, root, later, reached, proof.path):
        raise Misfit(f"The proof {proof.where} does not hold.")
    bundle.roots.setdefault(size, root)
    bundle.roots.setdefault(later, reached)
    bundle.report.checked.append(f"The proof {proof.where}: the first {size} records begin the {later}.")


def check_older(bundle: Bundle, before: Report) -> None:
    """The record of an older bundle of the same casebook is the beginning of this one."""
    if not before.fits:
        raise Misfit(f"The older bundle does not fit itself: {before.first}")
    (size, root), head = before.head, bundle.manifest["head"]["seq"]
    with Bundle(before.bundle, bundle.openssl, before) as other:
        read_manifest(other)
        if other.manifest["casebook"] != bundle.manifest["casebook"]:
            raise Misfit("The older bundle is of another casebook.")
        if FORMAT not in (bundle.manifest["format"], other.manifest["format"]):
            check_lines(bundle, other)
    made = bundle.roots.get(size)
    if size > head:
        raise Misfit("It stands in the older bundle and no more in this one.", head + 1)
    if made is None:
        raise Misfit(f"The bundle does not prove that it goes on from the {size} records of the older one. {NO_PROOF}")
    if made != root:
        raise Misfit(f"The first {size} records are not those of the older bundle: another history was shown there.")
    bundle.report.checked.append(f"The older bundle: its {size} records begin this one.")


def check_lines(bundle: Bundle, other: Bundle) -> None:
    """Both bundles show every link: the lines of the older one are the first of this one."""
    for name in ("chain.txt", "checkpoints.jsonl"):
        ours = bundle.lines(name)
        for number, line in enumerate(other.lines(name), 1):
            seq = number if name == "chain.txt" else parse(parse(line.decode())["statement"])["seq"]
            mine = next(ours, None)
            if mine is None:
                raise Misfit("It stands in the older bundle and no more in this one.", seq)
            if mine != line:
                raise Misfit(f"It is another one in the older bundle ({name}, line {number}).", seq)


def check_anchor(bundle: Bundle, size: int, root: bytes) -> None:
    """An anchor says how many records there were and the root of their tree: this record began with the same."""
    made, head = bundle.roots.get(size), bundle.manifest["head"]["seq"]
    if not size:
        made = sha256(b"").digest()
    if made is None and size > head:
        bundle.report.unchecked.append(
            f"The anchor of {size} records: the bundle ends at record {head}, before it. {NO_PROOF}"
        )
    elif made is None:
        raise Misfit(f"The bundle does not prove that it goes on from the {size} records of the anchor. {NO_PROOF}")
    elif made != root:
        raise Misfit(f"The first {size} records are not those of the anchor: another history was shown there.")
    elif size > head:
        bundle.report.checked.append(f"The anchor: the {size} records that it was signed for begin with these {head}.")
    else:
        bundle.report.checked.append(f"The anchor: the first {size} records are those that it was signed for.")


def read_anchor(path: Path) -> tuple[int, bytes]:
    """Return the size and root that a signed head states: a note (C2SP), or a number and 64 digits typed off."""
    try:
        with path.open("rb") as stream:
            text = stream.read(2**16).decode()
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path} is no anchor: {error}.") from None
    typed = re.fullmatch(r"\s*(0|[1-9][0-9]{0,17})\s+((?:[0-9a-f]\s*){64})", text.lower())
    if typed:
        return int(typed[1]), bytes.fromhex("".join(typed[2].split()))
    note = re.match(r"[^\n]+\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n\n", text)
    if not note:
        raise Unreadable(f"{path} is no anchor: a signed head is awaited, or a number of records and 64 digits.")
    return int(note[1]), base64.b64decode(note[2])


def read_proof(path: Path) -> Proof:
    """Return what shows that one head goes on from another: JSON, as `opencwc case proof --since` writes it."""
    try:
        with path.open("rb") as stream:
            said = json.loads(stream.read(2**16).decode(), parse_int=small)
        size, later, nodes = said["old"], said["size"], hashes(said["path"])
        ends = bytes.fromhex(said["old_root"]), bytes.fromhex(said["root"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(f"{path} is no proof that one head goes on from another: {error}.") from None
    if said["kind"] != CONSISTENCY or not (whole(size) and whole(later)) or nodes is None:
        raise Unreadable(f"{path} is no proof that one head goes on from another.")
    return Proof(str(path), (size, ends[0]), (later, ends[1]), nodes)


# ---------------------------------------------------------------- the walk along the record


class Walk(ABC):
    """What is known of the case up to one record."""

    FIELDS: tuple[str, ...] = ("seq", "salt", "content")  # of a record that is shown

    def __init__(self, bundle: Bundle) -> None:
        self.bundle, self.case = bundle, bundle.manifest["case_number"]
        self.records = Feed(bundle, "records.jsonl", lambda line: line["seq"])
        self.blocks = Feed(bundle, "findings.jsonl", lambda line: line["record"])
        self.checkpoints = Feed(bundle, "checkpoints.jsonl", lambda line: parse(line["statement"])["seq"], again=True)
        self.seq = 0
        self.count, self.findings, self.last_id = 0, 0, 0
        self.open_runs: dict[int, int] = {}  # run: its findings so far
        self.sources: set[str] = set()
        self.erased: list[int] = []
        self.sealed: list[tuple[int, int]] = []  # findings erased, as spans of ids
        self.erasures: dict[str, list[tuple[int, int]]] = {"records": [], "findings": []}
        self.checkpoint, self.mark, self.signatures = 0, "0" * 64, 0
        self.keys: list[str] = []
        self.changes: dict[int, dict[str, Any]] = {}  # record of a change of key: what it says
        self.given_up: dict[str, int] = {}  # key: the record in which it handed over
        self.reached, self.uncounted, self.blank = 0, 0, 0  # of the case: by the last count, and shown since
        self.counts, self.ends_with = False, (0, "")  # whether records count; the last that does
        self.signed_at = 0  # the record of the last checkpoint
        self.dated: tuple[str, int] = ("", 0)
        self.told: list[str] = []
        self.unsigned: tuple[str, bytes, bytes, int] | None = None  # the last checkpoint, where it is not yet checked

    @abstractmethod
    def walk(self) -> None:
        """Go along the record to the head, and check what the bundle shows of it."""

    @abstractmethod
    def check_place(self, committed: bytes, shown: dict[str, Any], kind: str) -> None:
        """A record stands where it says; ``committed`` is the commitment to what is shown."""

    @abstractmethod
    def check_erased(self, shown: dict[str, Any]) -> None:
        """A record that is shown as erased stands where it says."""

    @abstractmethod
    def number_of(self, said: dict[str, Any]) -> int:
        """Return which checkpoint should stand here."""

    @abstractmethod
    def check_statement(self, said: dict[str, Any], number: int, key: str) -> None:
        """What a checkpoint states is so here."""

    @abstractmethod
    def check_end(self) -> None:
        """The walk has come to the head that the manifest names."""

    @abstractmethod
    def checked(self) -> list[str]:
        """Return what was checked, in sentences."""

    def step(self, number: int) -> None:
        """Check what the bundle shows of one record."""
        shown = self.records.take(number)
        if shown is not None:
            self.check_shown(shown, kind_of(shown))
        elif self.blocks.take(number):
            raise Misfit("Its findings are in the bundle, the record itself is not.", number, "findings")
        while checkpoint := self.checkpoints.take(number):
            self.check_checkpoint(checkpoint)

    def check_shown(self, shown: dict[str, Any], kind: str) -> None:
        """A record of the case: what is shown is what was committed to."""
        self.count += 1
        if "erased" in shown:
            self.check_erased(shown)
            self.erased.append(self.seq)
            self.blank += 1
            if self.blocks.take(self.seq):
                raise Misfit("It is erased, and its findings are in the bundle.", self.seq)
            return
        content = self.opened(shown, self.FIELDS, kind)
        body = self.body_of(content, kind)
        self.check_time(content["at"])
        if content["case"] is not None:
            self.check_count(content.get("before"), kind)
        block = self.blocks.take(self.seq)
        if (kind == "findings") != (block is not None):
            raise Misfit("Its findings are missing." if block is None else "It can have no findings.", self.seq, kind)
        if block is not None:
            self.check_block(body, block)
        elif kind in ("run_started", "run_finished"):
            self.check_run(body, kind)
        elif kind == "erasure":
            for what in self.erasures:
                self.erasures[what] += self.spans(body.get(what, []))
        elif kind == "key_changed" and content["case"] is None:
            self.check_change(body)
        elif kind == "export" and is_hash(body.get("report")):
            self.bundle.page = (self.seq, body["report"])
        if kind in ("run_started", "source_kept") and isinstance(body.get("source"), str) and body["source"]:
            self.sources.add(body["source"])

    def body_of(self, content: dict[str, Any], kind: str) -> dict[str, Any]:
        """Return what a record says, once its content is that of this record of the case."""
        if (
            set(content) - {"before"} != {"seq", "at", "kind", "actor", "case", "body"}
            or not isinstance(content["body"], dict)
            or not kind
        ):
            raise Misfit("Its content is not that of a record.", self.seq, kind)
        if content["seq"] != self.seq:
            raise Misfit("Its content names another number.", self.seq, kind)
        if content["case"] is not None and content["case"] != self.case:
            raise Misfit("It is of another case.", self.seq, kind)
        return content["body"]

    def check_count(self, before: Any, kind: str) -> None:
        """A record of the case counts those of the case before it: so many are in the bundle, none is left out."""
        if before is None:  # it was written before records counted
            if self.counts:
                raise Misfit("It does not say how many records of its case come before it.", self.seq, kind)
            self.uncounted += 1
            return
        if not whole(before) or before < self.reached + self.uncounted:
            raise Misfit(f"It counts {before!r} records of its case before it; there are more.", self.seq, kind)
        missing = before - self.reached - self.uncounted - self.blank
        if missing > 0:
            what = "record of the case before it is" if missing == 1 else "records of the case before it are"
            self.bundle.misfit(f"{missing} {what} not in the bundle.", self.seq, kind)
        self.counts = True
        self.reached, self.uncounted, self.blank = before + 1, 0, 0
        self.ends_with = (self.seq, kind)

    def tell_of_gaps(self) -> None:
        """Say from where on it is known that no record of the case was left out."""
        report = self.bundle.report
        if not self.counts:
            report.unchecked.append(
                "Whether the exporter left out a record of this case that no other names: the chain shows the number"
                " and place of all records, not whose they are, and these records do not count those of their case."
            )
            return
        if self.ends_with != (self.seq, "export"):
            self.bundle.misfit("The bundle does not end with the record of its export.")
        report.checked.append("The count: records of the case say how many of it come before them, and so many do.")

    def check_change(self, body: dict[str, Any]) -> None:
        """A change of key: it names the former key and the next, and whether the former was lost."""
        if not (is_hash(body.get("former")) and is_hash(body.get("next")) and isinstance(body.get("lost"), bool)):
            raise Misfit("It names no keys.", self.seq, "key_changed")
        self.changes[self.seq] = body

    def check_time(self, at: Any) -> None:
        """Tell of a record that is dated before the one before it, or later than now: clocks drift, so by how much."""
        moment = moment_of(at)
        if moment is None:
            return
        before = moment_of(self.dated[0])
        if before is not None and moment < before:
            seconds = (before - moment).total_seconds()
            self.told.append(f"Record {self.seq} is dated {seconds:g} s before record {self.dated[1]}.")
        now = datetime.now(timezone.utc)  # noqa: UP017 - datetime.UTC is of Python 3.11
        if moment > now:
            self.told.append(f"Record {self.seq} is dated {(moment - now).total_seconds():.0f} s later than now.")
        self.dated = (at, self.seq)

    def check_run(self, body: dict[str, Any], kind: str) -> None:
        """The start or the end of a run: it names the run, and counts the findings that its blocks hold."""
        if kind == "run_started":
            if not whole(body.get("run")):
                raise Misfit("It names no run.", self.seq, kind)
            self.open_runs[body["run"]] = 0
            return
        kept = self.open_runs.pop(body["run"], None) if whole(body.get("run")) else None
        if kept is None and not self.erased:
            raise Misfit("The start of its run is missing.", self.seq, kind)
        if kept is not None and kept != body.get("findings"):
            raise Misfit(f"It counts {body.get('findings')!r} findings, its blocks hold {kept}.", self.seq, kind)

    def check_block(self, body: dict[str, Any], block: dict[str, Any]) -> None:
        """A block of findings: numbered without a gap, each what the block commits to."""
        run, first, count = (body.get(name, -1) for name in ("run", "first", "count"))
        shown = block.get("findings")
        if set(block) != {"record", "findings"} or not isinstance(shown, list):
            raise Misfit("Its line in findings.jsonl is not of the format.", self.seq, "findings")
        if not (whole(run) and whole(first) and whole(count)) or (run not in self.open_runs and not self.erased):
            raise Misfit("The start of its run is missing, or the run has ended.", self.seq, "findings")
        if count != len(shown) or first <= self.last_id:
            raise Misfit(f"It holds {len(shown)} findings; it says {count!r} from {first!r} on.", self.seq, "findings")
        digest = sha256()
        for number, finding in enumerate(shown, first):
            if not isinstance(finding, dict) or finding.get("id") != number:
                raise Misfit(f"Where finding {number} should be stands another thing.", self.seq, "findings")
            if set(finding) == {"id", "seal"} and is_hash(finding["seal"]):
                digest.update(bytes.fromhex(finding["seal"]))
                if self.sealed and self.sealed[-1][1] == number - 1:
                    self.sealed[-1] = (self.sealed[-1][0], number)
                else:
                    self.sealed.append((number, number))
                continue
            content = self.opened(finding, ("id", "salt", "content"), "findings")
            if content.get("id") != number or content.get("run") != run:
                raise Misfit(f"Finding {number} names another number or run.", self.seq, "findings")
            digest.update(commitment(finding))
        if digest.hexdigest() != body.get("digest"):
            raise Misfit(f"Its findings {first} to {first + count - 1} do not fit its digest.", self.seq, "findings")
        if run in self.open_runs:
            self.open_runs[run] += count
        self.findings, self.last_id = self.findings + count, first + count - 1

    def opened(self, shown: dict[str, Any], fields: Sequence[str], kind: str) -> dict[str, Any]:
        """Return the content that is shown, once a record that it is of fits what was committed to."""
        name = fields[0]
        salted = re.fullmatch(r"[0-9a-f]{32}", str(shown.get("salt"))) and isinstance(shown.get("content"), str)
        if set(shown) != set(fields) or not salted:
            raise Misfit(f"It is not shown as the format asks ({name} {shown.get(name)!r}).", self.seq, kind)
        try:
            if name == "seq":
                self.check_place(commitment(shown), shown, kind)
            return parse(shown["content"])
        except ValueError as error:
            raise Misfit(f"Its content ({name} {shown[name]}) is damaged: {error}.", self.seq, kind) from None

    def spans(self, erased: Any) -> list[tuple[int, int]]:
        """Return what an erasure names, a list of numbers and of pairs [first, last], as pairs."""
        pairs: list[Any] = [
            [item, item] if whole(item) else item for item in (erased if isinstance(erased, list) else [0.5])
        ]
        if not all(isinstance(pair, list) and len(pair) == 2 and all(map(whole, pair)) for pair in pairs):
            raise Misfit("What it erased is not said in numbers.", self.seq, "erasure")
        return [(first, last) for first, last in pairs]

    def check_checkpoint(self, line: dict[str, Any]) -> None:
        """A checkpoint: it follows from the one before and states what is so at this record."""
        said = parse(line["statement"])
        number = self.number_of(said)
        if set(line) != {"statement", "signature", "key"} or not (
            is_hash(line["key"]) and isinstance(line["signature"], str)
        ):
            raise Misfit(f"Checkpoint {number} is not of the format.", self.seq)
        states = {"casebook", "number", "seq", "link", "at", "previous"}
        if set(said) - {"root"} != states or said["number"] != number:
            raise Misfit(f"Where checkpoint {number} should be stands another thing.", self.seq)
        try:
            statement, signature = line["statement"].encode(), bytes.fromhex(line["signature"])
        except ValueError:
            raise Misfit(f"The signature of checkpoint {number} is damaged.", self.seq) from None
        if said["casebook"] != self.bundle.manifest["casebook"]:
            raise Misfit(f"Checkpoint {number} is of another casebook.", self.seq)
        if number == self.checkpoint + 1 and said["previous"] != self.mark:
            self.check_signature()  # the one before may be the false one: then say so
            raise Misfit(f"Checkpoint {number} does not follow from checkpoint {number - 1}.", self.seq)
        self.check_statement(said, number, line["key"])
        self.check_signer(number, line["key"])
        self.checkpoint, self.mark = number, sha256(statement + signature).hexdigest()
        self.unsigned = (line["key"], statement, signature, self.seq)
        if f"timestamps/{number}.tsq" in self.bundle.names or f"timestamps/{number}.tsr" in self.bundle.names:
            self.bundle.stamped[number] = (self.seq, statement + signature)

    def check_signer(self, number: int, key: str) -> None:
        """Another key signs from here on: the one before handed over to it, or that is told."""
        former, change = (self.keys or [""])[-1], self.changes.get(self.signed_at)
        handover = change if change is not None and change["former"] == former and not change["lost"] else None
        if handover is not None:
            self.given_up[former] = self.signed_at
        if key in self.given_up:
            raise Misfit(f"Checkpoint {number} is signed with a key given up in record {self.given_up[key]}.", self.seq)
        if handover is not None and handover["next"] == key:
            self.bundle.handed[key] = (former, self.signed_at)
            self.told.append(f"In record {self.signed_at} the key {former} hands over to the key {key}.")
        elif former and key != former:
            self.told.append(f"From checkpoint {number} on the key {key} signs; {former} did not hand over to it.")
        if key != former:
            self.keys.append(key)
        self.signed_at = self.seq

    def check_signature(self) -> None:
        """Check the signature of the last checkpoint, where there is one."""
        if self.unsigned is not None:
            key, statement, signature, seq = self.unsigned
            if not self.bundle.signed_by(key, statement, signature):
                raise Misfit(f"Checkpoint {self.checkpoint} does not fit its signature.", seq)
            self.signatures, self.unsigned = self.signatures + 1, None

    def finish(self) -> None:
        """The walk has come to the head: nothing may be left over, and all must be as the manifest says."""
        self.check_signature()
        for feed, what in (
            (self.records, "record"),
            (self.blocks, "block of findings"),
            (self.checkpoints, "checkpoint"),
        ):
            if feed.take(sys.maxsize) or feed.line:
                raise Misfit(
                    f"There is a {what} for it, and the record ends at {self.seq}.", feed.seq, kind_of(feed.line)
                )
        said = self.bundle.manifest
        for seq in self.erased:
            if not any(first <= seq <= last for first, last in self.erasures["records"]):
                self.bundle.misfit("It is shown as erased, and no record of an erasure names it.", seq)
        for start, end in self.sealed:
            reach = start
            for first, last in sorted(self.erasures["findings"]):
                reach = max(reach, last + 1) if first <= reach else reach
            if reach <= end:
                self.bundle.misfit(f"Finding {reach} is shown as erased, and no record of an erasure names it.")
        self.check_end()
        if (self.count, self.findings) != (said["counts"]["records"], said["counts"]["findings"]):
            self.bundle.misfit(
                f"There are {self.count} records and {self.findings} findings; the manifest says"
                f" {said['counts']['records']} and {said['counts']['findings']}."
            )
        if self.checkpoint != said["checkpoint"] or self.checkpoints.seq != self.seq:
            self.bundle.misfit(
                f"The last checkpoint is {self.checkpoint}, at record {self.checkpoints.seq}: not the head's."
            )
        if self.keys[-1:] != [said["key"]]:
            self.bundle.misfit("The last checkpoint and the manifest are signed with different keys.")

    def signed_by(self) -> str:
        """Return which keys signed, in words."""
        keys = f"key{'s' * (len(self.keys) > 1)} ({', '.join(self.keys)})"
        return f"the last at the head; {self.signatures} signatures of {len(self.keys)} {keys}"


class TreeWalk(Walk):
    """Each record of the case has a path to the root of the head; of the others the bundle shows nothing."""

    FIELDS = ("seq", "salt", "content", "path")

    def __init__(self, bundle: Bundle) -> None:
        super().__init__(bundle)
        self.heads = Feed(bundle, "heads.jsonl", lambda line: line["size"])
        self.size, self.root = bundle.manifest["head"]["seq"], bytes.fromhex(bundle.manifest["head"]["root"])

    def walk(self) -> None:
        """Go from one record of which the bundle shows something to the next."""
        feeds = (self.records, self.blocks, self.checkpoints, self.heads)
        while numbers := [number for number in (feed.next() for feed in feeds) if number]:
            self.seq = min(numbers)
            if self.seq > self.size:
                raise Misfit(f"There is something for it, and the record ends at {self.size}.", self.seq)
            while head := self.heads.take(self.seq):
                self.check_head(head)
            if self.seq == self.size:
                self.bundle.roots[self.size] = self.root
            self.step(self.seq)

    def check_head(self, line: dict[str, Any]) -> None:
        """An earlier head: its tree is the beginning of that of the head."""
        path = hashes(line.get("path"))
        if set(line) != {"size", "root", "path"} or not is_hash(line["root"]) or path is None:
            raise Misfit("Its line in heads.jsonl is not of the format.", self.seq)
        root = bytes.fromhex(line["root"])
        if self.seq >= self.size or not goes_on(self.seq, root, self.size, self.root, path):
            raise Misfit(f"The head does not go on from what the first {self.seq} records were.", self.seq)
        self.bundle.roots[self.seq] = root

    def check_place(self, committed: bytes, shown: dict[str, Any], kind: str) -> None:
        """Its path leads from its commitment to the root of the head."""
        path = hashes(shown["path"])
        if path is None:
            raise Misfit("Its path is not of the format.", self.seq, kind)
        if not leads_to(committed, self.seq, self.size, path, self.root):
            raise Misfit("What it says does not lead by its path to the root of the head.", self.seq, kind)

    def check_erased(self, shown: dict[str, Any]) -> None:
        """What stays of it, its commitment, has a path."""
        if set(shown) != {"seq", "erased", "leaf", "path"} or shown["erased"] is not True or not is_hash(shown["leaf"]):
            raise Misfit(f"It is not shown as the format asks (seq {self.seq}).", self.seq)
        self.check_place(bytes.fromhex(shown["leaf"]), shown, "")

    def number_of(self, said: dict[str, Any]) -> int:
        """A few checkpoints are shown, in their order."""
        number = said.get("number", 0)
        return number if whole(number) and number > self.checkpoint else self.checkpoint + 1

    def check_statement(self, said: dict[str, Any], number: int, key: str) -> None:
        """The root that it states is that of an earlier head, or of the head."""
        if self.seq not in self.bundle.roots:
            raise Misfit(f"Nothing shows that the head goes on from checkpoint {number}.", self.seq)

    def check_checkpoint(self, line: dict[str, Any]) -> None:
        """Check the signature first, then the root."""
        super().check_checkpoint(line)
        self.check_signature()
        if parse(line["statement"]).get("root") != self.bundle.roots[self.seq].hex():
            raise Misfit(f"Checkpoint {self.checkpoint} states another root than the records have here.", self.seq)

    def check_end(self) -> None:
        """Something stands at the head: its checkpoint."""
        if self.seq != self.size:
            raise Misfit(f"The bundle ends at record {self.seq}; the manifest says {self.size}.")

    def checked(self) -> list[str]:
        """Return what was checked, in sentences."""
        return [
            f"The case: {self.count} records, each with a path to the root of all {self.size} records of the casebook,"
            f" and {self.findings} findings against what the records commit to.",
            f"The checkpoints that are shown: up to number {self.checkpoint}, {self.signed_by()}.",
            f"The head: it goes on from the earlier heads that are shown, {len(self.bundle.roots) - 1} in number.",
        ]


class LinkWalk(Walk):
    """The bundle shows every link of the house, from record 1 to the head: formats 1 and 2."""

    def __init__(self, bundle: Bundle) -> None:
        super().__init__(bundle)
        self.link, self.committed = bytes(32), b""
        self.peaks: list[bytes] = []  # the roots of the full subtrees of the tree so far, the largest first
        self.rooted = False  # whether the last checkpoint stated the root

    def walk(self) -> None:
        """Go from link to link."""
        for number, line in enumerate(self.bundle.lines("chain.txt"), 1):
            match = CHAIN_LINE.fullmatch(line)
            if not match or int(match[1]) != number:
                raise Misfit(f"Line {number} of chain.txt is not that of this record.", number)
            self.committed = bytes.fromhex(match[2].decode())
            self.seq, self.link = number, sha256(self.link + self.committed).digest()
            self.grow()
            if self.link.hex() != match[3].decode():
                shown = self.records.take(number)
                raise Misfit("Its link does not follow from the one before and its commitment.", number, kind_of(shown))
            self.step(number)

    def grow(self) -> None:
        """Add a leaf to the tree of the records, and note its root where it is asked for."""
        node, full = leaf_of(self.committed), self.seq - 1
        while full & 1:
            node, full = node_of(self.peaks.pop(), node), full >> 1
        self.peaks.append(node)
        if self.seq in self.bundle.wanted or self.seq == self.bundle.manifest["head"]["seq"]:
            self.bundle.roots[self.seq] = self.root()

    def root(self) -> bytes:
        """Return the root of the tree of the records so far."""
        node = self.peaks[-1]
        for left in self.peaks[-2::-1]:
            node = node_of(left, node)
        return node

    def check_place(self, committed: bytes, shown: dict[str, Any], kind: str) -> None:
        """Its commitment is the one in the chain."""
        if committed != self.committed:
            raise Misfit("Its content does not fit its commitment in the chain.", self.seq, kind)

    def check_erased(self, shown: dict[str, Any]) -> None:
        """The chain has its commitment."""
        if shown != {"seq": self.seq, "erased": True}:
            raise Misfit(f"It is not shown as the format asks (seq {self.seq}).", self.seq)

    def number_of(self, said: dict[str, Any]) -> int:
        """All checkpoints are shown."""
        return self.checkpoint + 1

    def check_statement(self, said: dict[str, Any], number: int, key: str) -> None:
        """It states the link of this record and, but for earlier versions, the root."""
        if said["link"] != self.link.hex():
            raise Misfit(f"Checkpoint {number} states another link than the chain has here.", self.seq)
        if ("root" in said or self.rooted) and said.get("root") != self.root().hex():
            raise Misfit(f"Checkpoint {number} states another root than the records have here.", self.seq)
        self.rooted = "root" in said
        # Each statement names the hash of the one before with its signature: who signs one vouches for all before it.
        # So the last signature of each key is enough; where there are few, each is checked all the same.
        if self.bundle.manifest["checkpoint"] <= FEW or (self.keys and self.keys[-1] != key):
            self.check_signature()

    def check_end(self) -> None:
        """The last link is that of the manifest."""
        head = self.bundle.manifest["head"]
        if (self.seq, self.link.hex()) != (head["seq"], head["link"]):
            self.bundle.misfit(f"The chain ends at {self.seq}; the manifest says {head['seq']}, or another link.")

    def checked(self) -> list[str]:
        """Return what was checked, in sentences."""
        if self.checkpoint > FEW:
            self.bundle.report.unchecked.append(
                "The signatures of checkpoints that a later signature of the same key vouches for."
            )
        return [
            f"The chain: {self.seq} records of the casebook, each linked to the one before.",
            f"The case: {self.count} records and {self.findings} findings against what the chain commits to.",
            f"The checkpoints: {self.checkpoint} without a gap, {self.signed_by()}.",
        ]


class Feed:
    """The lines of one member as JSON objects, given out as the walk comes to the record that each belongs to."""

    def __init__(self, bundle: Bundle, name: str, place: Any, *, again: bool = False) -> None:
        self.name, self.place, self.again = name, place, again
        self.lines, self.number, self.seq = bundle.lines(name), 0, 0
        self.line: dict[str, Any] | None = None
        self.problem: Misfit | None = None
        self.advance()

    def advance(self) -> None:
        """Read the next line; what is wrong with it is told when the walk asks, not before."""
        self.line, self.number = None, self.number + 1
        try:
            raw = next(self.lines, None)
            if raw is None:
                return
            self.line = parse(raw.decode())
            seq = self.place(self.line)
            if not whole(seq) or seq == 0:
                self.problem = Misfit(f"Line {self.number} of {self.name} names no record.")
            elif seq < self.seq or (seq == self.seq and not self.again):
                what = "stands twice" if seq == self.seq else f"stands after that of record {self.seq}"
                self.problem = Misfit(f"Its line in {self.name} ({self.number}) {what}.", seq, kind_of(self.line))
            else:
                self.seq = seq
        except Misfit as problem:
            self.problem = problem
        except (ValueError, KeyError, TypeError) as error:
            self.problem = Misfit(f"Line {self.number} of {self.name} is damaged: {error}.")

    def next(self) -> int:
        """Return to which record the next line belongs, 0 where there is none."""
        if self.problem is not None:
            raise self.problem
        return self.seq if self.line is not None else 0

    def take(self, seq: int) -> dict[str, Any] | None:
        """Return the line that belongs to a record, or ``None``."""
        if self.problem is not None:
            raise self.problem
        if self.line is None or self.seq != seq:
            return None
        line = self.line
        self.advance()
        if self.problem is not None and self.problem.seq:  # the next line belongs to this record or an earlier one
            raise self.problem
        return line


# ---------------------------------------------------------------- reading


class Bundle:
    """The ZIP file, read member by member and never unpacked."""

    def __init__(self, path: str | Path, openssl: OpenSSL, report: Report) -> None:
        try:
            self.zip = zipfile.ZipFile(path)
        except (*DAMAGE, OSError) as error:
            raise Unreadable(f"{path} cannot be read as a ZIP file: {error}.") from None
        self.names = set(self.zip.namelist())
        if "manifest.json" not in self.names:
            raise Unreadable(f"{path} is no bundle of OpenCWC: it has no manifest.json.")
        self.openssl, self.report = openssl, report
        self.manifest: dict[str, Any] = {}
        self.sources_named: set[str] = set()
        self.handed: dict[str, tuple[str, int]] = {}  # key: the one that handed over to it, in which record
        self.page: tuple[int, str] | None = None  # the record of the last export, the hash of its page
        self.stamped: dict[int, tuple[int, bytes]] = {}  # checkpoint: its record, what was stamped
        self.roots: dict[int, bytes] = {}  # number of records: the root of the tree of so many, where it is known
        self.wanted: set[int] = set()  # numbers of records of which the root is asked for

    def __enter__(self) -> Bundle:
        return self

    def __exit__(self, *_: object) -> None:
        self.zip.close()

    def holds(self, check: Callable[..., None], *given: Any) -> bool:
        """Make a check; note what stops it, and tell whether it came to its end."""
        try:
            check(self, *given)
        except Misfit as misfit:
            self.misfit(misfit.what, misfit.seq, misfit.kind)
            return False
        return True

    def misfit(self, what: str, seq: int = 0, kind: str = "") -> None:
        """Note something that does not fit, once, and go on."""
        misfit = Misfit(what, seq, kind)
        if str(misfit) not in map(str, self.report.misfits[-FEW:]):
            self.report.misfits.append(misfit)

    def pieces(self, name: str) -> Iterator[bytes]:
        """Give the bytes of a member, piece by piece."""
        try:
            with self.zip.open(name) as stream:
                while piece := stream.read(2**20):
                    yield piece
        except KeyError:
            raise Misfit(f"{name} is missing.") from None
        except (*DAMAGE, OSError) as error:
            raise Misfit(f"{name} is damaged: {error}.") from None

    def whole(self, name: str) -> bytes:
        """Return the bytes of a small member."""
        data = bytearray()
        for piece in self.pieces(name):
            data += piece
            if len(data) > LONGEST_LINE:
                raise Misfit(f"{name} is longer than the format allows.")
        return bytes(data)

    def lines(self, name: str) -> Iterator[bytes]:
        """Give the lines of a member, without their ends."""
        rest = b""
        for piece in self.pieces(name):
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines
            if len(rest) > LONGEST_LINE:
                raise Misfit(f"A line of {name} is longer than the format allows.")
        if rest:
            raise Misfit(f"{name} breaks off in the middle of a line.")

    def signed_by(self, fingerprint: str, data: bytes, signature: bytes) -> bool:
        """Tell whether a signature over data was made with the key of a fingerprint."""
        name = f"keys/{fingerprint}.pem"
        if name not in self.names:
            raise Misfit(f"{name} is missing.")
        text = self.whole(name).decode("ascii", "replace")
        match = re.fullmatch(r"-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=\n]+)-----END PUBLIC KEY-----\n?", text)
        try:
            der = base64.b64decode(match[1]) if match else b""
        except binascii.Error:
            der = b""
        if not (der.startswith(ED25519) and len(der) == 44 and sha256(der).hexdigest() == fingerprint):
            raise Misfit(f"{name} is not the Ed25519 key with this fingerprint.")
        return self.openssl.signed(der, data, signature)


class OpenSSL:
    """The `openssl` command, with a folder for what it is to read."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.command = folder, shutil.which("openssl") or ""
        if not self.command:
            raise Unreadable(
                "There is no openssl command on this machine, and signatures cannot be checked without it."
            )
        # RFC 8032, 7.1, test 2: an openssl that does not know this signature cannot tell a right one from a false one.
        key = ED25519 + bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        signature = bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
        if not self.signed(key, b"r", signature) or self.signed(key, b"s", signature):
            version = self.run("version")[1]
            raise Unreadable(
                f"This openssl cannot check Ed25519 signatures (pkeyutl -rawin): {version}. Use 3.0 or later."
            )

    def run(self, *arguments: str) -> tuple[bool, str]:
        """Run openssl; return whether it was content, and what it said."""
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and no argument that comes from the bundle
                [self.command, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Unreadable(f"openssl could not be run: {error}.") from None
        return done.returncode == 0, (done.stdout + done.stderr).decode("utf-8", "replace").strip()

    def file(self, name: str, data: bytes) -> str:
        """Write a file for openssl to read."""
        (self.folder / name).write_bytes(data)
        return str(self.folder / name)

    def signed(self, der: bytes, data: bytes, signature: bytes) -> bool:
        """Tell whether an Ed25519 signature holds."""
        pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n"
        names = (self.file("key", pem), "-in", self.file("data", data), "-sigfile", self.file("sig", signature))
        return len(signature) == 64 and self.run("pkeyutl", "-verify", "-pubin", "-rawin", "-inkey", *names)[0]

    def time_stamp(self, data: bytes, query: bytes, reply: bytes, ca: str) -> tuple[str, str]:
        """Return when a time stamp was made, or why it does not hold."""
        files = self.file("data", data), self.file("tsq", query), self.file("tsr", reply)
        text = self.run("ts", "-reply", "-in", files[2], "-text")[1]
        match = re.search(r"Time stamp: (\w{3}) +(\d+) (\d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT", text)
        try:
            at = datetime.strptime(" ".join(match.groups()) if match else "", "%b %d %H:%M:%S %Y")
        except ValueError:
            return "", "it says no time"
        # The authority's certificate need not be valid today: it must have been when the time stamp was made.
        moment = str(int(at.replace(tzinfo=timezone.utc).timestamp()))  # noqa: UP017 - datetime.UTC is of Python 3.11
        for against in (("-queryfile", files[1]), ("-data", files[0])):
            good, answer = self.run("ts", "-verify", *against, "-in", files[2], "-CAfile", ca, "-attime", moment)
            if not good:
                return "", " ".join(answer.split())[:500]
        return f"{at.isoformat()}Z", ""


def leaf_of(committed: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\0" + committed).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """Return the hash of two nodes under one."""
    return sha256(b"\1" + left + right).digest()


def leads_to(committed: bytes, seq: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Tell whether a path leads from a record, counted from 1, to the root of so many (RFC 9162, 2.1.3.2)."""
    if not 0 < seq <= size:
        return False
    place, last, node = seq - 1, size - 1, leaf_of(committed)
    for other in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_of(other, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_of(node, other)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def goes_on(old: int, old_root: bytes, size: int, root: bytes, path: list[bytes]) -> bool:
    """Tell whether a path shows that one tree is the beginning of another (RFC 9162, 2.1.4.2)."""
    if not 0 < old < size:
        return old == size and old_root == root and not path
    nodes = path if old & (old - 1) else [old_root, *path]
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not nodes:
        return False
    was = node = nodes[0]
    for other in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, node = node_of(other, was), node_of(other, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_of(node, other)
        place, last = place >> 1, last >> 1
    return last == 0 and (was, node) == (old_root, root)


def hashes(value: Any) -> list[bytes] | None:
    """Return the hashes of a path; ``None`` where it is none."""
    if not (isinstance(value, list) and len(value) <= 128 and all(map(is_hash, value))):
        return None
    return [bytes.fromhex(text) for text in value]


def commitment(shown: dict[str, Any]) -> bytes:
    """Return SHA-256(salt || content)."""
    return sha256(bytes.fromhex(shown["salt"]) + shown["content"].encode()).digest()


def parse(text: Any) -> dict[str, Any]:
    """Return a JSON object; `ValueError` where it is none, or is not written in the one way the format allows."""
    if not isinstance(text, str):
        raise ValueError("it is no text")  # noqa: TRY004 - one kind of error for all that is malformed
    try:
        value = json.loads(text, parse_int=small)
        if not isinstance(value, dict):
            raise ValueError("it is no JSON object")  # noqa: TRY004
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        if re.search("[\ud800-\udfff]", again):  # half a character is kept as an escape, and then everything is
            again = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if again != text:
        raise ValueError("it is not canonical JSON")
    return value


def small(digits: str) -> int:
    """Return an integer of at most 30 digits: more make some versions of Python very slow."""
    if len(digits) > 30:
        raise ValueError("a number is too long")
    return int(digits)


def whole(value: Any) -> bool:
    """Tell whether a value is a number that counts something."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def is_hash(value: Any) -> bool:
    """Tell whether a value is a SHA-256 in hexadecimal."""
    return isinstance(value, str) and SHA256.fullmatch(value) is not None


def moment_of(at: Any) -> datetime | None:
    """Return a moment of the record; ``None`` where it is none."""
    try:
        return datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)  # noqa: UP017
    except (TypeError, ValueError):
        return None


def kind_of(shown: dict[str, Any] | None) -> str:
    """Return the kind that a record says it is of, whether or not it can be believed."""
    try:
        kind = json.loads((shown or {}).get("content", "{}")).get("kind", "")
    except (ValueError, TypeError, AttributeError, RecursionError):
        kind = ""
    return kind if isinstance(kind, str) else ""


def printable(text: str) -> str:
    """Return a text without anything that steers a terminal."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OverflowError)


def main(arguments: list[str] | None = None, pinned: Sequence[str] = ()) -> int:
    """Check the bundle that the command line names, and return the exit status; without --key ``pinned`` count."""
    parser = argparse.ArgumentParser(description="Check a bundle exported from an OpenCWC casebook.")
    parser.add_argument("bundle")
    parser.add_argument("--key", default="", help="the fingerprint of the key, got by another way than the bundle")
    parser.add_argument("--ca", default="", help="certificates of the time-stamping authority, PEM")
    parser.add_argument("--older", default="", help="an older bundle of the same casebook, which this one must extend")
    parser.add_argument(
        "--anchor", action="append", default=[], help="a signed head got by another way; again for more"
    )
    parser.add_argument("--proof", action="append", default=[], help="a proof that one head goes on from another")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    asked = parser.parse_args(arguments)
    try:
        report = verify_bundle(asked.bundle, asked.key or pinned, asked.ca, asked.older, asked.anchor, asked.proof)
    except (Unreadable, OSError) as error:
        sys.stderr.write(printable(f"The bundle could not be checked. {error}") + "\n")
        return 2
    except MemoryError:
        sys.stderr.write("The bundle could not be checked. This machine has too little memory for it.\n")
        return 2
    said = json.dumps(report.as_json(), indent=2) if asked.json else report.as_text()
    encoding = sys.stdout.encoding or "ascii"  # what this terminal cannot show is shown as an escape
    sys.stdout.write(said.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    return 0 if report.fits else 1


if __name__ == "__main__":
    raise SystemExit(main())
