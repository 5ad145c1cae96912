"""What is said to people, in six languages: a message id and its values in, a sentence out.

The catalogs (``catalogs/<language>/LC_MESSAGES/*.po``) use the message id as key. What a language does not say yet is
said in English, never left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from opencwc.catalogs import LANGUAGES as LANGUAGES
from opencwc.catalogs import read_template
from opencwc.errors import OpenCWCError, Reason, UnavailableError, error_line, fill
from opencwc.finding import Item, Message, Value
from opencwc.wording.citations import citations_in
from opencwc.wording.lists import entry_said, list_said
from opencwc.wording.tonnes import tonnes, with_tonnes
from opencwc.wording.typography import PERCENT_CLOSED_UP, closed_up, contracted, in_type, unbroken

RIGHT_TO_LEFT = ("ar",)


def say(message: Message | str, lang: str = "en") -> str:
    """Say a message as it stands inside a sentence.

    ``by_language`` is no id: its values are the texts, as a rule file has them in each language. ``chemical`` and
    ``chemical_within`` are named as the tables of names have it, the latter as inside a sentence; ``common_chemical``
    as the press calls it, ``chemical_in_words`` as somebody wrote it. A message that another version kept, whose id or
    values no catalog knows here, is told with its id and its values; an id alone that no catalog knows is said as
    itself.

    >>> say(Message("group_alkyl", {"carbons": 7}))
    'an alkyl group of 7 carbons'
    """
    if isinstance(message, str):
        alone = _template_of(message, None, lang)
        return message if alone is None else alone.format_map({})
    if message.id == "by_language":
        return in_type(_said(message.values.get(lang, message.values["en"]), lang), lang)
    if message.id in _CHEMICALS:
        return _chemical_said(message, lang)
    return fill_part(_template(message, lang), message, lang)


def template_of(message: Message, lang: str) -> str:
    """Return the template that a message is said by, empty where it is said without one."""
    unwritten = message.id == "by_language" or message.id in _CHEMICALS
    return "" if unwritten else _template(message, lang) or ""


def fill_part(template: str | None, message: Message, lang: str) -> str:
    """Say a message by its template, or by a part of it."""
    named = message.id in _FOUND_BY
    to_say = {
        key: _value(key, _as_placed(key, value, template, lang), lang, named=named)
        for key, value in message.values.items()
    }
    values = {key: _said(value, lang) for key, value in to_say.items()}
    if message.id in _SMALL_WITHIN:
        values = {key: said[:1].lower() + said[1:] for key, said in values.items()}
    if (joined := _JOINED.get(message.id)) and isinstance(several := to_say.get(joined[0]), tuple):
        values[joined[0]] = _joined([_said(item, lang) for item in several], joined[1], lang)
    if template is not None and lang == "zh":
        template = closed_up(template, values)
    if template is not None and lang == "es":
        template = contracted(template, values)
    if template is not None and lang == "ar":
        template = with_tonnes(template, values)
    try:
        said = template.format_map(values) if template is not None else _of_another_version(message.id, values, lang)
    except KeyError:
        return _of_another_version(message.id, values, lang)
    return said if lang == "en" else unbroken(in_type(said, lang) if lang == "zh" else said)


def _joined(said: Sequence[str], last: str, lang: str) -> str:
    """Join items as a sentence does: "a, b and c"."""
    *first, final = said or [""]
    before = say("list_separator", lang).join(first)
    if not before:
        return final
    template, values = f"{{before}}{say(last, lang)}{{final}}", {"before": before, "final": final}
    return (closed_up(template, values) if lang == "zh" else template).format_map(values)


def _value(key: str, value: Value, lang: str, *, named: bool = False) -> Value:
    """Return a value as it is to be said: a count as a number, a substance by its name in the language.

    ``named`` where a name is the English one of a chemical of no list; it is quoted where the language has none.
    """
    said = _name_found if named and key == "name" else _SAID_AS.get(key)
    return value if said is None else said(value, lang)


def _each(said: Callable[[str, str], Item]) -> Callable[[Value, str], Value]:
    """Say a text in a way of its own, or each text of several."""

    def in_language(value: Value, lang: str) -> Value:
        if isinstance(value, tuple):
            return tuple(said(item, lang) if isinstance(item, str) else item for item in value)
        return said(value, lang) if isinstance(value, str) else value

    return in_language


def _as_number(value: Value, _: str) -> Value:
    return float(value) if isinstance(value, int) else value


def _day_of_month(value: Value, lang: str) -> Value:
    """Say a day of a month; French calls the first one so."""
    return "1er" if lang == "fr" and str(value) == "1" else value


def _clauses(value: Value, lang: str) -> Value:
    """Join clauses, which have commas or a label of their own."""
    if not isinstance(value, tuple):
        return value
    return say("clause_separator", lang).join(_said(item, lang) for item in value)


def _facts(value: Value, lang: str) -> Value:
    """Say what a thing was with, where and when; the chemicals are a list, for which Chinese has a sign of its own."""
    if not isinstance(value, tuple):
        return value
    each = [(isinstance(fact, Message) and fact.id == "common_chemical", _said(fact, lang)) for fact in value]
    chemicals = say("list_separator", lang).join(said for is_chemical, said in each if is_chemical)
    others = [said for is_chemical, said in each if not is_chemical]
    return say("phrase_separator", lang).join(filter(None, (chemicals, *others)))


def _substance(name: str, lang: str) -> Item:
    if lang == "en":
        return name
    from opencwc.wording.chemical_names import name_said

    return name_said(name, lang)


def _name_found(value: Value, lang: str) -> Value:
    if lang == "en" or not isinstance(value, str):
        return value
    from opencwc.wording.common_chemicals import known_name

    return known_name(value, lang) or Message("name_in_english", {"name": value})


def _as_placed(key: str, value: Value, template: str | None, lang: str) -> Value:
    """Return a chemical that a sentence does not begin with as its name stands there."""
    inside = lang in _SMALL_INSIDE and template is not None and f"{{{key}}}" in template[1:]
    return _inside(value) if inside and isinstance(value, Message) else value


def _inside(message: Message) -> Message:
    """Return a chemical, alone or at the head of what is said of it, as it stands inside a sentence."""
    if message.id == "chemical":
        return _within(str(message.values["cas"]), str(message.values["name"]))
    first = _BEGINS_WITH.get(message.id, "")
    named = message.values.get(first)
    return Message(message.id, {**message.values, first: _inside(named)}) if isinstance(named, Message) else message


@lru_cache(maxsize=2_000)
def _within(cas: str, name: str) -> Message:
    return Message("chemical_within", {"cas": cas, "name": name})


def _chemical_said(message: Message, lang: str) -> str:
    from opencwc.wording.chemical_names import as_noun, chemical_name
    from opencwc.wording.common_chemicals import common_name, written_name

    if message.id == "chemical_in_words":
        return _said(written_name(str(message.values["name"]), lang) or Message("name_quoted", message.values), lang)
    if message.id == "common_chemical":
        return _said(common_name(str(message.values["name"]), lang), lang)
    name = chemical_name(str(message.values["cas"]), str(message.values["name"]), lang)
    return _said(as_noun(name) if message.id == "chemical_within" else name, lang)


def _of_another_version(message_id: str, values: Mapping[str, str], lang: str) -> str:
    """Tell a message that cannot be said: nothing of it is lost.

    >>> say(Message("old", {"row": 7, "why": Message("group_open")}))
    'written by another version of OpenCWC; this version has no wording for it: old (row: 7; why: an open position)'
    """
    told = "; ".join(f"{name}: {said}" for name, said in values.items())
    template = _template_of("wording_of_another_version", None, lang) or "{told}"
    return template.format(told=f"{message_id} ({told})" if told else message_id)


def sentence(message: Message | str, lang: str = "en") -> str:
    """Say a message as a sentence of its own: a capital first, a full stop last.

    What begins with the text of a cell keeps it as it is written.

    >>> sentence(Message("group_methyl"))
    'A methyl group.'
    >>> sentence(Message("ask_fault_kind", {"text": "perhaps"}))
    'perhaps is not an answer; write corrected, confirmed or withdrawn.'
    """
    quotes = isinstance(message, Message) and (_template(message, lang) or "").startswith("{text}")
    return as_sentence(say(message, lang), lang, quotes=quotes)


def as_sentence(words: str, lang: str = "en", *, quotes: bool = False) -> str:
    """Write words as a sentence; those that begin with a quotation keep it as it is written."""
    said = words.strip()
    stop = "。" if lang == "zh" else "."
    first = said[:1] if quotes else said[:1].upper()
    return first + said[1:] + ("" if said.endswith((".", "!", "?", "。", "؟", "？")) else stop)


def reason(message: Message | str) -> Reason:
    """Return a message as the value of an error: its English sentence, which every face says in its own language.

    >>> reason("reading_nested")
    'Its parts are nested too deeply.'
    """
    return Reason(sentence(message), Message(message) if isinstance(message, str) else message)


def did_you_mean(*names: str) -> str:
    """Return the question whether one of these names was meant, as the value of an error; nothing for no name.

    >>> did_you_mean("CAS", "SMILES")
    'Did you mean CAS, SMILES?'
    """
    return reason(Message("did_you_mean", {"names": tuple(names)})) if names else ""


def error_sentences(error: OpenCWCError, lang: str = "en") -> tuple[str, str]:
    """Say what was wrong and what to do about it, in English where the language has no words for the error's code."""
    if lang == "en" or not error.code:
        return error.what, error.remedy

    def written(value: object, form: str, quoted: bool) -> str:
        return _written(value, form, lang, quoted=quoted)

    what, remedy = (
        english
        if (template := _template_of(name, None, lang, "errors")) is None
        else fill(template, error.values, written).strip()
        for name, english in ((error.code, error.what), (f"{error.code}_remedy", error.remedy))
    )
    return unbroken(what), unbroken(remedy)


