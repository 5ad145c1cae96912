"""What a word of a chemical name looks like: pieces that such names are made of, and their endings."""

from __future__ import annotations

import re


def has_morpheme(text: str) -> bool:
    """Tell whether a Latin text holds a piece that names of chemicals are made of.

    >>> has_morpheme("diisopropylaminoethanol"), has_morpheme("chair")
    (True, False)
    """
    return MORPHEME.search(text) is not None


def looks_chemical(text: str) -> bool:
    """Tell whether a name of the index can be meant as a chemical in running text, and is no ordinary word.

    >>> looks_chemical("acetone"), looks_chemical("Target"), looks_chemical("lead")
    (True, False, False)
    """
    return len(text) > 4 and (_ENDING.search(text) is not None or has_morpheme(text))


def is_substituent(text: str) -> bool:
    """Tell whether a word is a prefix of systematic names, which within a longer one is no chemical by itself.

    >>> is_substituent("difluoro"), is_substituent("fosgeno")
    (True, False)
    """
    return _PREFIX.search(text) is not None


MORPHEME = re.compile(
    "(?:meth|eth|prop|but)(?:yl|an|ox|en)|(?:pent|hex|hept|oct|non|dec|phen)(?:yl|an|ol)|benz|vinyl|allyl|pinacolyl|cyclo|phosph"
    "|arsen|arsin|chlor|brom|fluor|iod[oi]|amin[eo]|amid|azin|azol|imin|nitr|cyan|sulf|sulph|thio|hydrox|oxid|oxim|keto"
    "|aldehyd|carb(?:ox|on|am)|quinucl|pyrid|glyc|silan|borat|tolu|xyl[eo]|acet|ester|ether|alkyl|aryl",
    re.IGNORECASE,
)
_ENDING = re.compile(
    "(?:[bcdfghklmnprstvxz](?:yl|ane|ene|yne|ine|ide|ate|ite|one|ole|ium)|(?:nol|tol|xol|cid)|acid|azole|mycin|cillin)s?$",
    re.IGNORECASE,
)
_PREFIX = re.compile("(?:fluoro|chloro|bromo|iodo|cyano|nitro|amino|hydroxy|thio|oxo|phospho|phosphono)$")
