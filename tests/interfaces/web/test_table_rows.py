"""Specification of the rows of long tables as HTML."""

from interfaces.web.table_rows import body_of


def test_the_first_cell_names_the_row_and_words_come_before_numbers() -> None:
    assert body_of([("SPY", "Market", "1.25", "-3.00")], words=2) == (
        '<tr><th scope="row">SPY</th><td>Market</td>'
        '<td class="number">1.25</td><td class="number down">-3.00</td></tr>'
    )


def test_rows_stand_below_each_other() -> None:
    assert body_of([("a", "1"), ("b", "2")]).count("\n") == 1
    assert body_of([]) == ""


def test_no_cell_can_be_markup() -> None:
    assert body_of([("<b>", "\"'", "&amp;", "-<i>")], words=2) == (
        '<tr><th scope="row">&lt;b&gt;</th><td>&#34;&#39;</td>'
        '<td class="number">&amp;amp;</td><td class="number down">-&lt;i&gt;</td></tr>'
    )
