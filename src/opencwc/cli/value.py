"""`opencwc screen VALUE`: the card of one value, printed plainly so that it comes at once."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opencwc.cli.names_progress import NamesProgress
from opencwc.errors import InputError, OpenCWCError, SettingsError
from opencwc.finding import Finding, Message, Value, Verdict
from opencwc.language.refusals import RefusalLog, is_refusal, reason_of_refusal
from opencwc.screening.model import Question, Tally, gravest
from opencwc.settings import load_settings
from opencwc.wording import LANGUAGES, choose_language, say, say_error, sentence
from opencwc.wording.lists import rule_said

if TYPE_CHECKING:
    from opencwc.screening.rulebook import Rulebook


class AnswerTarget(NamedTuple):
    """Where an answer goes (``None``: to the screen), in which format (empty: as a table) and language."""

    output: Path | None
    format: str
    lang: str


def decodable(text: str) -> str:
    """Return an argument with U+FFFD in place of what is no character in the user's encoding."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def displayable(text: str) -> str:
    """Return a text safe to show on a terminal: no control characters, and nothing that turns the line around.

    >>> displayable("Sarin\\x1b[2J\\u202e")
    'Sarin\ufffd[2J\ufffd'
    """
    return _UNSAFE.sub("\ufffd", text)


def spoken_language(asked: str = "") -> str:
    """Return the language asked for, the settings' own, or the user's locale; `SettingsError` for a strange one."""
    settled = load_settings().lang
    if settled and settled not in LANGUAGES:
        raise SettingsError("setting_lang_unknown", lang=settled, known=tuple(LANGUAGES))
    if asked and asked.replace("-", "_").split("_")[0].lower() not in LANGUAGES:
        raise SettingsError("lang_unknown", lang=asked, known=tuple(LANGUAGES))
    return choose_language(asked or settled)


def is_value(text: str) -> bool:
    """Tell whether an argument is a value to screen, and not a file (or the name of one that is missing)."""
    if text == "-" or not text.strip():
        return False
    try:
        return not Path(text.split("#", maxsplit=1)[0]).exists() and not _names_a_file(text)
    except OSError:  # too long for a file name
        return True


def answer_value(text: str, question: Question | None = None, *, explain: bool = False) -> int:
    """Print the card of one value and return the exit status."""
    text = decodable(text)
    try:
        if question is None:
            question = Question(date.today(), lang=spoken_language())
        if len(text) > _LONGEST_VALUE:
            raise InputError("value_too_long_to_screen", characters=len(text), most=_LONGEST_VALUE)
        lines, status = _card(text, question, explain=explain)
    except OpenCWCError as error:
        return report_error(error)
    sys.stdout.write("\n".join(lines) + "\n")
    return status


def see_that_they_are_files(paths: Iterable[Path]) -> None:
    """Raise `InputError` for the first path that is no file."""
    for path in paths:
        if path.is_dir():
            raise InputError("folder_in_place_of_files", where=str(path))
        if not path.exists():
            raise InputError("no_such_file", where=str(path))


def report_error(error: OpenCWCError) -> int:
    """Print an error where errors go and return the exit status for it."""
    lang = _language_of_errors()
    sys.stderr.write(f"{say('error', lang)}: {say_error(error, lang)}\n")
    return 2


def _language_of_errors() -> str:
    """Return the language of this command's errors, which may come before its options are understood."""
    asked = [word.partition("=")[2] or after for word, after in pairwise([*sys.argv, ""]) if word.startswith("--lang")]
    try:
        return spoken_language(asked[-1] if asked else "")
    except OpenCWCError:
        return choose_language()


