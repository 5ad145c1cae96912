"""Accounts: who is in the house, how they prove it, and what of it stands in the record. On both databases."""

from __future__ import annotations

import json
import os
import pwd
import threading
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.passwords import check_password, is_password
from opencwc.casebook.people import CONSOLE, FAILURES_ALLOWED, People, wait_after
from opencwc.casebook.permissions import may
from opencwc.casebook.second_factor import SecondFactor
from opencwc.casebook.service_secret import Seal
from opencwc.casebook.sessions import Sessions
from opencwc.casebook.tokens import LONGEST_LIFE, Tokens, cli_person
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError

GOOD = "tulip lantern gravel otter"
OTHER = "bakery violin meadow stapler"


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(book: Casebook, clock: Clock) -> People:
    return People(book, clock)


def records(book: Casebook, *kinds: str) -> list[dict[str, object]]:
    with book.reading_contents() as connection:
        query = select(tables.record.c.content).where(tables.record.c.kind.in_(kinds)).order_by(tables.record.c.seq)
        return [json.loads(content) for content in connection.execute(query).scalars()]


def everything_recorded(book: Casebook) -> str:
    with book.reading_contents() as connection:
        return "\n".join(connection.execute(select(tables.record.c.content)).scalars())


def column(book: Casebook, login: str, name: str) -> object:
    with book.reading_contents() as connection:
        query = select(tables.person.c[name]).where(tables.person.c.login == login)
        return connection.execute(query).scalar_one()


def add_session(book: Casebook, person: str, number: int = 1) -> None:
    people = People(book)
    row = {
        "id": f"s{number}", "person": person, "made_at": people.now(), "seen_at": people.now(),
        "ends_at": "9999", "fully_in": True,
    }  # fmt: skip
    with people.changing() as connection:
        connection.execute(tables.session.insert(), row)


def sessions(book: Casebook) -> int:
    with book.reading_contents() as connection:
        return len(connection.execute(select(tables.session.c.id)).all())


def test_a_person_stands_in_the_record_by_id_role_clearance_and_activity_and_by_nothing_else(
    people: People, book: Casebook
) -> None:
    alice = people.add(CONSOLE, "Alice@Ministry.example", "Alice Liddell", Role.REVIEWER, Mark.PROTECTED)
    people.set_password("alice@ministry.example", GOOD)
    people.change(CONSOLE, alice.id, role=Role.AUDITOR)
    people.change(CONSOLE, alice.id, clearance=Mark.RESTRICTED)
    people.change(CONSOLE, alice.id, active=False)
    people.change(CONSOLE, alice.id, name="A. L.", expected_as="al@ministry.example")
    bodies = [record["body"] for record in records(book, "person_set")]
    assert bodies == [
        {"person": alice.id, "role": "reviewer", "clearance": "protected", "active": True},
        {"person": alice.id, "role": "auditor", "clearance": "protected", "active": True},
        {"person": alice.id, "role": "auditor", "clearance": "restricted", "active": True},
        {"person": alice.id, "role": "auditor", "clearance": "restricted", "active": False},
    ]
    whole = everything_recorded(book)
    for secret in ("alice@", "Liddell", GOOD, "argon2", "al@ministry"):
        assert secret not in whole


def test_a_login_is_the_same_in_every_writing_and_only_once_there(people: People) -> None:
    people.add(CONSOLE, "Ａlice")  # a full-width A
    with pytest.raises(ConflictError, match="an account with this login already exists"):
        people.add(CONSOLE, "ALICE")
    for impossible in ("", "  ", "console", "a b", "a\u200bb\n", "x" * 101):
        with pytest.raises(InputError, match="not a valid login"):
            people.add(CONSOLE, impossible)


def test_the_password_opens_and_nothing_else_does(people: People) -> None:
    alice = people.add(CONSOLE, "alice")
    assert people.with_password("alice", "") is None  # no password yet
    people.set_password(alice.id, GOOD)
    account = people.with_password("ALICE", GOOD)
    assert account is not None and account.person == alice
    assert people.with_password("alice", OTHER) is None
    assert people.with_password("bob", GOOD) is None
    assert people.with_password("a b", GOOD) is None
    people.change(CONSOLE, alice.id, active=False)
    assert people.with_password("alice", GOOD) is None


