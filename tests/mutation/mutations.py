"""The small changes that are tried on a module: what a slip of the pen would do.

Changed are the bodies of functions. Left alone are annotations, decorators, defaults, docstrings,
and the sentences for people (any text with a space in it): tests name the code of a refusal, not
its wording. `strict=` stays, too: it states what holds by construction.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import CodeType

_PAIRS: tuple[tuple[type[ast.AST], type[ast.AST]], ...] = (
    *((ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.Is, ast.IsNot)),
    *((ast.In, ast.NotIn), (ast.And, ast.Or), (ast.Add, ast.Sub), (ast.Mult, ast.Div)),
    *((ast.BitAnd, ast.BitOr), (ast.LShift, ast.RShift), (ast.Continue, ast.Break)),
)
_SWAPS = dict([*_PAIRS, *((right, left) for left, right in _PAIRS)]) | {
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Div,
    ast.Pow: ast.Mult,
}
_WORDS = (
    *(("min", "max"), ("any", "all"), ("lower", "upper"), ("lstrip", "rstrip"), ("floor", "ceil")),
    *(("startswith", "endswith"), ("removeprefix", "removesuffix"), ("partition", "rpartition")),
)
_NAMES = dict([*_WORDS, *((right, left) for left, right in _WORDS)])
"""Builtins and methods that are easily taken for each other."""

_UNTOUCHED = {"annotation", "returns", "decorator_list", "args", "type_params"}
"""Fields of functions and assignments that are no part of a body."""

_Definition = ast.FunctionDef | ast.AsyncFunctionDef
_Conditional = ast.If | ast.While | ast.IfExp
_Piece = ast.stmt | ast.match_case


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """One change of one module: `replacement` in `field` of `parent`, at `index` if a list.

    `line` is where it is; `lines` are those of the statement around it, which has to be reached
    to notice. `was` and `became` show that statement, of a compound one its head.
    """

    place: str
    line: int
    lines: range
    function: str
    first_line: int
    was: str
    became: str
    tree: ast.Module
    parent: ast.AST
    field: str
    index: int | None
    replacement: ast.AST

    def code(self, filename: str) -> CodeType | None:
        """The changed function, compiled; None where the change does not compile."""
        original = _put(self.parent, self.field, self.index, self.replacement)
        try:
            whole = compile(self.tree, filename, "exec")
        except (SyntaxError, ValueError, TypeError):
            return None
        finally:
            _put(self.parent, self.field, self.index, original)
        return next(_codes(whole, self.function, self.first_line), None)

    def __str__(self) -> str:
        return f"{self.place}:{self.line}: {self.function}\n    - {self.was}\n    + {self.became}"


def mutants_of(root: Path, place: str) -> list[Mutant]:
    """Every change that is tried on a module, in the order of its source."""
    tree = ast.parse((root / place).read_text("utf-8"), place)
    return list(_Walk(place, tree).into(tree))


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where in a module one is: the outermost function, and the innermost statement."""

    place: str
    tree: ast.Module
    scope: str = ""
    function: _Definition | None = None
    statement: _Piece | None = None

    def into(self, node: ast.AST) -> Iterator[Mutant]:
        """The changes of what is inside a node."""
        for parent, field, index, child in _children(node):
            inside = self._at(child)
            if inside.function is not None and inside.function is not child:
                for replacement in _replacements(child, parent, field):
                    yield inside._mutant(parent, field, index, replacement)
            yield from inside.into(child)

    def _at(self, node: ast.AST) -> "_Walk":
        if self.function is None and isinstance(node, ast.ClassDef | _Definition):
            scope = f"{self.scope}.{node.name}".lstrip(".")
            return replace(
                self, scope=scope, function=node if isinstance(node, _Definition) else None
            )
        return replace(self, statement=node) if isinstance(node, _Piece) else self

    def _mutant(
        self, parent: ast.AST, field: str, index: int | None, replacement: ast.AST
    ) -> Mutant:
        statement, function = self.statement, self.function
        assert statement is not None
        assert function is not None
        was = _head(statement)
        original = _put(parent, field, index, replacement)
        became = _head(replacement if isinstance(replacement, ast.stmt) else statement)
        _put(parent, field, index, original)
        lines = _lines(statement)
        return Mutant(
            place=self.place,
            line=getattr(original, "lineno", getattr(parent, "lineno", lines.start)),
            lines=lines,
            function=self.scope,
            first_line=min(d.lineno for d in (function, *function.decorator_list)),
            was=was,
            became=became,
            tree=self.tree,
            parent=parent,
            field=field,
            index=index,
            replacement=replacement,
        )


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Each node inside, and where it stands; what is no part of a body is left out."""
    skipped: set[str] = _UNTOUCHED if isinstance(node, _Definition | ast.AnnAssign) else set()
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return
    if isinstance(node, ast.JoinedStr) and " " in ast.unparse(node):
        skipped = {"values"} if all(isinstance(v, ast.Constant) for v in node.values) else skipped
    for field, value in ast.iter_fields(node):
        if field in skipped:
            continue
        if isinstance(value, ast.AST):
            yield node, field, None, value
        elif isinstance(value, list):
            for index, one in enumerate(value):
                if isinstance(one, ast.AST) and not _is_sentence(one, node):
                    yield node, field, index, one


def _is_sentence(node: ast.AST, parent: ast.AST) -> bool:
    """Whether it is a docstring, or a piece of a formatted sentence."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return (
        isinstance(parent, ast.JoinedStr)
        and isinstance(node, ast.Constant)
        and any(isinstance(v, ast.Constant) and " " in str(v.value) for v in parent.values)
    )


