"""Mutants of the source: one operator, comparison, number, name or order of arguments changed at a time."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Change = Callable[[ast.AST], ast.AST]

OPERATORS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
NAMES = {
    "COUNTRY": "TARGET",
    "DOMAIN": "TARGET",
    "TARGET": "COUNTRY",
    "MINISTERS": "LEADERS",
    "LEADERS": "MINISTERS",
    "GUEST": "MEMBER",
    "MEMBER": "GUEST",
    "NONE": "GUEST",
    "DORMANT": "MINISTERS",
}
FUNCTIONS = {
    "maximum": "minimum",
    "minimum": "maximum",
    "max": "min",
    "min": "max",
    "any": "all",
    "all": "any",
    "sum": "mean",
    "mean": "sum",
    "floor": "ceil",
    "ceil": "floor",
}
INNER = {"positive": 1, "bound": 1, "nonzero": 1, "exp": 0, "sqrt": 0, "abs": 0, "fusion_barrier": None}
"""Functions that are left out, and which argument stays; None: never touched."""
DECLARED = {"parameter", "ChannelForm", "Outcome"}
"""Declarations, which a test compares with `docs/reference.md` as they are written."""
SYMMETRIC = {"maximum", "minimum", "bound", "isinstance", "getattr", "places_of"}
"""Functions whose first arguments may be exchanged, or always have one order."""


@dataclass(frozen=True)
class Mutant:
    """A file with one change: the line, what was there, what is there now, and the whole text."""

    file: str
    line: int
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.before}  ->  {self.after}"


def mutants_of(file: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a file, in the order of its text."""
    content = text.encode()
    lines = content.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    made = {text}
    for node in _mutable(ast.parse(text)):
        first = starts[node.lineno - 1] + node.col_offset
        last = starts[node.end_lineno - 1] + node.end_col_offset
        before = content[first:last].decode()
        for changed in _changes(node):
            now = ast.unparse(ast.fix_missing_locations(changed))
            padding = "\n" * before.count("\n")
            new = now + padding if isinstance(node, ast.stmt) else f"({now}{padding})"
            whole = (content[:first] + new.encode() + content[last:]).decode()
            if whole not in made and now != ast.unparse(node):
                made.add(whole)
                yield Mutant(file, node.lineno, " ".join(before.split()), now, whole)


def _mutable(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes of expressions that count, in order; not annotations, texts, errors, and what only spreads a shape."""
    if isinstance(tree, ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Assert):
        return
    if isinstance(tree, ast.Call) and ast.unparse(tree.func) in DECLARED:
        return
    if isinstance(tree, ast.If) and "TYPE_CHECKING" in ast.unparse(tree.test):
        return
    if _only_shape(tree):
        return
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add) and _only_shape(tree.right):
        yield from _mutable(tree.left)
        return
    if _counts(tree):
        yield tree
    for name, value in ast.iter_fields(tree):
        if name in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _mutable(child)


def _counts(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value):
            return type(value) in {int, float}
        case ast.Name(name, ast.Load()):
            return name in NAMES
        case _:
            kinds = ast.BinOp | ast.Compare | ast.UnaryOp | ast.BoolOp | ast.Call | ast.IfExp | ast.AugAssign
            return isinstance(node, kinds)


def _only_shape(node: ast.AST) -> bool:
    """Whether it is `0.0 * x`, which says a shape."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return False
    return any(isinstance(side, ast.Constant) and side.value == 0.0 for side in (node.left, node.right))


def _with(node: ast.AST, **values: object) -> ast.AST:
    changed = copy.deepcopy(node)
    for name, value in values.items():
        setattr(changed, name, value)
    return changed


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(left, op, right):
            yield _with(node, op=OPERATORS[type(op)]())
            yield left
            if isinstance(op, ast.Add | ast.Mult | ast.BitAnd | ast.BitOr):
                yield right
        case ast.AugAssign(op=op):
            yield _with(node, op=OPERATORS[type(op)]())
        case ast.BoolOp(op):
            yield _with(node, op=OPERATORS[type(op)]())
        case ast.UnaryOp(op, operand):
            yield operand
        case ast.Compare(left, [op], [right]):
            for other in COMPARISONS[type(op)]:
                yield _with(node, ops=[other()])
        case ast.Constant(value):
            yield ast.Constant(1.0 if value == 0.0 and isinstance(value, float) else _other(value))
        case ast.Name(name):
            yield _with(node, id=NAMES[name])
        case ast.IfExp(_, body, orelse):
            yield _with(node, body=orelse, orelse=body)
        case ast.Call():
            yield from _changes_of_call(node)


def _other(value: float) -> float:
    return value + 1 if isinstance(value, int) else 0.5 * value


def _changes_of_call(node: ast.Call) -> Iterator[ast.AST]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in FUNCTIONS and isinstance(node.func, ast.Attribute):
        yield _with(node, func=_with(node.func, attr=FUNCTIONS[name]))
    if name in INNER:
        place = INNER[name]
        if place is None:
            return
        yield node.args[place]
    if any(isinstance(one, ast.Starred) for one in node.args):
        return
    first = 1 if name == "where" or (node.args and ast.unparse(node.args[0]) == "xp") else 0
    if len(node.args) >= first + 2 and name not in SYMMETRIC:
        args = list(node.args)
        args[first], args[first + 1] = args[first + 1], args[first]
        yield _with(node, args=args)