def _card(text: str, question: Question, *, explain: bool) -> tuple[list[str], int]:
    from opencwc.screening import screen_value
    from opencwc.screening.allow_list import AllowList, silenced_in
    from opencwc.screening.answers import answers_of
    from opencwc.screening.rulebook import Rulebook

    rulebook = Rulebook.of(question.as_of, question.lists, question.files)
    findings = screen_value(text, question, rulebook, NamesProgress(question.lang))
    record_refusals(finding.subject.input for finding in findings if is_refusal(finding.message))
    lines = [displayable(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")]
    for answer in answers_of(findings, rulebook.convention):
        lines.append(_coloured(answer.verdict, sentence(answer.line, question.lang)))
        lines += [f"  {sentence(strength, question.lang)}" for strength in answer.beside]
    for finding in findings:
        lines += _finding_lines(finding, rulebook, question.lang, explain=explain)
    lines += ["", checked_line(rulebook, question.lang, in_full=explain)]
    if any(finding.basis in ("name", "text") for finding in findings):
        from opencwc.chemistry.systematic_names import SystematicNames

        if not SystematicNames.available():
            lines.append(sentence("checked_without_systematic_names", question.lang))
    lines += [sentence(note, question.lang) for note in AllowList.of_house().notes(silenced_in(findings))]
    tally = Tally()
    tally.add(gravest([finding.verdict for finding in findings]))
    return lines, tally.status


def _finding_lines(finding: Finding, rulebook: Rulebook, lang: str, *, explain: bool) -> list[str]:
    from opencwc.screening.answers import reading_message, reason_of

    verdict = say(f"verdict_{finding.verdict}", lang).upper()
    entry = rulebook.convention.find(finding.rule.list, finding.rule.entry) if finding.rule else None
    named = f"{rule_said(entry.rule, lang)}  {entry.title.get(lang, entry.title['en'])}" if entry else ""
    lines = ["", f"{_coloured(finding.verdict, verdict)}  {named}".rstrip(), f"  {sentence(reason_of(finding), lang)}"]
    if finding.readings:
        readings = tuple(map(reading_message, finding.readings))
        lines.append(f"  {sentence(Message('card_readings', {'readings': readings}), lang)}")
    if entry:
        grade = say(f"evidence_{entry.evidence}", lang)
        lines.append(f"  {say(Message('card_source', {'source': entry.source, 'evidence': grade}), lang)}")
    if explain and entry:
        for structure in entry.structure:
            places = ", ".join(
                f"{name} = {place}" for name, place in structure.places.items() if f"{{{name}}}" in structure.core
            )
            core = structure.core + (f"   ({places})" if places else "")
            lines.append(f"  {say(Message('card_core', {'core': core}), lang)}")
        lines += [f"  {evidence.label}: {evidence.structure} {list(evidence.atoms)}" for evidence in finding.evidence]
    if finding.steps and (explain or entry):
        steps = "; ".join(say(step, lang) for step in finding.steps)
        lines.append(f"  {say(Message('card_steps', {'steps': steps}), lang)}")
    return lines


def record_refusals(refused: Iterable[str]) -> None:
    """Record requests that were refused, where there is no casebook to keep them in."""
    for text in refused:
        if refusal := reason_of_refusal(text):
            RefusalLog(load_settings().folder).record(refusal, text)


def checked_line(rulebook: Rulebook, lang: str, *, in_full: bool) -> str:
    """Say what was checked: the lists and the dates of their texts, the day, in full also the policies."""
    lists = tuple(
        Message("card_list", {"list": list_.id, "date": list_.text_of}) for list_ in rulebook.convention.lists
    )
    policies = tuple(Message(f"policy_{policy.id}_{policy.choice}") for policy in rulebook.convention.policies)
    values: dict[str, Value] = {"lists": lists, "date": rulebook.convention.as_of.isoformat(), "policies": policies}
    return sentence(Message("card_checked_in_full" if in_full else "card_checked", values), lang)


def _names_a_file(text: str) -> bool:
    name = text.lower().removesuffix(".gz").removesuffix(".zst")
    return name.endswith(_ENDINGS) or text.startswith(_PLACES)


def _coloured(verdict: Verdict, word: str) -> str:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return word
    return f"\033[1;{_COLOURS[verdict]}m{word}\033[0m"


_COLOURS = {
    Verdict.LISTED: 31, Verdict.REVIEW: 33, Verdict.EXEMPT: 36, Verdict.UNREADABLE: 35, Verdict.NOT_LISTED: 32,
}  # fmt: skip
_ENDINGS = (
    ".smi", ".smiles", ".ism", ".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet",
    ".sdf", ".sd", ".mol", ".json", ".jsonl", ".ndjson", ".pdf", ".docx", ".docm", ".doc", ".odt", ".rtf", ".html",
    ".htm", ".eml", ".mbox", ".msg", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".zip", ".7z", ".rar",
)  # fmt: skip
_PLACES = ("./", "../", "/", "~/", ".\\", "..\\")
"""How a path may begin and no chemical does: a file that is not there must not be taken for an unknown name."""
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SHOWN = 200
_LONGEST_VALUE = 1_000_000