def test_a_password_is_the_same_from_every_keyboard(people: People) -> None:
    alice = people.add(CONSOLE, "alice")
    people.set_password(alice.id, "cafe\u0301 \ufb01sh lantern ２")  # decomposed, a ligature, a full-width digit
    assert people.with_password("alice", "caf\u00e9 fish lantern 2") is not None


@pytest.mark.usefixtures("true_passwords")
def test_a_password_is_kept_as_argon2id_with_the_parameters_of_rfc_9106(people: People, book: Casebook) -> None:
    alice = people.add(CONSOLE, "alice")
    people.set_password(alice.id, GOOD)
    assert str(column(book, "alice", "password")).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.usefixtures("true_passwords")
def test_a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in(people: People, book: Casebook) -> None:
    people.add(CONSOLE, "alice")
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)
    with people.changing() as connection:
        connection.execute(tables.person.update().values(password=weak))
    assert people.with_password("alice", OTHER) is None
    assert column(book, "alice", "password") == weak
    assert people.with_password("alice", GOOD) is not None
    renewed = str(column(book, "alice", "password"))
    assert "m=65536" in renewed and is_password(renewed, GOOD)


@pytest.mark.parametrize(
    "password",
    [
        "short", "elevenchars", "aaaaaaaaaaaaaaaa", "abcabcabcabcabc", "abcdefghijklm", "123456789012", "qwertyuiop123",
        "Password1234!", "P@ssw0rd2026!!", "motdepasse2026", "OpenCWC-2026!", "Welcome2026!!", "alice1234567",
        "Al1ceLiddell1", "йцукенгшщзхъ", "пароль123456", "convention1997",
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(InputError):
        check_password(password, "alice", "Alice", "Liddell")


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        OTHER,
        "пять зелёных ворон летят",
        "一二三四五六七八九十甲乙",
        "xK7#qLw9$Rt2",
        "administrator of seven hills",
    ],
)
def test_what_is_long_and_no_common_word_is_taken(password: str) -> None:
    check_password(password, "alice", "Alice", "Liddell")


def test_five_failures_lock_the_account_for_longer_and_longer(people: People, clock: Clock) -> None:
    alice = people.add(CONSOLE, "alice")
    people.set_password(alice.id, GOOD)
    for _ in range(FAILURES_ALLOWED):
        assert people.with_password("alice", OTHER) is None
    assert people.with_password("alice", GOOD) is None  # the right one does not open while it waits
    clock.turn(seconds=29)
    assert people.with_password("alice", GOOD) is None
    clock.turn(seconds=2)
    assert people.with_password("alice", OTHER) is None  # the sixth failure: twice as long
    clock.turn(seconds=59)
    assert people.with_password("alice", GOOD) is None
    clock.turn(seconds=2)
    assert people.with_password("alice", GOOD) is not None
    for _ in range(FAILURES_ALLOWED - 1):  # and all is forgiven
        assert people.with_password("alice", OTHER) is None
    assert people.with_password("alice", GOOD) is not None


def test_nobody_waits_longer_than_a_quarter_of_an_hour() -> None:
    assert wait_after(50) == timedelta(minutes=15)


def test_many_guesses_at_once_count_as_many(people: People, book: Casebook) -> None:
    alice = people.add(CONSOLE, "alice")
    people.set_password(alice.id, GOOD)
    allowed: list[bool] = []
    guesses = [threading.Thread(target=lambda: allowed.append(people.take_attempt(alice.id))) for _ in range(12)]
    for guess in guesses:
        guess.start()
    for guess in guesses:
        guess.join()
    assert allowed.count(True) == FAILURES_ALLOWED