def say_error(error: OpenCWCError, lang: str = "en") -> str:
    """Say an error as one line: where, what was wrong, what to do."""
    return error_line(error.where, *error_sentences(error, lang))


def year_said(text: str, lang: str) -> str:
    """Say a year that stands alone, which Chinese marks as one; what is no year stays as it is.

    >>> year_said("2024", "zh"), year_said("2024", "en"), year_said("2024-06-07", "zh")
    ('2024年', '2024', '2024-06-07')
    """
    return f"{text}年" if lang == "zh" and _YEAR.fullmatch(text) else text


def _written(value: object, form: str, lang: str, *, quoted: bool) -> str:
    """Write a value of an error; a text is the user's own and stays as it is."""
    if isinstance(value, tuple):
        return say("list_separator", lang).join(_written(item, form, lang, quoted=quoted) for item in value)
    if isinstance(value, Reason):
        return sentence(value.message, lang)
    if isinstance(value, date):
        return _day_said(value.year, value.month, value.day, lang)
    if isinstance(value, float) or (isinstance(value, int) and form == ","):
        text = number_said(float(value), lang)
    else:
        text = repr(value) if quoted else format(value, form)
    return _as_written(text) if lang in RIGHT_TO_LEFT else text


def choose_language(asked: str = "") -> str:
    """Return the language to speak: the one asked for, the user's locale, or English.

    >>> choose_language("fr-CA"), choose_language("tlh")
    ('fr', 'en')
    """
    wanted = asked or os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if not wanted:
        import locale

        wanted = locale.getlocale()[0] or ""
    code = wanted.replace("-", "_").split("_")[0].lower()
    return code if code in LANGUAGES else "en"


