"""What turns a clause round, by language, in folded text: long names that forbid nothing, and words that allow.

The names of the Convention and of bodies hold "prohibition", "production" and "chemical weapons"; a provision they are not.
"""

from __future__ import annotations

import re
from functools import cache

TITLES = {
    "en": r"conventions? (?:\w+ ){0,6}?(?:(?:on|for|concerning|regarding) the prohibition\b|prohibiting the development).{0,200}?destruction",
    "fr": r"conventions? (?:[\w,.]+ ){0,8}?(?:(?:sur|portant|pour|relative a|concernant) l'interdiction d|interdisant la mise au point).{0,220}?destruction",
    "es": r"convencion(?:es)? (?:[\w,.]+ ){0,8}?sobre la prohibicion d.{0,220}?destruccion",
    "de": r"ubereinkommens? (?:[\w,.]+ ){0,8}?uber das verbot .{0,220}?vernichtung (?:solcher|chemischer|dieser) waffen",
    "ru": r"конвенци\w+ (?:[\w,.]+ ){0,8}?о запрещении .{0,220}?уничтожени\w+",
    "zh": r"关于禁止.{0,60}?销毁此种武器的?公约",
    "ar": r"(?:ال)?(?:اتفاقيه|معاهده) (?:[\w()]+ ){0,4}?(?:ال)?[بل]?(?:حظر|تحريم|منع) .{0,200}?(?:تدمير|اتلاف)\s*(?:تلك|هذه)?\s*(?:ال)?(?:اسلحه|ها)?",
}
BODIES = {
    "en": r"(?:organi[sz]ation|authority|committee|commission|agency) (?:\w+ ){0,4}?prohibition of chemical weapons",
    "fr": r"(?:organisation|autorite|comite|commission|secretariat|conseil|agence|centre) (?:\w+ ){0,4}?(?:(?:pour|de|sur|d') ?l'interdiction )?(?:des|sur les|contre les|pour les) armes chimiques",
    "es": r"(?:organizacion|autoridad|comite|comision|secretaria) (?:\w+ ){0,4}?prohibicion de (?:las )?armas quimicas",
    "de": r"organisation fur das verbot chemischer waffen",
    "ru": r"(?:организаци|орган|комитет|комисси|конвенци)\w* (?:\w+ ){0,4}?запрещени\w+ химического оружия",
    "zh": r"禁止化学武器组织|禁止化学武器公约|化学武器公约|禁化武(?:组织|公约|办)?|履行禁止化学武器",
    "ar": r"(?:ال)?(?:منظمه|هييه|لجنه|سلطه|مجلس|مكتب|امانه) (?:\w+ ){0,4}?[بل]?(?:حظر|منع|اتفاقيات حظر|اتفاقيه حظر) (?:استخدام |استعمال )?(?:ال)?اسلحه (?:ال)?كي?م\w+"
    r"|(?<!\w)(?:ال)?(?:قانون|نظام|مرسوم|ظهير) (?:[\w()/.-]+ ){0,8}?[بل]?(?:حظر|تحريم|منع) (?:استحداث|تطوير|انتاج|صنع|استعمال|استخدام) .{0,150}?(?:تدمير|اتلاف)\s*(?:تلك|هذه)?\s*(?:ال)?(?:اسلحه|ها)?"
    r"|(?:قانون|نظام) (?:حظر|منع|تحريم) (?:ال)?اسلحه (?:ال)?كي?م\w+",
}
"""How the Convention and bodies are called at length."""
PERMITTED = {
    "en": re.compile(
        r"(?<!wherever they )(?<!wherever it )(?<!wherever he )\bmay(?! (?:not|only))\b|\b(?:free|permitted|allowed|lawful)\b|nothing in this \w+ prevents|restrict"
    ),
    "fr": re.compile(r"\b(?:peu(?:t|vent)|pourr(?:a|ont))\b|\b(?:libres?|permis|autorisees?)\b"),
    "es": re.compile(r"\b(?:podran?|puede[n]?)\b|\b(?:libres?|permitid[oa]s?|licit[oa]s?)\b"),
    "de": re.compile(r"\b(?:darf|durfen|kann|konnen|frei|erlaubt|zulassig)\b"),
    "ru": re.compile(r"\b(?:может|могут|разреша\w+|допуска\w+|свободн\w+|вправе)\b"),
    "zh": re.compile(r"可以|允许|不受限制|不受.{0,4}限制"),
    "ar": re.compile(r"\b(?:[يت]جوز|يمكن|يسمح|مسموح|مباحه?|[يت]باح|جايزه?|يحق|لل\w+ ان|ل(?:ه|ها|هم) ان)\b"),
}
"""Words that allow, in folded text; they decide only in a clause that neither forbids, binds nor denies anything."""

MEASURED = {
    "en": re.compile(r"not (?:less|more|fewer|exceeding|under|over|later|to exceed|below|above)\b"),
    "fr": re.compile(r"(?:ne|n'|non)\s?(?:pas )?(?:exced|depass|inferieur|superieur|moins|plus)"),
    "es": re.compile(r"no (?:menor|mayor|inferior|superior|menos|mas|exced|baj)"),
    "de": re.compile(r"nicht (?:unter|uber|mehr als|weniger als|hoher|spater)\b"),
    "ru": re.compile(
        r"не (?:менее|меньше|более|больше|ниже|выше|свыше|позднее|позже|ранее|раньше|чаще|реже|старше|моложе|дольше)\b"
        r"|не (?:(?:может|могут|должн[аоы]?|должен) )?(?:превы[шс]|достиг)"
    ),
    "zh": re.compile(r"不(?:得|应)?(?:[少多低高迟晚早短大小]于|超[过出逾]?|逾|足|满)|未(?:满|超过)"),
    "ar": re.compile(r"[وف]?لا (?:[يت]قل|[يت]زيد|[يت]تجاوز|[يت]جاوز|تجاوز|[يت]تعدي|[يت]فوق|[يت]نقص)"),
}
"""A negation that only measures ("not less than five years") denies nothing."""


IN_WORDS = {"zh": re.compile(r"(?<=[清解拆开删排毁免扣消废铲根革剔驱撤戒])除|除(?=此|害|草|名|去|役|以)")}
"""Where a word that excepts is part of another, which excepts nothing: 除 in 清除, "to clear away"."""


@cache
def long_names(lang: str) -> re.Pattern[str] | None:
    """Return what finds the long names of the Convention and of bodies, ``None`` for a language that is not read."""
    return _spaced(f"{TITLES[lang]}|{BODIES[lang]}") if lang in TITLES else None


@cache
def treaty_names(lang: str) -> re.Pattern[str] | None:
    """Return what finds the long name of the Convention, ``None`` for a language that is not read."""
    return _spaced(TITLES[lang]) if lang in TITLES else None


def _spaced(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(" ", r"\s+"), re.DOTALL)
