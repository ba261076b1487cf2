"""Hypothesis strategies of uploads as they go over the wire: files, forms and requests gone wrong.

The form is written by hand, part by part, since no client would send most of these.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.support.mutants import file_names, mostly, mutants, nasty_texts
from tests.support.valid_files import FILES

ROUTES = ("preview", "create", "add", "replace")
"""What may be asked with a file: a look at it, an account, an import into a portfolio."""

ACCOUNT_NAME = "An account's name"
"""Stands in the form for a name that is to be unique: replaced before it is sent."""

BOUNDARY = b"a-boundary"

_TEXT_FIELDS = {
    "portfolio_name": ("Retirement",),
    "account_name": (ACCOUNT_NAME,),
    "account_type": ("ira",),
    "equity_balance": ("500000.00",),
    "description": ("", "Rolled over"),
    "equity_as_of": ("2012-12-31",),
    "price_source": ("sample", "sample", "sample", "live"),
    "default_entry_price": ("last", "last", ""),
    "force": ("false", "true"),
}


@dataclass(frozen=True)
class Part:
    """A part of a form: lines of its head, without their ends, and its body."""

    head: tuple[bytes, ...]
    body: bytes


@dataclass(frozen=True)
class Upload:
    """A request with a form: `headers` are beside those of the client and the connection."""

    route: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


@dataclass(frozen=True)
class _Form:
    parts: tuple[Part, ...]
    content_type: bytes = b"multipart/form-data; boundary=" + BOUNDARY

    def written(self) -> bytes:
        """The parts between boundaries."""
        out = bytearray()
        for part in self.parts:
            out += b"--" + BOUNDARY + b"\r\n"
            out += b"".join(line + b"\r\n" for line in part.head) + b"\r\n" + part.body + b"\r\n"
        return bytes(out + b"--" + BOUNDARY + b"--\r\n")


_FormMutation = Callable[[_Form], _Form]
_BodyMutation = Callable[[bytes], bytes]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text_part(name: str, value: bytes) -> Part:
    return Part((b'Content-Disposition: form-data; name="' + name.encode() + b'"',), value)


def _file_part(file_name: bytes, content: bytes, name: bytes = b"csv_file") -> Part:
    disposition = b'Content-Disposition: form-data; name="' + name + b'"; filename="'
    return Part((disposition + file_name + b'"', b"Content-Type: text/csv"), content)


def _on_part(number: int, change: Callable[[Part], tuple[Part, ...]]) -> _FormMutation:
    """What `change` makes of one part takes its place."""

    def mutate(form: _Form) -> _Form:
        if not form.parts:
            return form
        at = number % len(form.parts)
        changed = change(form.parts[at])
        return replace(form, parts=(*form.parts[:at], *changed, *form.parts[at + 1 :]))

    return mutate


def _of_type(content_type: bytes) -> _FormMutation:
    return lambda form: replace(form, content_type=content_type)


def _with_part(part: Part) -> _FormMutation:
    return lambda form: replace(form, parts=(*form.parts, part))


def _valued(value: bytes) -> Callable[[Part], tuple[Part, ...]]:
    return lambda part: (replace(part, body=value),)


def _headed(line: bytes) -> Callable[[Part], tuple[Part, ...]]:
    return lambda part: (replace(part, head=(*part.head, line)),)


def _disposed(disposition: bytes) -> Callable[[Part], tuple[Part, ...]]:
    return lambda part: (replace(part, head=(b"Content-Disposition: " + disposition,)),)


_PART_LINES = (
    *(
        b"Content-Type: application/pdf",
        b"Content-Type: text/csv; charset=utf-16",
        b"Content-Type:",
    ),
    *(
        b"Content-Transfer-Encoding: base64",
        b"Content-Type: multipart/mixed; boundary=x",
        b"\0: \0",
    ),
    *(b"Content-Disposition: form-data", b"no colon", b": no name", b"X: " + b"y" * 20_000),
    *(b"Content-Length: 5", b"X\xff: \xff", b" folded", b'Content-Disposition: x; name="csv_file"'),
)
_DISPOSITIONS = (
    *(b"", b"form-data", b"attachment", b'form-data; name=""', b"form-data; name", b"\xff\xfe"),
    *(
        b'form-data; name="csv_file"',
        b"form-data; name=csv_file; filename=p.csv",
        b'form-data; name="',
    ),
    *(b"form-data; name=\"csv_file\"; filename*=UTF-8''%00%zz.csv", b'form-data; name="\xc3"'),
    *(b'form-data; name="csv_file"; filename*=utf-8\'\'p%0d%0a.csv; filename="p.csv"',),
    *(b'form-data; name="csv_file"; filename="a\0b.csv"', b'form-data; name="csv_file"; filename='),
    *(b'form-data; name="csv_file"; filename="' + b"x" * 10_000 + b'.csv"',),
    *(b'form-data; name="csv_file"; filename="..\\..\\p.csv"', b'form-data; name="a\'"'),
    *(b'form-data; name="mode"; filename="mode.csv"', b'form-data; name="accept_valid[]"'),
    *(b'form-data; name="__class__"', b'form-data; name="csv_file.filename"'),
)
_CONTENT_TYPES = (
    *(
        b"",
        b"multipart/form-data",
        b"multipart/form-data; boundary=",
        b"multipart/mixed; boundary=x",
    ),
    *(b"multipart/form-data; boundary=another", b'multipart/form-data; boundary="a-boundary"'),
    *(b"multipart/form-data; boundary=" + b"b" * 5_000, b"multipart/form-data; boundary=\xff\xfe"),
    *(b"multipart/form-data; boundary=a-boundary; charset=utf-7", b"application/json", b"text/csv"),
    *(b"multipart/form-data; boundary=a-boundary; charset=nonsense", b"MULTIPART/FORM-DATA"),
    *(b"application/x-www-form-urlencoded", b"application/octet-stream", b"text/plain; charset=\0"),
    *(b"multipart/form-data; boundary=a-boundary; boundary=b", b";;;", b"multipart/form-data;=;="),
)
_HEADERS = (
    *((b"Content-Encoding", value) for value in (b"gzip", b"br", b"identity", b"nonsense")),
    *((b"Accept", value) for value in (b"text/csv", b"*/*;q=0", b"\xff")),
    *((b"X-Request-ID", value) for value in (b"a-b.c_d", b"\x1b[2J", b"x" * 5_000)),
    *((b"Accept-Charset", b"utf-16"), (b"Expect", b"200-ok"), (b"Range", b"bytes=5-1")),
    *(
        (b"Cookie", b"a=b; \xff"),
        (b"If-None-Match", b'"*"'),
        (b"X-HTTP-Method-Override", b"DELETE"),
    ),
)

_numbers = st.integers(0, 30)
_values = nasty_texts.map(_encoded)
_names = file_names.map(_encoded)
_contents = st.one_of(*FILES.values()).map(lambda file: file.content)
_part_changes: st.SearchStrategy[Callable[[Part], tuple[Part, ...]]] = st.one_of(
    st.builds(_valued, _values),
    st.builds(_headed, st.sampled_from(_PART_LINES)),
    st.builds(_disposed, st.sampled_from(_DISPOSITIONS)),
    st.sampled_from([lambda _: (), lambda part: (part, part), lambda part: (part,) * 1_100]),
    st.just(lambda part: (replace(part, head=()),)),
    st.just(lambda part: (_file_part(b"field.csv", part.body, b"mode"), part)),
)
_form_mutations: st.SearchStrategy[_FormMutation] = st.one_of(
    st.builds(_on_part, _numbers, _part_changes),
    st.builds(_of_type, st.sampled_from(_CONTENT_TYPES)),
    st.builds(_with_part, st.builds(_file_part, _names, _contents)),
    st.builds(_with_part, st.builds(_text_part, st.sampled_from(["csv_file", "mode"]), _values)),
    st.just(lambda form: replace(form, parts=())),
)


def _cut(place: int) -> _BodyMutation:
    return lambda body: body[: place * len(body) // 10_000]


def _put_in(place: int, more: bytes) -> _BodyMutation:
    return lambda body: (
        body[: place * len(body) // 10_000] + more + body[len(body) * place // 10_000 :]
    )


_places = st.integers(0, 10_000)
_body_mutations: st.SearchStrategy[_BodyMutation] = st.one_of(
    st.builds(_cut, _places),
    st.builds(_put_in, _places, st.one_of(_values, st.binary(max_size=8))),
    st.builds(_put_in, _places, st.just(b"\r\n--" + BOUNDARY + b"\r\n")),
    st.builds(_put_in, _places, st.just(b"\r\n--" + BOUNDARY + b"--\r\n")),
    st.just(lambda body: body.replace(b"\r\n", b"\n")),
    st.just(lambda body: b"preamble\r\n" + body + b"epilogue"),
    st.just(gzip.compress),
    st.just(lambda _: b'{"csv_file": "x"}'),
)


@st.composite
def _forms(draw: st.DrawFn, kind: str) -> _Form:
    """A form as the page sends it, around a mutant or, now and then, around a file unharmed."""
    file = draw(mutants(kind))
    content = draw(mostly(st.just(file.content), _contents, 3))
    fields = {name: draw(st.sampled_from(values)) for name, values in _TEXT_FIELDS.items()}
    fields |= {
        "source_account": file.source_account,
        "default_entry_date": file.default_entry_date,
        "accept_valid": "true" if file.accepts_valid else "false",
    }
    parts = [_text_part(name, _encoded(value)) for name, value in fields.items()]
    escaped = _encoded(file.file_name).replace(b'"', b"%22").replace(b"\r", b"%0D")
    return _Form((*parts, _file_part(escaped.replace(b"\n", b"%0A"), content)))


@st.composite
def uploads(draw: st.DrawFn, kind: str) -> Upload:
    """Uploads of mutants of one kind of `FILES`; two of five are harmed beyond the file."""
    route, form = draw(st.sampled_from(ROUTES)), draw(_forms(kind))
    mode = "replace" if route == "replace" else "add"
    form = _with_part(_text_part("mode", mode.encode()))(form)
    is_harmed = draw(st.sampled_from([False, False, False, True, True]))
    for mutate in draw(st.lists(_form_mutations, max_size=2)) if is_harmed else ():
        form = mutate(form)
    body = form.written()
    for change in draw(st.lists(_body_mutations, max_size=1)) if is_harmed else ():
        body = change(body)
    more = draw(st.lists(st.sampled_from(_HEADERS), max_size=1)) if is_harmed else []
    return Upload(route, ((b"Content-Type", form.content_type), *more), body)