def _template(message: Message, lang: str) -> str | None:
    counts = (message.values[key] for key in _COUNTS if key in message.values)
    return _template_of(message.id, next((count for count in counts if isinstance(count, int)), None), lang)


@lru_cache(maxsize=10_000)
def _template_of(name: str, count: int | None, lang: str, domain: str = "opencwc") -> str | None:
    if not name:
        return None  # catalogs keep what is said of themselves under no name
    languages = dict.fromkeys((lang if lang in LANGUAGES else "en", "en"))
    try:
        found = next((text for language in languages if (text := read_template(domain, name, language, count))), None)
    except FileNotFoundError as error:
        raise UnavailableError("catalogs_not_built", where=str(error.filename)) from None
    return in_type(found if lang == "en" else unbroken(found), lang) if found else found


def _said(value: Value, lang: str) -> str:
    if isinstance(value, Message):
        return _said_within(value, lang)
    if isinstance(value, tuple):
        said_each = [_said(item, lang) for item in value]
        if value and isinstance(value[-1], Message) and value[-1].id in _OTHERS:
            return _joined(said_each, "list_and", lang)
        return say("list_separator", lang).join(said_each)
    if isinstance(value, float):
        said = number_said(value, lang)
        return _as_written(said) if lang in RIGHT_TO_LEFT else said
    text = str(value)
    if _AMOUNT.fullmatch(text):
        text = amount_said(text, lang)
        if text.endswith("%"):
            return text  # a share reads on in the direction of its sentence
    elif lang != "en" and text.startswith(_CITED):
        return cited(text, lang)
    elif lang != "en" and (day := _DAY.fullmatch(text)) and 1 <= int(day[2]) <= 12:
        return _day_said(int(day[1]), int(day[2]), int(day[3]), lang)
    return _as_written(text) if lang in RIGHT_TO_LEFT else text


