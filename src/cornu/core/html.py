"""Tables in HTML, for notebooks."""

from collections.abc import Iterable
from html import escape


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[str]], notes: Iterable[str] = ()) -> str:
    """A table; all text is escaped, since names may come from a file.

    Args:
        caption: text above it.
        head: titles of the columns, or nothing.
        rows: cells of each row; spaces at the beginning of a cell indent it.
        notes: lines below.
    """
    cell = '<td style="text-align: left; padding-left: {}em">{}</td>'

    def row(cells: Iterable[str]) -> str:
        indents = ((len(text) - len(text.lstrip()), text.strip()) for text in cells)
        return "<tr>" + "".join(cell.format(0.5 + 0.5 * indent, escape(text)) for indent, text in indents) + "</tr>"

    titles = "".join(f'<th style="text-align: left">{escape(title)}</th>' for title in head)
    header = f"<thead><tr>{titles}</tr></thead>" if titles else ""
    return "".join(
        [
            f"<div><strong>{escape(caption)}</strong>",
            f"<table>{header}<tbody>{''.join(map(row, rows))}</tbody></table>",
            *(f"<div>{escape(note)}</div>" for note in notes),
            "</div>",
        ]
    )
