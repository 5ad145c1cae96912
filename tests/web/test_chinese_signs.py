"""A Chinese page has wide brackets and no blank behind its wide signs; what a user wrote stays as it is."""

from __future__ import annotations

import pytest

from opencwc.web.server.chinese_signs import with_chinese_signs


@pytest.mark.parametrize(
    ("html", "set_so"),
    [
        ("<p>甲基膦酰二氯 (CAS 676-97-1)</p>", "<p>甲基膦酰二氯（CAS 676-97-1）</p>"),
        ("<b>CWC</b> <i>(2020年6月7日文本)</i>", "<b>CWC</b> <i>（2020年6月7日文本）</i>"),
        ("<p>已核对： <b>CWC</b></p>", "<p>已核对：<b>CWC</b></p>"),
        ("<p>结果：21。</p> 不知道", "<p>结果：21。</p>不知道"),
        ("<b>义务</b> (<b>5</b>)", "<b>义务</b>（<b>5</b>）"),
        ('<a title="甲 (乙)">甲</a>', '<a title="甲 (乙)">甲</a>'),
        ("<pre>甲 (乙)： 丙</pre>", "<pre>甲 (乙)： 丙</pre>"),
        ("Regulation (EU) 2021/821", "Regulation (EU) 2021/821"),
        ("甲 (乙", "甲 (乙"),
        ("<p>N-<wbr>(1-<wbr>(二烷氨基))亚烷基</p>", "<p>N-<wbr>(1-<wbr>(二烷氨基))亚烷基</p>"),
    ],
)
def test_a_chinese_page_is_set_as_chinese_is_printed(html: str, set_so: str) -> None:
    assert with_chinese_signs(html) == set_so