def cited(source: str, lang: str) -> str:
    """Return a source in a language; what has no official name in it stays as it is written.

    >>> cited("Annex on Chemicals, Schedule 2, Part B, paragraph 4; 15 CFR 745.1(a)", "es")
    'Anexo sobre sustancias químicas, Lista 2, parte B, párrafo 4; 15 CFR 745.1(a)'
    """
    return say("citation_separator", lang).join(text for text, _ in cited_parts(source, lang))


def cited_parts(source: str, lang: str) -> list[tuple[str, str]]:
    """Return the parts of a source, each with the language that it is in.

    >>> cited_parts("VA VII.3(c); A house rule, page 2", "es")
    [('Anexo sobre verificación, VII.3\\xa0c)', 'es'), ('A house rule, page 2', 'en')]
    >>> cited("VA VII.3(c)", "fr").endswith("VII.3\\xa0c)")
    True
    """
    return [
        (in_type(written, "en"), "en")
        if message is None or lang == "en"
        else (_in_signs_of(say(message, lang), lang, first=not place), lang)
        for place, (written, message) in enumerate(citations_in(source))
    ]


def _in_signs_of(citation: str, lang: str, *, first: bool = True) -> str:
    """Write the paragraphs of a citation as the text of the Convention in the language does.

    The word for an Article has a capital only where a source begins.

    >>> _in_signs_of("VII.3(c)", "fr"), _in_signs_of("核查附件 VI.15, VI.19", "zh"), _in_signs_of("الجزء B", "ar")
    ('VII.3\\xa0c)', '核查附件 VI.15、VI.19', 'الجزء باء')
    >>> _in_signs_of("VI.5bis", "ar")
    'VI.5\\xa0مكررًا'
    >>> _in_signs_of("III.1(a)–(d)", "ar")
    'III.1\\xa0(أ)–(د)'
    >>> _in_signs_of("Artículo VII.1(a)", "es", first=False)
    'artículo VII.1\\xa0a)'
    """
    if lang == "ar":
        lettered = _LETTERS.sub(lambda found: "\u00a0" + found[0].translate(_ARABIC_ITEMS), citation)
        again = _BIS_WORD.sub("\u00a0مكررًا", lettered)
        named = _ARABIC_PART.sub(lambda found: _ARABIC_LETTERS[found[0]], again)
        return _BETWEEN_PARAGRAPHS.sub(lambda _: say("list_separator", lang), named)
    if lang == "zh":
        return _BETWEEN_PARAGRAPHS.sub("、", citation)
    if not first and _ARTICLE.match(citation):
        citation = citation[0].lower() + citation[1:]
    if lang not in ("fr", "es"):
        return citation
    return _BIS.sub("\u00a0", _LETTERS.sub(lambda found: "\u00a0" + found[0].replace("(", ""), citation))


def _said_within(message: Message, lang: str) -> str:
    """Say a message that stands in another one, and remember it: many of those share the very same one."""
    held = _WITHIN.get((id(message), lang))
    if held and held[0] is message:  # which is held, so that no other one can have its id
        return held[1]
    if len(_WITHIN) >= MOST_WITHIN:
        _WITHIN.clear()
    said = say(message, lang)
    _WITHIN[id(message), lang] = message, said
    return said


def number_said(number: float | str, lang: str = "en") -> str:
    """Say a number as the language writes it, in Western digits; a text is taken exactly.

    >>> number_said(180060, "en"), number_said("1234.50", "es"), number_said("0.000005")
    ('180,060', '1234,50', '0.000005')
    >>> number_said(-12.5, "fr")
    '−12,5'
    """
    exact = Decimal(number) if isinstance(number, str) else Decimal(f"{number:.12g}")
    apart = "," if thousands_stand_apart(exact, lang) else ""
    whole, _, part = f"{exact:{apart}f}".partition(".")
    group, decimal = number_signs(lang)
    return with_minus(whole.replace(",", group) + (decimal + part if part else ""))


