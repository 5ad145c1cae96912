"""Exceptions in Chinese: where 除, 除非 and 除外 open one and where they end, and what is no exception at all."""

from __future__ import annotations

import pytest

from ..conftest import Check, answer

BEFORE = "第一条\n本法所称公约，是指化学武器公约。\n\n第二条\n"
BAN = "任何人不得研制、生产、获取、储存或者保有化学武器"


@pytest.mark.parametrize("sentence", [
    f"除武装部队外，{BAN}。",
    f"除国防部另有决定以外，{BAN}。",
    f"{BAN}，但经国务院批准的除外。",
    f"{BAN}，国防机关除外。",
    f"{BAN}，但军队执行任务者，不在此限。",
    f"除非获部长准许，{BAN}。",
    f"{BAN}，除非获部长准许。",
    f"未经国务院批准，{BAN}。",
    f"{BAN}，但本款不适用于武装部队。",
    f"{BAN}。武装力量不受本条约束。",
    "除武裝部隊外，任何人不得研製、生產、獲取、儲存或者保有化學武器。",
])  # fmt: skip
def test_a_ban_that_lets_somebody_through_counts_in_part(check: Check, sentence: str) -> None:
    assert answer(check(f"{BEFORE}{sentence}\n", model=False), "PRO-01").verdict == "partial"


@pytest.mark.parametrize("sentence", [
    f"除用于公约不加禁止的目的外，{BAN}。",
    f"除为销毁目的外，{BAN}。",
    f"除本法第五条规定的情形外，{BAN}。",
    f"除此之外，{BAN}。",
    f"为消除化学武器的威胁，{BAN}。",
    f"国家清除老化学武器，并解除其危险。{BAN}。",
])  # fmt: skip
def test_what_the_convention_leaves_open_and_words_that_only_hold_the_sign_except_nobody(
    check: Check, sentence: str
) -> None:
    assert answer(check(f"{BEFORE}{sentence}\n", model=False), "PRO-01").verdict == "covered"


def test_what_comes_beside_a_penalty_is_no_exception_from_it(check: Check) -> None:
    penalty = "使用化学武器的，除没收其武器外，并处十年以上有期徒刑。"
    assert answer(check(f"{BEFORE}{penalty}\n", model=False), "PRO-03").verdict == "covered"


def test_what_may_be_used_as_a_weapon_is_a_chemical_and_no_weapon(check: Check) -> None:
    law = (
        "本条例所称监控化学品，是指下列各类化学品：\n第一类：可以作为化学武器的化学品；\n第二类：可以作为生产前体的化学品。"
        "\n\n第三条\n禁止转让第一类监控化学品。\n"
    )
    assert answer(check(f"{BEFORE}{law}", model=False), "PRO-02").verdict == "none"


def test_the_categories_of_drug_precursors_are_not_those_of_the_schedules(check: Check) -> None:
    law = (
        "第一条 为加强易制毒化学品管理，制定本条例。化学武器依照其他法律管理。\n"
        "第二条 易制毒化学品分为三类，第一类是制毒的原料，第二类、第三类是制毒的配剂。\n"
        "第三条 未经许可，任何人不得生产、使用、进口或者出口第一类、第二类、第三类易制毒化学品。\n"
        "第四条 进口第一类易制毒化学品的，应当每年申报，并保存记录五年。\n"
    )
    assert {answer.verdict for answer in check(law, model=False).answers} == {"none"}