def test_a_change_of_password_role_clearance_or_activity_ends_the_sessions(people: People, book: Casebook) -> None:
    alice = people.add(CONSOLE, "alice")
    changes = (
        lambda: people.set_password(alice.id, GOOD),
        lambda: people.change(CONSOLE, alice.id, role=Role.REVIEWER),
        lambda: people.change(CONSOLE, alice.id, clearance=Mark.PROTECTED),
        lambda: people.change(CONSOLE, alice.id, active=False),
        lambda: people.change(CONSOLE, alice.id, drop_totp=True),
    )
    for number, change in enumerate(changes):
        add_session(book, alice.id, number)
        add_session(book, "somebody else", number + 100)
        change()
        assert sessions(book) == number + 1  # those of somebody else
    add_session(book, alice.id, 50)
    people.change(CONSOLE, alice.id, name="Alice", role=Role.REVIEWER)  # the role that it is
    assert sessions(book) == len(changes) + 1


def test_the_last_administrator_stays_and_nobody_raises_themselves(people: People) -> None:
    root = people.add(CONSOLE, "root", role=Role.ADMINISTRATOR)
    for change in ({"role": Role.REVIEWER}, {"active": False}):
        with pytest.raises(ConflictError, match="the last administrator"):
            people.change(CONSOLE, root.id, **change)
    second = people.add(root.id, "second", role=Role.ADMINISTRATOR)
    for change in ({"role": Role.REVIEWER}, {"clearance": Mark.HIGHLY_PROTECTED}, {"active": False}):
        with pytest.raises(NotAllowedError, match="you cannot change your own"):
            people.change(second.id, second.id, **change)
    assert people.change(second.id, second.id, name="Second").person.name == "Second"
    assert not people.change(second.id, root.id, active=False).active


def test_the_first_link_makes_one_administrator_once(people: People, book: Casebook, clock: Clock) -> None:
    void = people.first_invitation()
    secret = people.first_invitation()
    assert void and secret and len(secret) >= 43  # 256 bits
    with pytest.raises(NotAllowedError):
        people.accept(void, GOOD, "root")
    with pytest.raises(InputError):
        people.accept(secret, "password1234", "root")  # and the link is not used up by it
    with pytest.raises(InputError):
        people.accept(secret, GOOD, "")
    root = people.accept(secret, GOOD, "root", "Root")
    assert root.role is Role.ADMINISTRATOR
    assert people.with_password("root", GOOD) is not None
    with pytest.raises(NotAllowedError, match="unknown, was already used"):
        people.accept(secret, OTHER, "other")
    assert people.first_invitation() is None
    with book.reading_contents() as connection:
        kept = connection.execute(select(tables.invitation.c.digest)).scalars().all()
    assert secret not in kept and all(len(digest) == 64 for digest in kept)


def test_a_link_holds_for_a_day(people: People, clock: Clock) -> None:
    secret = people.first_invitation()
    assert secret is not None
    clock.turn(hours=24)
    with pytest.raises(NotAllowedError):
        people.accept(secret, GOOD, "root")