def thousands_stand_apart(number: float | Decimal, lang: str) -> bool:
    """Tell whether the language sets the thousands of a number apart: in Spanish from five digits on.

    Unicode's CLDR has this as ``minimumGroupingDigits``, which Babel does not read.

    >>> number_said(9999, "es"), number_said("-10000.5", "es"), number_said("-0.5", "es"), number_said(1000)
    ('9999', '−10.000,5', '−0,5', '1,000')
    """
    return lang not in _APART_FROM_FIVE_DIGITS or not -10_000 < number < 10_000


def with_minus(number: str) -> str:
    """Write a number below zero with the sign that print has for it.

    >>> with_minus("-7"), with_minus("\u200e-7") == "\u200e−7", with_minus("7")
    ('−7', True, '7')
    """
    return _HYPHEN_BEFORE.sub("\u2212", number)


def amount_said(text: str, lang: str = "en") -> str:
    """Say an amount as the language writes its number; what is no amount stays as it is.

    >>> amount_said("18000 kg"), amount_said("0.5 L", "fr"), amount_said("0.5 t", "ru"), amount_said("× 5.23", "ru")
    ('18,000 kg', '0,5 L', '0,5 т', '× 5,23')
    >>> amount_said("Sarin"), amount_said("7.2"), amount_said("80 %", "ar"), amount_said("80 %", "es")
    ('Sarin', '7.2', '80%', '80 %')
    """
    amount = _AMOUNT.fullmatch(text)
    if amount is None:
        return text
    times, number, unit = amount.groups("")
    gap = "" if unit == " %" and lang in PERCENT_CLOSED_UP else unit[:1]
    return times + quantity_said(number_said(number, lang), unit[1:], lang, gap=gap)


def quantity_said(number: str, unit: str, lang: str, *, gap: str) -> str:
    """Put its unit behind a number that is written as the language does; an Arabic tonne follows its number.

    >>> quantity_said("7", "t", "ar", gap=" ") == "7\xa0أطنان", quantity_said("0,5", "t", "ru", gap=" ")
    (True, '0,5 т')
    """
    return tonnes(number) if (unit, lang) == ("t", "ar") else f"{number}{gap}{unit_said(unit, lang)}"


def unit_said(unit: str, lang: str) -> str:
    """Say a unit of mass as the language writes it; another one stays as it is.

    >>> unit_said("kg", "ru"), unit_said("L", "ru")
    ('кг', 'L')
    """
    return unit if lang == "en" or unit not in _MASSES else say(f"threshold_unit_{unit}", lang)


def packing_said(packing: str, lang: str) -> str:
    """Say what goods are packed in, and in how many of it; a packing that no catalog knows stays as it is.

    >>> packing_said("drum 12", "fr").replace("\xa0", " "), packing_said("big bag", "es"), packing_said("hull 2", "fr")
    ('fût × 12', 'saca grande', 'hull 2')
    """
    name, _, count = packing.rpartition(" ") if packing[-1:].isdecimal() else (packing, "", "")
    known = _template_of(f"packing_{name.lower().replace(' ', '_')}", None, lang)
    if known is None:
        return packing
    return f"{known} ×\u00a0{number_said(count, lang)}" if count else known


@cache
def number_signs(lang: str) -> tuple[str, str]:
    """Return what stands between the thousands of a number, and before its decimals (Unicode's CLDR)."""
    if lang == "en":
        return ",", "."
    from babel import Locale

    signs = Locale.parse(lang).number_symbols["latn"]
    return str(signs["group"]), str(signs["decimal"])


def day_said(day: date, lang: str) -> str:
    """Say a day as a sentence of the language has it."""
    return day.isoformat() if lang == "en" else _day_said(day.year, day.month, day.day, lang)


def _day_said(year: int, month: int, day: int, lang: str) -> str:
    """Say a day as a sentence of the language has it; in English it stays as files write it (ISO 8601).

    >>> _day_said(2026, 11, 4, "fr")
    '4\xa0novembre\xa02026'
    >>> _day_said(2026, 4, 1, "fr")
    '1er\xa0avril\xa02026'
    """
    return say(day_message(year, month, day), lang).replace(" ", "\u00a0")


def day_message(year: int, month: int, day: int) -> Message:
    """Return what says a day."""
    return Message("label_day", {"day": day, "month": Message(f"label_month_{month}"), "year": year})


