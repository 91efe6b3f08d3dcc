"""Rows as text: for people as ESXi lays them out, and for programs as JSON, CSV, key=value or XML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from commands.language import Layout, Row, Value, Verb

FORMATS = ("json", "csv", "keyvalue", "xml")


def text(verb: Verb, rows: Sequence[Row], formatter: str = "", fields: Sequence[str] = ()) -> str:
    """What a verb prints; '' when it prints nothing.

    ``formatter`` is one of FORMATS, '' for people. ``fields`` chooses and orders the columns of CSV and of
    tables; all of them by default.
    """
    if verb.layout is Layout.NOTHING:
        return ""
    if formatter:
        return {"json": _json, "csv": _csv, "keyvalue": _keyvalue, "xml": _xml}[formatter](verb, rows, fields)
    if verb.layout is Layout.PLAIN:
        return "".join(f"{_shown(value)}\n" for row in rows for value in row)
    if verb.layout is Layout.OBJECT:
        return "".join(_object(verb, row) for row in rows)
    if verb.layout is Layout.TABLE:
        return _table(*_chosen(verb.fields, rows, fields))
    return "\n".join(_record(verb.fields, row) for row in rows)


def _record(fields: Sequence[str], row: Row) -> str:
    return "".join(f"   {name}: {_shown(value)}\n" for name, value in zip(fields, row, strict=True))


def _object(verb: Verb, row: Row) -> str:
    import json

    lines = "".join(
        f"   {name} = {json.dumps(value)}, \n" for name, value in zip(verb.fields, row, strict=True)
    )
    return f"({verb.structure}) {{\n{lines}}}\n"


def _table(fields: Sequence[str], rows: Sequence[Row]) -> str:
    """Numbers are set to the right, as people compare them."""
    if not rows:
        return ""
    shown = [[_shown(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(fields, *shown, strict=True)]
    right = [all(type(row[at]) is int for row in rows) for at in range(len(fields))]
    lines = [fields, ["-" * width for width in widths], *shown]
    return "".join(
        "  ".join(
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(line, widths, right, strict=True)
        ).rstrip()
        + "\n"
        for line in lines
    )


def _json(verb: Verb, rows: Sequence[Row], fields: Sequence[str]) -> str:
    import json

    names, rows = _chosen(verb.fields, rows, fields)
    keys = [_key(name) for name in names]
    found = [dict(zip(keys, row, strict=True)) for row in rows]
    single = verb.layout in (Layout.RECORD, Layout.PLAIN) and len(found) == 1
    return json.dumps(found[0] if single else found, ensure_ascii=False) + "\n"


def _csv(verb: Verb, rows: Sequence[Row], fields: Sequence[str]) -> str:
    """As ESXi has it: every line ends with a comma."""
    names, rows = _chosen(verb.fields, rows, fields)
    lines = [[_key(name) for name in names], *([_shown(value) for value in row] for row in rows)]
    return "".join("".join(f"{_quoted(cell)}," for cell in line) + "\n" for line in lines)


def _keyvalue(verb: Verb, rows: Sequence[Row], fields: Sequence[str]) -> str:
    names, rows = _chosen(verb.fields, rows, fields)
    places = [
        f"{verb.structure}[{number}]" if len(rows) > 1 else verb.structure for number in range(len(rows))
    ]
    return "".join(
        f"{place}.{_key(name)}.{_type(value)}={_shown(value)}\n"
        for place, row in zip(places, rows, strict=True)
        for name, value in zip(names, row, strict=True)
    )


def _xml(verb: Verb, rows: Sequence[Row], fields: Sequence[str]) -> str:
    return "\n".join(_xml_lines(verb, *_chosen(verb.fields, rows, fields))) + "\n"


def _xml_lines(verb: Verb, names: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    from xml.sax.saxutils import escape, quoteattr

    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield "<output><root>"
    for row in rows:
        yield f"<structure typeName={quoteattr(verb.structure)}>"
        for name, value in zip(names, row, strict=True):
            kind = _type(value)
            yield f"<field name={quoteattr(_key(name))}><{kind}>{escape(_shown(value))}</{kind}></field>"
        yield "</structure>"
    yield "</root></output>"


def _chosen(
    names: Sequence[str], rows: Sequence[Row], wanted: Sequence[str]
) -> tuple[Sequence[str], Sequence[Row]]:
    """The columns that were asked for; names that are none are left out."""
    if not wanted:
        return names, rows
    places = [at for name in wanted for at, own in enumerate(names) if _key(own) == _key(name)]
    return [names[at] for at in places], [tuple(row[at] for at in places) for row in rows]


def _key(name: str) -> str:
    return name.replace(" ", "")


def _shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _type(value: Value) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "string"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\n') else cell
