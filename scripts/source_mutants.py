"""Small changes of a C++ source, one at a time: what scripts/mutate.py breaks a reader with.

It reads tokens, not C++: comments, texts and preprocessor lines are left alone, and an operator counts as
one of two operands where blanks stand on both sides of it, as clang-format writes it. So the brackets of
templates, pointers and signs are no operators.
"""
import dataclasses
import hashlib
import re

TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:[^"\\\n]|\\.)*"
                 |^[ \t]*\#(?:\\\n|[^\n])*)
      | (?P<char>'(?:[^'\\\n]|\\.)')
      | (?P<number>\b(?:0[xX][0-9A-Fa-f']+|\d[\d']*)(?:\.\d+)?[uUlLzZ]*\b)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<sign><=>|<<=|>>=|->|::|\+\+|--|<<|>>|&&|\|\||[-+*/%&|^=!<>]=|[^\s\w])""",
    re.VERBOSE | re.DOTALL | re.MULTILINE)

# kind, and what an operator between blanks becomes.
OPERATORS = {
    "==": [("comparison", "!=")],
    "!=": [("comparison", "==")],
    "<": [("comparison", ">="), ("boundary", "<=")],
    "<=": [("comparison", ">"), ("boundary", "<")],
    ">": [("comparison", "<="), ("boundary", ">=")],
    ">=": [("comparison", "<"), ("boundary", ">")],
    "&&": [("boolean", "||")],
    "||": [("boolean", "&&")],
    "+": [("arithmetic", "-")],
    "-": [("arithmetic", "+")],
    "*": [("arithmetic", "/")],
    "/": [("arithmetic", "*")],
    "%": [("arithmetic", "*")],
    "&": [("arithmetic", "|")],
    "|": [("arithmetic", "&")],
    "^": [("arithmetic", "|")],
    "<<": [("arithmetic", ">>")],
    ">>": [("arithmetic", "<<")],
    "+=": [("arithmetic", "-=")],
    "-=": [("arithmetic", "+=")],
}
WORDS = {
    "true": ("boolean", "false"),
    "false": ("boolean", "true"),
    "min": ("boundary", "max"),
    "max": ("boundary", "min"),
}
ESCAPES = {r"'\r'": r"'\n'", r"'\n'": r"'\r'", r"'\0'": r"'\1'", r"'\\'": "'/'"}

ASSIGNMENT = re.compile(r"[\w.\->\[\]()&:*]+ (?:[-+*/%&|^]|<<|>>)?= ")
CALL = re.compile(r"(?!return\b|if\b|for\b|while\b|switch\b|throw\b|static_assert\b)[\w.\->\[\]:]+\(")
STEP = re.compile(r"(?:\+\+|--)[\w.\->\[\]:]+;|[\w.\->\[\]:]+(?:\+\+|--);")
JUMP = re.compile(r"(?:return|break|continue);")
# Room that is made early changes no result.
ROOM = re.compile(r"(?:\.|->)(?:reserve|shrink_to_fit)\([^;]*;")
FUNCTION = re.compile(r"^(?:  )?(?!if\b|for\b|while\b|switch\b|else\b|return\b|namespace\b|class\b|struct\b)(\w[^\n]*\()",
                      re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    column: int
    kind: str
    before: str
    after: str
    at: int
    id: str  # of the text of its line, not of the number: it outlives changes elsewhere

    def apply(self, text):
        return text[:self.at] + self.after + text[self.at + len(self.before):]

    def __str__(self):
        def shown(code):
            return re.sub(r"\s+", " ", code) or "nothing"
        return f"{self.file}:{self.line}:{self.column}: {self.kind}: {shown(self.before)} -> {shown(self.after)}"


def tokens_of(text):
    """Kind, text and place of each token but what is left alone."""
    return [(found.lastgroup if found.lastgroup != "mark" else "skip", found[0], found.start())
            for found in TOKEN.finditer(text) if found["skip"] is None]


def neighbours_of_number(number):
    digits = number.rstrip("uUlLzZ").replace("'", "")
    if "." in digits:
        return []
    suffix = number[len(number.rstrip("uUlLzZ")):]
    value = int(digits, 0) if digits.lower().startswith("0x") else int(digits)
    form = "{:#x}" if digits.lower().startswith("0x") else "{}"
    return [form.format(near) + suffix for near in (value + 1, value - 1) if near >= 0]


def next_character(literal):
    if literal in ESCAPES:
        return ESCAPES[literal]
    if literal.startswith("'\\"):
        return None
    character = chr(ord(literal[1]) + 1)
    return "'" + (f"\\{character}" if character in "'\\" else character) + "'"


def changes_of_tokens(text, tokens):
    for index, (kind, token, at) in enumerate(tokens):
        previous = tokens[index - 1][1] if index else ""
        if kind == "number":
            yield from (("constant", at, token, after) for after in neighbours_of_number(token))
        elif kind == "char":
            if next_character(token) is not None:
                yield "constant", at, token, next_character(token)
        elif kind == "word":
            if token in WORDS and (token in ("true", "false") or previous == "::"):
                yield WORDS[token][0], at, token, WORDS[token][1]
        elif previous != "operator":
            end = at + len(token)
            if token in OPERATORS and text[at - 1].isspace() and text[end].isspace():
                yield from ((name, at, token, after) for name, after in OPERATORS[token])
            elif token == "!":
                yield "boolean", at, token, ""
            elif token in ("++", "--"):
                yield "arithmetic", at, token, "--" if token == "++" else "++"


def end_of_statement(tokens, start):
    """The index of its ';', or nothing where it is no simple statement."""
    depth = 0
    for index in range(start, len(tokens)):
        token = tokens[index][1]
        depth += (token in "([{") - (token in ")]}")
        if depth < 0 or (depth == 1 and token == "{"):
            return None
        if depth == 0 and token == ";":
            return index
    return None


def begins_statement(tokens, index):
    """After another one, after a label, or after the head of an if, a for or a while."""
    if index == 0:
        return False
    before = tokens[index - 1][1]
    if before in (";", "{", "}", "else"):
        return True
    if before == ":":
        return any(token in ("case", "default") for _, token, _ in tokens[max(0, index - 6):index - 1])
    if before != ")":
        return False
    depth = 0
    for back in range(index - 1, 0, -1):
        depth += (tokens[back][1] == ")") - (tokens[back][1] == "(")
        if depth == 0:
            return tokens[back - 1][1] in ("if", "for", "while")
    return False


def is_in_void(text, at):
    heads = [found[1] for found in FUNCTION.finditer(text, 0, at)]
    return bool(heads) and re.match(r"(?:static |inline )*void ", heads[-1]) is not None


def changes_of_statements(text, tokens):
    for index in range(len(tokens)):
        if not begins_statement(tokens, index):
            continue
        last = end_of_statement(tokens, index)
        if last is None:
            continue
        at = tokens[index][2]
        statement = text[at:tokens[last][2] + 1]
        if statement.startswith("return ") and is_in_void(text, at):
            yield "statement", at, statement, "return;"
        declared = statement.endswith((" = default;", " = delete;"))
        if not declared and any(form.match(statement) for form in (ASSIGNMENT, CALL, STEP, JUMP)):
            yield "statement", at, statement, ";"


def mutants_of(file, text):
    """All mutants of the source `text`, in the order of their places."""
    tokens = tokens_of(text)
    changes = sorted({*changes_of_tokens(text, tokens), *changes_of_statements(text, tokens)},
                     key=lambda change: (change[1], change[0], change[3]))
    room = [range(found.start(), found.end()) for found in ROOM.finditer(text)]
    mutants = []
    for kind, at, before, after in changes:
        if any(at < places.stop and at + len(before) > places.start for places in room):
            continue
        begin = text.rfind("\n", 0, at) + 1
        line_text = text[begin:].split("\n", 1)[0].strip()
        same_before = [line.strip() for line in text[:begin].split("\n")].count(line_text)
        place = at - begin - (len(text[begin:]) - len(text[begin:].lstrip()))
        name = "|".join((file, line_text, str(same_before), str(place), before, after))
        mutants.append(Mutant(file, text.count("\n", 0, at) + 1, at - begin + 1, kind, before, after, at,
                              hashlib.sha1(name.encode()).hexdigest()[:8]))
    return mutants