def at_clock(day: str, clock: str, lang: str) -> str:
    """Say a moment: a day as the place has it, and the hour of the clock, which runs from left to right.

    >>> at_clock("4 novembre 2026", "09:16 UTC", "fr").replace("\xa0", " ").strip("\u200e")
    '4 novembre 2026, \u200e09:16 UTC'
    """
    between = {"ar": "، ", "zh": " "}.get(lang, ", ")
    hour = clock.replace(" ", "\u00a0")
    return f"{day}{between}\u200e{hour}\u200e"


def _as_written(text: str) -> str:
    """Hold a formula or a quantity together in a line that runs right to left (marks U+200E at its ends).

    >>> _as_written("30 t") == "\u200e30 t\u200e", _as_written("2B04")
    (True, '2B04')
    """
    foreign = text.replace("\u2212", "-").isascii() and not text.isalnum() and any(map(str.isalnum, text))
    return f"\u200e{text}\u200e" if foreign else text


_YEAR = re.compile("[0-9]{4}")
_HYPHEN_BEFORE = re.compile(r"(?<![^\u200e])-(?=[0-9])")
_BETWEEN_PARAGRAPHS = re.compile(r"(?<=[0-9)a-zIVXا]), (?=[IVX])")
_LETTERS = re.compile(r"(?<=[0-9a-z])\([a-z]{1,4}\)(?:[-–]\([a-z]{1,4}\))?(?!\()")
_ARTICLE = re.compile("(?:Article|Artículo|Статья) ")
_BIS = re.compile(r"(?<=[0-9])(?=bis\b)")
_BIS_WORD = re.compile(r"(?<=[0-9])bis\b")
_ARABIC_PART = re.compile(r"(?<=الجزء )[AB]\b")
_ARABIC_LETTERS = {"A": "ألف", "B": "باء"}
_ARABIC_ITEMS = str.maketrans({"a": "أ", "b": "ب", "c": "ج", "d": "د", "e": "هـ", "f": "و", "g": "ز", "h": "ح"})
MOST_WITHIN = 5_000
_WITHIN: dict[tuple[int, str], tuple[Message, str]] = {}
_COUNTS = ("count", "carbons")
_SMALL_WITHIN = ("watch_decided_kind",)
"""The messages whose values stand inside a sentence, and elsewhere as headings with a capital."""
_OTHERS = ("watch_sources_more",)
"""The messages that end a list by how many others there are."""
_JOINED = {
    **dict.fromkeys(("why_family", "why_family_open"), ("places", "list_last_and")),
    "why_not_listed": ("lists", "list_last_or"),
    **{f"place_{atom}": ("group", "list_and") for atom in ("C", "N", "O", "P", "S", "other")},
}  # fmt: skip
"""The messages whose sentence joins the items of a value, and by what before the last."""
_CHEMICALS = ("chemical", "chemical_within", "common_chemical", "chemical_in_words")
_BEGINS_WITH = {"check_chemical_entry": "chemical", "why_without_structure": "name"}
"""The messages that begin with a chemical and stand inside others, and the value that names it."""
_SMALL_INSIDE = ("en", "fr", "es", "ru")
"""The languages that write the name of a chemical small inside a sentence."""
_FOUND_BY = ("found_cas", "found_name")
"""The messages that name a chemical that is in no list, by the English name of the names at hand."""
_APART_FROM_FIVE_DIGITS = ("es",)
_SAID_AS: dict[str, Callable[[Value, str], Value]] = {
    "count": _as_number,
    **dict.fromkeys(("reasons", "as_what"), _clauses),
    "facts": _facts,
    "date": _each(year_said),
    "day": _day_of_month,
    "unit": _each(unit_said),
    **dict.fromkeys(("list", "lists"), _each(list_said)),
    **dict.fromkeys(("entry", "rule", "rules"), _each(entry_said)),
    **dict.fromkeys(("substance", "other_substance", "also_chemical"), _each(_substance)),
}
"""The values of messages that are not said as they are written, and how: a year, the id of a list, a chemical."""
_MASSES = ("t", "kg", "g", "mg")
_CITED = ("VA ", "Verification Annex ", "Annex on Chemicals, ")
"""How a source begins that the Convention itself names in each language."""
_AMOUNT = re.compile(r"([×÷] )?(-?[0-9]+(?:\.[0-9]+)?)( (?:kg|g|mg|t|L|kL|mL|%))?(?(1)|(?<=[A-Za-z%]))")
"""A number with its unit, or with the sign of how many times as much; a number alone may be a name or a paragraph."""
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