def test_two_first_links_used_at_the_same_time_make_one_administrator(people: People) -> None:
    secret = people.first_invitation()
    assert secret is not None
    came_of_it: list[str] = []

    def use(login: str) -> None:
        try:
            came_of_it.append(people.accept(secret, GOOD, login).login)
        except (NotAllowedError, ConflictError) as error:
            came_of_it.append(type(error).__name__)

    threads = [threading.Thread(target=use, args=(login,)) for login in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(people.everyone()) == 1
    assert sum(name in ("one", "two", "three") for name in came_of_it) == 1


def test_an_invitation_gives_an_account_a_new_password_and_opens_a_locked_one(people: People) -> None:
    alice = people.add(CONSOLE, "alice")
    people.set_password(alice.id, GOOD)
    for _ in range(FAILURES_ALLOWED):
        people.with_password("alice", OTHER)
    secret = people.invite(CONSOLE, "alice")
    assert people.accept(secret, OTHER, "somebody-else") == alice  # the login of the account counts
    assert people.with_password("alice", OTHER) is not None
    people.change(CONSOLE, alice.id, active=False)
    with pytest.raises(ConflictError):
        people.invite(CONSOLE, "alice")
    with pytest.raises(NotFoundError):
        people.invite(CONSOLE, "nobody")


def test_an_account_that_left_cannot_use_a_link_made_before(people: People) -> None:
    alice = people.add(CONSOLE, "alice")
    secret = people.invite(CONSOLE, "alice")
    people.change(CONSOLE, alice.id, active=False)
    with pytest.raises(NotAllowedError, match="not active"):
        people.accept(secret, GOOD)


def test_who_makes_the_casebook_reviews_and_who_comes_after_analyses(book: Casebook) -> None:
    me = pwd.getpwuid(os.getuid()).pw_name.casefold()
    first = cli_person(book)
    assert (first.login, first.role, first.clearance) == (f"os:{me}", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
    assert cli_person(book) == first
    assert len(records(book, "person_set")) == 1


def test_a_later_user_of_the_machine_becomes_an_analyst(people: People, book: Casebook) -> None:
    people.add(CONSOLE, "os:somebody-else", role=Role.REVIEWER)
    later = cli_person(book)
    assert (later.role, later.clearance) == (Role.ANALYST, Mark.RESTRICTED)
    people.change(CONSOLE, later.id, active=False)
    with pytest.raises(NotAllowedError, match="not active"):
        cli_person(book)


def test_the_environment_does_not_say_who_acts(book: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("USER", "LOGNAME", "USERNAME", "LNAME"):
        monkeypatch.setenv(variable, "root-of-all")
    assert "root-of-all" not in cli_person(book).login


def test_a_token_in_the_environment_acts_within_its_scopes(book: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    people = People(book)
    alice = people.add(CONSOLE, "alice", role=Role.REVIEWER, clearance=Mark.PROTECTED)
    _, secret = Tokens(people).make(CONSOLE, alice, "night run", ["keep", "read"], timedelta(days=1))
    monkeypatch.setenv("OPENCWC_TOKEN", secret)
    person = cli_person(book)
    assert person.id == alice.id
    assert may(person, "keep", Mark.PROTECTED)
    assert not may(person, "decide") and not may(person, "keep", Mark.HIGHLY_PROTECTED)
    monkeypatch.setenv("OPENCWC_TOKEN", secret + "x")
    with pytest.raises(NotAllowedError, match="OPENCWC_TOKEN"):
        cli_person(book)


def test_a_token_is_shown_once_and_its_making_and_end_are_recorded(people: People, book: Casebook) -> None:
    alice = people.add(CONSOLE, "alice", role=Role.REVIEWER)
    tokens = Tokens(people)
    token, secret = tokens.make(alice.id, alice, "ledger", ["screen", "keep"], timedelta(days=30))
    assert secret.startswith("ocwc_") and len(secret) >= 48
    assert tokens.of(alice.id) == [token]
    tokens.revoke(alice.id, token.id, alice.id)
    tokens.revoke(alice.id, token.id, alice.id)  # once more says nothing new
    made, ended = records(book, "token_made", "token_revoked")
    assert made["body"] == {
        "token": token.id, "person": alice.id, "scopes": ["keep", "screen"], "ends_at": token.ends_at,
        "digest": sha256(secret.encode()).hexdigest(),
    }  # fmt: skip
    assert ended["body"] == {"token": token.id, "person": alice.id}
    assert secret not in everything_recorded(book) and "ledger" not in everything_recorded(book)
    assert tokens.person_of(secret) is None
    with pytest.raises(NotFoundError):
        tokens.revoke("somebody", token.id, "somebody")


def test_a_token_ends_on_its_day_and_with_its_person_and_tells_its_last_use(people: People, clock: Clock) -> None:
    alice = people.add(CONSOLE, "alice")
    tokens = Tokens(people)
    _, secret = tokens.make(CONSOLE, alice, "t", ["screen"], timedelta(days=1))
    assert tokens.of(alice.id)[0].used_at == ""
    used = tokens.person_of(secret)
    assert used is not None and used.scopes == {"screen"}
    assert tokens.of(alice.id)[0].used_at == people.now()
    people.change(CONSOLE, alice.id, active=False)
    assert tokens.person_of(secret) is None
    people.change(CONSOLE, alice.id, active=True)
    assert tokens.person_of(secret) is not None
    clock.turn(days=1)
    assert tokens.person_of(secret) is None
    assert tokens.person_of("ocwc_") is None and tokens.person_of("") is None


@pytest.mark.parametrize(
    ("scopes", "lasts", "message"),
    [
        ([], timedelta(days=1), "needs a permission"),
        (["people"], timedelta(days=1), "unknown"),
        (["self"], timedelta(days=1), "unknown"),
        (["decide"], timedelta(days=1), "does not allow"),
        (["screen"], timedelta(0), "within a year"),
        (["screen"], LONGEST_LIFE + timedelta(seconds=1), "within a year"),
    ],
)
def test_a_token_beyond_its_person_or_a_year_is_refused(
    people: People, scopes: list[str], lasts: timedelta, message: str
) -> None:
    alice = people.add(CONSOLE, "alice", role=Role.ANALYST)
    with pytest.raises(InputError, match=message):
        Tokens(people).make(CONSOLE, alice, "t", scopes, lasts)


def test_a_subject_is_bound_once_to_the_account_that_waits_for_it(people: People, book: Casebook) -> None:
    alice = people.add(CONSOLE, "alice", expected_as="Alice@Ministry.example")
    assert people.bind("issuer 1", ("nobody@ministry.example",)) is None
    bound = people.bind("issuer 1", ("x", "ALICE@ministry.example"))
    assert bound is not None and bound.person.id == alice.id and bound.bound and not bound.expected_as
    assert people.bind("issuer 2", ("alice@ministry.example",)) is None
    assert people.by_subject("issuer 1") == bound and people.by_subject("issuer 2") is None
    add_session(book, alice.id)
    people.change(CONSOLE, alice.id, expected_as="al@ministry.example")  # she has another account there now
    assert people.by_subject("issuer 1") is None and sessions(book) == 0
    assert people.bind("issuer 2", ("al@ministry.example",)) is not None
    with pytest.raises(ConflictError):
        people.add(CONSOLE, "bob", expected_as="b@x")
        people.add(CONSOLE, "bobby", expected_as="B@X")


def test_no_empty_name_binds_anybody(people: People) -> None:
    people.add(CONSOLE, "alice")
    assert people.bind("issuer 1", ("", " ")) is None


def test_sessions_and_second_factors_hold_on_either_database(people: People, book: Casebook, clock: Clock) -> None:
    alice = people.add(CONSOLE, "alice")
    people.set_password(alice.id, GOOD)
    sessions_of, factor = Sessions(people), SecondFactor(people, Seal(b"s" * 32, "totp"))
    secret = sessions_of.begin(alice.id)
    clock.turn(minutes=29)
    session = sessions_of.of(secret)
    assert session is not None and session.person == alice and session.fully_in
    shared, _ = factor.offer(alice.id)
    codes = factor.confirm(alice.id, pyotp.TOTP(shared).at(int(clock.at.timestamp())))
    assert sessions_of.of(secret) is None
    clock.turn(minutes=1)
    code = pyotp.TOTP(shared).at(int(clock.at.timestamp()))
    taken: list[bool] = []
    tries = [threading.Thread(target=lambda: taken.append(factor.check(alice.id, code))) for _ in range(4)]
    for thread in tries:
        thread.start()
    for thread in tries:
        thread.join()
    assert taken.count(True) == 1  # a code is taken once, also by four at the same time
    assert factor.check(alice.id, codes[0]) and not factor.check(alice.id, codes[0])
    sessions_of.begin(alice.id, instead_of=sessions_of.begin(alice.id))
    assert sessions(book) == 1
    sessions_of.end_others(alice.id, "")
    assert sessions(book) == 0
