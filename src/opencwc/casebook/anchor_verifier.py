"""Up to which record an outsider vouches, and whether the record still begins as each anchor says.

An anchor in the folder of the settings, one that somebody brings and one that the casebook keeps are held against the
tree of the records. Whoever put database and log back together, or wrote them anew, has another tree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, RowMapping, select

from opencwc.casebook import tables
from opencwc.casebook.anchor_settings import AnchorSettings
from opencwc.casebook.anchors import Claim, claims_in, digest_of_note, read_claim
from opencwc.casebook.merkle_tree import Frontier
from opencwc.casebook.rows import stored_bytes
from opencwc.casebook.signed_notes import Note, NoteKey, public_bytes, read_note
from opencwc.errors import InputError, IntegrityError, StorageError

_MOST_STAMPS = 20
Tell = Callable[[int, str], None]
"""Takes the record at which something does not fit, 0 where it is none, and what."""


@dataclass(frozen=True, slots=True)
class Vouch:
    """Somebody's word on the first records: the kind of it, whose, up to which record, and when (ISO 8601, UTC).

    ``kind`` is ``witness`` or ``time_stamp``, whose signature was checked, ``folder`` (an anchor in the folder of the
    settings) or ``brought`` (one that was brought to this verification). ``at`` is empty where it is not known.
    """

    kind: str
    by: str
    seq: int
    at: str


@dataclass
class AnchorVerifier:
    """What is held against the record: collected before the database is read, so that it cannot be newer."""

    casebook: str
    settings: AnchorSettings
    tell: Tell
    claims: list[Claim] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)
    outsiders: list[Vouch] = field(default_factory=list)
    _sizes: set[int] = field(default_factory=set)

    @classmethod
    def collect(
        cls, casebook: str, settings: AnchorSettings, brought: Sequence[Path], tell: Tell, newest: int | None = None
    ) -> AnchorVerifier:
        """Collect what is in the folder, or the newest of it, and what is brought; `InputError` where that is none."""
        held = cls(casebook, settings, tell)
        held.claims += map(read_claim, brought)
        if settings.folder is not None:
            try:
                held.claims += claims_in(settings.folder, casebook, newest)
            except (StorageError, InputError) as error:
                tell(0, f"the anchors in {settings.folder} cannot be read: {error}")
        return held

    def want_roots(self, connection: Connection) -> None:
        """Note at how many records a root is wanted: for these anchors and for those that the casebook keeps."""
        self._sizes = {claim.size for claim in self.claims}
        self._sizes |= set(connection.execute(select(tables.anchor.c.size)).scalars())

    def pass_by(self, tree: Frontier) -> None:
        """Note the root of the tree where an anchor speaks of as many records."""
        if tree.size in self._sizes:
            self.roots[tree.size] = tree.root()

    def verify(self, connection: Connection, records: int, anchored: dict[int, tuple[int, str, str]]) -> None:
        """Hold all against the tree; ``anchored`` is what the records say: number of record, moment, hash of a note."""
        kept = {row["size"]: row for row in connection.execute(select(tables.anchor)).mappings()}
        for size in sorted(kept.keys() | anchored.keys()):
            self._hold_kept(size, kept.get(size), anchored.get(size))
        self.weigh(connection, records, {size: at for size, (_, at, _) in anchored.items()})

    def weigh(self, connection: Connection, records: int, moments: dict[int, str]) -> None:
        """Hold the claims against the roots, and take the word of who vouches; ``moments``: when a head was signed."""
        keys = [
            public_bytes(pem.encode()) for pem in connection.execute(select(tables.signing_key.c.pem)).scalars().all()
        ]
        good, is_told = 0, False
        for claim in sorted(self.claims, key=lambda claim: claim.size):
            what = self._difference(claim, records)
            if what and not is_told:  # all that follow differ too
                self.tell(min(good, records) + 1, what)
            is_told = is_told or bool(what)
            if not what:
                good = claim.size
                self._take_word(claim, keys, moments.get(claim.size, ""))
        self._take_time_stamps(connection)
        self.outsiders.sort(key=lambda vouch: (-vouch.seq, vouch.kind, vouch.by))

    def _hold_kept(self, size: int, row: RowMapping | None, said: tuple[int, str, str] | None) -> None:
        if row is None or said is None:
            self.tell(
                said[0] if said else 0, f"the anchor of {size} records {'is missing' if said else 'is in no record'}"
            )
            return
        seq, at, digest = said
        try:
            note = read_note(row["note"])
        except InputError:
            note = None
        if note is None or note.head.size != size or (row["seq"], digest_of_note(note)) != (seq, digest):
            self.tell(seq, f"the anchor of {size} records is not what was kept")
        else:
            self.claims.append(Claim(size, note.head.root, "", note, at))

    def _difference(self, claim: Claim, records: int) -> str:
        where = f"the anchor {claim.where}" if claim.where else f"the anchor of {claim.size} records"
        if claim.size > records:
            return (
                f"{where} knows {claim.size} records, and the casebook has {records}: it was put back to an earlier"
                " state, with the log beside the key or without"
            )
        if claim.size and self.roots.get(claim.size) != claim.root:
            return f"{where}: the first {claim.size} records are not those that it was signed for"
        return ""

    def _take_word(self, claim: Claim, keys: Sequence[bytes], at: str) -> None:
        if claim.note is not None and not self._is_ours(claim.note, keys):
            self.tell(0, f"the anchor {claim.where or claim.size} is not signed by a key of this casebook")
            return
        if claim.note is not None:
            self._take_witnesses(claim, claim.note)
        if claim.where:
            is_in_folder = self.settings.folder is not None and Path(claim.where).parent == self.settings.folder
            self._vouch("folder" if is_in_folder else "brought", claim.where, claim.size, at)

    def _is_ours(self, note: Note, keys: Sequence[bytes]) -> bool:
        origin = note.head.origin
        return origin.endswith(f"/{self.casebook}") and any(note.is_signed_by(NoteKey(origin, key)) for key in keys)

    def _take_witnesses(self, claim: Claim, note: Note) -> None:
        for key in self.settings.witnesses:
            moment = note.cosigned_at(key)
            if moment == -1:
                self.tell(0, f"the signature of the witness {key.name} under {claim.size} records does not hold")
            elif moment is not None:
                self._vouch("witness", key.name, claim.size, _moment(moment))

    def _take_time_stamps(self, connection: Connection) -> None:
        """Take the newest time stamp that holds against the certificates of the settings."""
        if self.settings.authority is None:
            return
        from opencwc.casebook.time_stamps import verify_response

        stamp, checkpoint = tables.time_stamp, tables.checkpoint
        query = select(checkpoint, stamp.c.request, stamp.c.token).join(stamp, stamp.c.number == checkpoint.c.number)
        query = query.where(stamp.c.token.is_not(None)).order_by(checkpoint.c.number.desc()).limit(_MOST_STAMPS)
        for row in connection.execute(query).mappings():
            stamped = row["statement"].encode() + stored_bytes(row["signature"])
            try:
                word = verify_response(
                    stamped, stored_bytes(row["request"]), stored_bytes(row["token"]), self.settings.authority
                )
            except (InputError, IntegrityError):  # of another authority: no word that counts here
                continue
            self._vouch("time_stamp", word.authority, row["seq"], word.at)
            return

    def _vouch(self, kind: str, by: str, seq: int, at: str) -> None:
        """Keep the furthest word of each."""
        before = next(
            (vouch for vouch in self.outsiders if vouch.kind == kind and (vouch.by == by or kind == "folder")), None
        )
        if before is None or before.seq < seq:
            self.outsiders = [vouch for vouch in self.outsiders if vouch is not before]
            self.outsiders.append(Vouch(kind, by, seq, at))


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""