def _replacements(node: ast.AST, parent: ast.AST, field: str) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    if (swapped := _SWAPS.get(type(node))) is not None:
        yield _placed(swapped(), node)
    match node:
        case ast.Constant():
            yield from _constants(node)
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield operand
        case ast.Name(id=name) if name in _NAMES:
            yield _placed(ast.Name(_NAMES[name], ast.Load()), node)
        case ast.Attribute(value=value, attr=name) if name in _NAMES:
            yield _placed(ast.Attribute(value, _NAMES[name], ast.Load()), node)
        case ast.stmt() if _may_be_left_out(node):
            yield _placed(_nothing(node), node)
        case ast.expr() if _decides(parent, field) and not _is_negated_otherwise(node):
            yield _placed(ast.UnaryOp(ast.Not(), node), node)
    if isinstance(parent, ast.Return) and not isinstance(node, ast.Constant):
        yield _placed(ast.Constant(None), node)


def _may_be_left_out(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.AugAssign():
            return True
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return True
    return False


def _nothing(node: ast.stmt) -> ast.stmt:
    """A statement that does nothing; `super` keeps the function closed over its class."""
    calls_super = any(isinstance(n, ast.Name) and n.id == "super" for n in ast.walk(node))
    return ast.Expr(ast.Name("super", ast.Load())) if calls_super else ast.Pass()


def _decides(parent: ast.AST, field: str) -> bool:
    """Whether what stands there is a condition."""
    return (
        (field == "test" and isinstance(parent, _Conditional))
        or (field == "ifs" and isinstance(parent, ast.comprehension))
        or field == "guard"
    )


def _is_negated_otherwise(test: ast.expr) -> bool:
    return isinstance(test, ast.UnaryOp | ast.Constant) or (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Eq | ast.NotEq | ast.Is | ast.IsNot | ast.In | ast.NotIn)
    )


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    match node.value:
        case bool(value):
            yield _placed(ast.Constant(not value), node)
        case int(value) | float(value):
            yield _placed(ast.Constant(value + 1), node)
        case str(text) if " " not in text.strip():
            yield _placed(ast.Constant(_other_text(text)), node)
        case bytes(value):
            yield _placed(ast.Constant(value + b"X"), node)


def _other_text(text: str) -> str:
    try:
        return str(Decimal(text) + 1)
    except InvalidOperation:
        return f"X{text}X"


def _placed(node: ast.AST, like: ast.AST) -> ast.AST:
    if isinstance(node, ast.stmt | ast.expr):
        ast.fix_missing_locations(ast.copy_location(node, like))
    return node


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> ast.AST:
    """Put a node in its place; returns what stood there."""
    before: ast.AST
    if index is None:
        before = getattr(parent, field)
        setattr(parent, field, node)
    else:
        nodes: list[ast.AST] = getattr(parent, field)
        before, nodes[index] = nodes[index], node
    return before


def _head(statement: _Piece) -> str:
    text = ast.unparse(statement).strip()
    is_compound = isinstance(statement, ast.match_case) or hasattr(statement, "body")
    return text.partition("\n")[0] if is_compound else text


def _lines(statement: _Piece) -> range:
    if isinstance(statement, ast.match_case):
        return range(statement.pattern.lineno, statement.body[-1].lineno + 1)
    body = getattr(statement, "body", None) or getattr(statement, "cases", None)
    if body is None:
        return range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    first = body[0].pattern if isinstance(body[0], ast.match_case) else body[0]
    return range(statement.lineno, max(first.lineno, statement.lineno + 1))


def _codes(code: CodeType, function: str, first_line: int) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if (inner.co_qualname, inner.co_firstlineno) == (function, first_line):
                yield inner
            yield from _codes(inner, function, first_line)
