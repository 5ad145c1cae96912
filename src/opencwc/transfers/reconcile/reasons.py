"""Why a sum stands where it does, and why a line has its status: one message, or the words of whole tables at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from opencwc.finding import Message, Value
from opencwc.transfers.model import CAUSES, LINE_STATUSES, Ledger, Substance
from opencwc.wording import number_signs, say, sentence, thousands_stand_apart
from opencwc.wording.chemical_names import name_said

DECIMALS, LARGE_DECIMALS, DIGITS = 9, 2, 12
"""Quantities are told to the microgram, from 10 kg on to ten grams, and with no more digits: more is the noise of
binary fractions."""
_THOUSANDFOLD = 0.005
"""By how much what is taken for 1,000 times another figure may be off, as a share of it."""
NAMED_BY_CAUSE = {"hub": "other_state", "wrong_partner": "other_state", "wrong_chemical": "other_substance",
                  "year_end": "other_year"}  # fmt: skip
"""Causes that can name what the lines fit under elsewhere, and the column that does."""
_JOINED = {"second": "or", "unread": "unread"}


def reason_of(status: str, problem: Message | None, lang: str, *, readable: bool = True) -> str:
    """Say why a line has its status: what that means, and what is wrong with it; ``readable`` as in
    `opencwc.transfers.reconcile.comparison.Compared`.
    """
    means = () if problem is not None and not readable else (f"page_transfers_status_{status}",)
    messages = (*means, *(() if problem is None else (problem,)))
    return ("" if lang == "zh" else " ").join(sentence(message, lang) for message in messages)


def why(group: Mapping[str, object], substances: Sequence[Substance] = (), doubts: Sequence[Message] = ()) -> Message:
    """Say why a group stands where it does: the rule, the likeliest cause, the one that comes next, what is doubtful.

    ``group`` is a row of `Reconciled.groups`; without ``substances`` another chemical is not named.
    """
    remarks = _remarks(group, substances, doubts)
    if group["cause"] is None:
        agreed = Message("reconcile_agreed")
        return Message("ledger_problems", {"problems": (agreed, *remarks)}) if remarks else agreed
    values: dict[str, Value] = {key: _kg(group[key]) for key in ("exported", "imported", "threshold")}
    values["difference"] = _kg(group["difference"], signless=True)
    values |= {key: str(group[key]) for key in ("exporter", "importer")}
    values |= {key: str(group[key]) for key in ("other_state", "other_year") if group.get(key) is not None}
    if substances and group.get("other_substance") is not None:
        values["other_substance"] = substances[int(str(group["other_substance"]))].name
    rule = Message("reconcile_over" if group["over"] else "reconcile_under", values)
    parts: dict[str, Value] = {"rule": rule, "cause": Message(_why_id(group, values), values)}
    if group["second"] is not None:
        parts["second"] = Message("reconcile_second", {"cause": Message(f"reconcile_cause_{group['second']}")})
    if remarks:
        parts["unread"] = remarks[0] if len(remarks) == 1 else Message("ledger_problems", {"problems": remarks})
    return Message(
        "_".join(("reconcile_why", *(_JOINED[name] for name in ("second", "unread") if name in parts))), parts
    )


def _remarks(
    group: Mapping[str, object], substances: Sequence[Substance], doubts: Sequence[Message]
) -> tuple[Message, ...]:
    """Say what else is to be known of a group: what its chemical was read from, doubtful lines, lines unread."""
    remarks = []
    if group.get("code"):
        remarks.append(Message("reconcile_by_code", {"code": _code(int(str(group["code"])))}))
    if substances and (named := any_of_code(substances[int(str(group["substance"]))])):
        remarks.append(named)
    if doubts and group.get("doubt") is not None:
        remarks.append(doubts[int(str(group["doubt"]))])
    if group.get("also_year") is not None:
        remarks.append(_second_half(group))
    if group.get("unread"):
        remarks.append(Message("reconcile_unread", {"unread": str(group["unread"])}))
    return tuple(remarks)


def _second_half(group: Mapping[str, object]) -> Message:
    values: dict[str, Value] = {
        f"also_{name}": str(group[f"also_{name}"]) for name in ("chemical", "exporter", "importer", "year")
    }
    values |= {name: _kg(group[name]) for name in ("also_exported", "also_imported")}
    is_other = group["also_substance"] != group["substance"]
    return Message(f"reconcile_also{'_chemical' if is_other else ''}", values)


def any_of_code(substance: Substance) -> Message | None:
    """Say of goods that only a subheading names that they may be any chemical of it."""
    return Message("reconcile_any_of_code", {"code": _code(substance.code)}) if substance.code else None


def _code(code: int) -> str:
    """Write an HS subheading.

    >>> _code(292215)
    '2922.15'
    """
    return f"{code // 100:04d}.{code % 100:02d}"


def _why_id(group: Mapping[str, object], values: Mapping[str, Value]) -> str:
    cause = str(group["cause"])
    if cause == "one_side_silent" and group["exports"] and group["imports"]:
        return f"reconcile_why_lacking_{'importer' if float(str(group['difference'])) > 0 else 'exporter'}"
    if cause == "one_side_silent":
        return f"reconcile_why_silent_{'importer' if group['exports'] else 'exporter'}"
    if cause == "unit" and _is_thousandfold(float(str(group["exported"])), float(str(group["imported"]))):
        return "reconcile_why_unit_thousand"
    return f"reconcile_why_{cause}{'_named' if NAMED_BY_CAUSE.get(cause) in values else ''}"


def _is_thousandfold(exported: float, imported: float) -> bool:
    """Tell whether one figure is 1,000 times the other, as kilograms are of tonnes.

    >>> _is_thousandfold(180_240.0, 180.24), _is_thousandfold(2.0, 2_100.0), _is_thousandfold(0.0, 5.0)
    (True, False, False)
    """
    less, more = sorted((exported, imported))
    return less > 0 and abs(more - 1_000 * less) <= _THOUSANDFOLD * more


def _kg(value: object, *, signless: bool = False) -> float:
    number = float(value)  # type: ignore[arg-type]
    number = abs(number) if signless else number
    return round(number, LARGE_DECIMALS if abs(number) >= 10 else DECIMALS)


_VALUES = ("exported", "imported", "difference", "threshold", "exporter", "importer", "other_state",
           "other_substance", "other_year", "unread", "code", "also_chemical", "also_exporter", "also_importer",
           "also_year", "also_exported", "also_imported")  # fmt: skip
_AS_TEXT = frozenset(("exporter", "importer", "other_state", "other_year", "unread", "also_chemical", "also_exporter",
                      "also_importer", "also_year"))  # fmt: skip
_MARK = "\x01"


def line_reasons(ledgers: Sequence[Ledger], lang: str) -> pl.Expr:
    """Say `reason_of` of all lines at once; ``problem`` numbers the problems of all ledgers from 1."""
    means = pl.lit(pl.Series([reason_of(status, None, lang) for status in LINE_STATUSES]))
    problems = [sentence(problem, lang) for ledger in ledgers for problem in ledger.problems]
    problem = pl.lit(pl.Series(["", *problems])).gather(pl.col("problem"))
    mean = means.gather(pl.col("status").to_physical().cast(pl.UInt32))
    both = pl.concat_str(mean, pl.lit("" if lang == "zh" else " "), problem)
    return pl.when(problem == "").then(mean).when("readable").then(both).otherwise(problem)


def group_reasons(lang: str, known: Sequence[Substance], doubts: Sequence[Message]) -> pl.Expr:
    """Say `why` of all groups at once, in one language, without a message object for each."""
    substances = [name_said(substance.name, lang) for substance in known]
    between = say(Message("reconcile_why", {"rule": _MARK, "cause": _MARK}), lang).split(_MARK)[1]
    rule = pl.when("over").then(_filled("reconcile_over", lang, substances, first=True)).otherwise(
        _filled("reconcile_under", lang, substances, first=True)
    )  # fmt: skip
    cause = seconds = pl.lit("")
    for name in CAUSES:
        cause = pl.when(pl.col("cause") == name).then(_cause(name, lang, substances)).otherwise(cause)
        second = between + say(Message("reconcile_second", {"cause": Message(f"reconcile_cause_{name}")}), lang)
        seconds = pl.when(pl.col("second") == name).then(pl.lit(second)).otherwise(seconds)
    remarks = _all_remarks(lang, between, known, doubts)
    full = pl.concat_str(rule, pl.lit(between), cause, seconds, remarks, pl.lit(_stop(lang)))
    agreed = pl.concat_str(
        pl.lit(sentence("reconcile_agreed", lang).removesuffix(_stop(lang))), remarks, pl.lit(_stop(lang))
    )
    return pl.when(pl.col("cause").is_null()).then(agreed).otherwise(full)


def _cause(name: str, lang: str, substances: Sequence[str]) -> pl.Expr:
    if name == "one_side_silent":
        return (
            pl.when(pl.col("exports") == 0)
            .then(_filled("reconcile_why_silent_exporter", lang, substances))
            .when(pl.col("imports") == 0)
            .then(_filled("reconcile_why_silent_importer", lang, substances))
            .when(pl.col("difference") > 0)
            .then(_filled("reconcile_why_lacking_importer", lang, substances))
            .otherwise(_filled("reconcile_why_lacking_exporter", lang, substances))
        )
    unnamed = _filled(f"reconcile_why_{name}", lang, substances)
    if name == "unit":
        less, more = pl.min_horizontal("exported", "imported"), pl.max_horizontal("exported", "imported")
        thousandfold = (less > 0) & ((more - 1_000 * less).abs() <= _THOUSANDFOLD * more)
        return pl.when(thousandfold).then(_filled("reconcile_why_unit_thousand", lang, substances)).otherwise(unnamed)
    if name not in NAMED_BY_CAUSE:
        return unnamed
    named = _filled(f"reconcile_why_{name}_named", lang, substances)
    return pl.when(pl.col(NAMED_BY_CAUSE[name]).is_not_null()).then(named).otherwise(unnamed)


def _all_remarks(lang: str, between: str, known: Sequence[Substance], doubts: Sequence[Message]) -> pl.Expr:
    """Say the remarks of all groups at once, each part after what stands between two."""
    doubted = [between + say(doubt, lang) for doubt in doubts]
    named = [between + say(remark, lang) if (remark := any_of_code(substance)) else "" for substance in known]
    is_also, is_other = pl.col("also_year").is_not_null(), pl.col("also_substance") != pl.col("substance")
    parts = (
        (pl.col("code") > 0, pl.concat_str(pl.lit(between), _filled("reconcile_by_code", lang, ()))),
        (pl.lit(value=True), pl.lit(pl.Series(named or [""])).gather(pl.col("substance"))),
        (pl.col("doubt").is_not_null(), pl.lit(pl.Series(doubted or [""])).gather(pl.col("doubt").fill_null(0))),
        (is_also & ~is_other, pl.concat_str(pl.lit(between), _filled("reconcile_also", lang, ()))),
        (is_also & is_other, pl.concat_str(pl.lit(between), _filled("reconcile_also_chemical", lang, ()))),
        (pl.col("unread") > 0, pl.concat_str(pl.lit(between), _filled("reconcile_unread", lang, ()))),
    )
    return pl.concat_str(pl.when(is_told).then(part).otherwise(pl.lit("")) for is_told, part in parts)


def _stop(lang: str) -> str:
    return sentence("x", lang)[1:]


def _filled(id: str, lang: str, substances: Sequence[str], *, first: bool = False) -> pl.Expr:
    """Return what a message says with each group's own values; ``first`` where it begins a sentence."""
    text = say(Message(id, {name: f"{_MARK}{name}{_MARK}" for name in _VALUES}), lang)
    text = text[:1].upper() + text[1:] if first else text
    pieces = [
        _value(part, lang, substances) if place % 2 else pl.lit(part) for place, part in enumerate(text.split(_MARK))
    ]
    return pl.concat_str(pieces)


def _value(name: str, lang: str, substances: Sequence[str]) -> pl.Expr:
    if name == "other_substance":
        named = pl.lit(pl.Series(list(substances) or [""], dtype=pl.String))
        return named.gather(pl.col(name).fill_null(0))
    if name == "code":
        digits = pl.col(name).cast(pl.String).str.zfill(6)
        return pl.concat_str(digits.str.slice(0, 4), pl.lit("."), digits.str.slice(4))
    if name == "also_chemical" and lang != "en":
        names = pl.col(name).fill_null("")
        return names.map_batches(lambda column: _names_said(column, lang), return_dtype=pl.String)
    if name in _AS_TEXT:
        return pl.col(name).cast(pl.String).fill_null("")
    rounded = pl.col(name).abs() if name == "difference" else pl.col(name)
    group, decimal = number_signs(lang)
    large, fine = (
        rounded.round(places)
        .cast(pl.Decimal(38, places))
        .cast(pl.String)
        .str.strip_chars_end("0")
        .str.strip_chars_end(".")
        for places in (LARGE_DECIMALS, DECIMALS)
    )
    whole = (
        large.str.split(".")
        .list.first()
        .cast(pl.Int64)
        .map_batches(lambda numbers: _apart(numbers, lang), return_dtype=pl.String)
    )
    apart = pl.concat_str(
        whole.str.replace_all(",", group, literal=True),
        large.str.extract(r"(\.\d+)$").fill_null("").str.replace(".", decimal, literal=True),
    )
    return pl.when(rounded.abs() >= 10).then(apart).otherwise(fine.str.replace(".", decimal, literal=True))


def _names_said(names: pl.Series, lang: str) -> pl.Series:
    said = {name: name_said(name, lang) for name in names.unique()}
    return pl.Series(names.name, [said[name] for name in names], pl.String)


def _apart(numbers: pl.Series, lang: str) -> pl.Series:
    """Write whole numbers with commas between their thousands; Polars has no faster way than Python's own."""
    said = (
        None if number is None else f"{number:,}" if thousands_stand_apart(number, lang) else str(number)
        for number in numbers.to_list()
    )
    return pl.Series(numbers.name, list(said), pl.String)
