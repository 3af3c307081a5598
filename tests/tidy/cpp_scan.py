"""Reads C++ well enough to measure it: where functions begin and end, their parameters, how deep they nest.

Not a parser. It knows comments, literals, brackets and what usually stands before a brace; where it cannot be
sure it says nothing, so that a finding can be trusted.
"""
import bisect
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"""
    (?P<comment>//(?:[^\n\\]|\\.)*|/\*.*?\*/)
  | (?P<literal>(?:u8|[uUL])?R"(?P<fence>[^()\\\s]{0,16})\(.*?\)(?P=fence)"
              |(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*"
              |(?:u8|[uUL])?'(?:[^'\\\n]|\\.)+')
  | (?P<other>\d(?:[\w.]|'\w)*|[A-Za-z_]\w*)
""", re.DOTALL | re.VERBOSE)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.DOTALL | re.MULTILINE)

CONTROL = re.compile(r"^(?:(?:case\b.*?|default|\w+)\s*:(?!:)\s*)*(?:else\s+)?"
                     r"(?:if|for|while|do|switch|try|catch|else)\b", re.DOTALL)
SCOPE = re.compile(r"^(?:export|inline|typedef|static|constexpr|const|\s)*"
                   r"\b(?:namespace|class|struct|union|enum)\b")
LINKAGE = re.compile(r'^extern\s*"\s*"$')
LAMBDA_END = re.compile(r"\]\s*(?:<[^<>]*>)?\s*(?:\((?:[^()]|\([^()]*\))*\))?"
                        r"(?:\s|mutable|noexcept|static|->\s*[\w:<>&*, ]+)*$")
FUNCTION_END = re.compile(r"(?:[)}&]|\b(?:const|noexcept|override|final|try)|->[^;]*|\brequires\b[^;]*)$",
                          re.DOTALL)
ACCESS = re.compile(r"^(?:\s*(?:public|protected|private)\s*:(?!:))+")
NOT_A_NAME = {"noexcept", "alignas", "decltype", "explicit", "requires", "__attribute__", "sizeof",
              "static_assert", "if", "for", "while", "switch", "return"}


@dataclass
class Function:
    begin: int                      # first line of its head, from 1
    end: int                        # line of its closing brace
    parameters: int = 0
    nesting: int = 0                # deepest control block
    nesting_line: int = 0


@dataclass
class Scan:
    functions: list = field(default_factory=list)
    declarations: list = field(default_factory=list)   # functions without body: begin == end of the head
    balanced: bool = True


@dataclass
class Open:
    kind: str                       # bracket, scope, function, control, lambda, block or data
    head_start: int
    function: Function | None = None


def spaces(text):
    return re.sub(r"[^\n]", " ", text)


def without_text(source):
    """The source with comments and the insides of literals replaced by spaces; positions stay."""
    def replace(match):
        text = match.group()
        if match["comment"]:
            return spaces(text)
        if match["literal"]:
            quote = text[-1]
            return quote + spaces(text[1:-1]) + quote
        return text
    return TOKEN.sub(replace, source)


def without_directives(code):
    return DIRECTIVE.sub(lambda match: spaces(match.group()), code)


class Lines:
    """Turns positions into line numbers."""
    def __init__(self, text):
        self.breaks = [i for i, char in enumerate(text) if char == "\n"]

    def of(self, position):
        return bisect.bisect_left(self.breaks, position) + 1


def closing(text, start):
    """Position of the bracket that closes the one at start, or -1. Angles count only where start is one."""
    pairs = {"(": ")", "[": "]", "{": "}"}
    if text[start] == "<":
        pairs["<"] = ">"
    stack = []
    for i in range(start, len(text)):
        char = text[i]
        if char in pairs:
            stack.append(pairs[char])
        elif stack and char == stack[-1] and not (char == ">" and text[i - 1] == "-"):
            stack.pop()
            if not stack:
                return i
        elif char in ")]}" or (char == ";" and ">" in stack):
            return -1
    return -1


def strip_head(head):
    """The head of a declaration without access labels, attributes and template parameters."""
    head = ACCESS.sub("", head).strip()
    head = re.sub(r"\[\[.*?\]\]", "", head, flags=re.DOTALL).strip()
    while match := re.match(r"template\s*<", head):
        end = closing(head, match.end() - 1)
        if end < 0:
            return ""
        head = head[end + 1:].strip()
    return head


def outside_brackets(head):
    while True:
        shorter = re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}", "@", head)
        if shorter == head:
            return re.sub(r"\boperator\s*[^\w\s@]+", "operator", head)
        head = shorter


def split_parameters(text):
    parts, depth, start = [], 0, 0
    for i, char in enumerate(text):
        if char in "([{<":
            depth += 1
        elif char in ")]}" or (char == ">" and text[i - 1:i] != "-"):
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    if depth != 0:
        return []
    return [part.strip() for part in parts + [text[start:]] if part.strip()]


def parameter_count(head):
    """Number of parameters of the function whose head this is; 0 where it does not look like one."""
    head = strip_head(head)
    for match in re.finditer(r"(\w+|operator\s*[^\w\s(]+|operator\s*\(\s*\))\s*\(", head):
        before = head[:match.start()]
        if re.search(r"(?<![=!<>])=(?!=)", re.sub(r"operator\s*[^\w\s]+", "", before)):
            return 0
        if match[1] in NOT_A_NAME or before.count("<") != before.count(">") - before.count("->"):
            continue
        end = closing(head, match.end() - 1)
        parameters = split_parameters(head[match.end():end]) if end > 0 else []
        # Arguments of a macro or a constructor call have no names of their own.
        if not any(re.search(r"[\w>&*\]]\s+[&*.]*\w+|\w[&*]+\s*\w+", parameter) for parameter in parameters):
            return 0
        return len(parameters)
    return 0


def brace_kind(code, position, head, in_bracket, in_scope):
    """What the brace at position opens, judged by what stands before it."""
    if LAMBDA_END.search(code[max(0, position - 600):position]) and not re.match(r"\s*\[\[", head):
        return "lambda"
    if in_bracket:
        return "data"
    if not in_scope:
        stripped = head.strip()
        if CONTROL.match(stripped):
            return "control"
        if SCOPE.match(stripped):
            return "scope"
        return "data" if stripped and not stripped.endswith((":", ")")) else "block"
    stripped = strip_head(head)
    if LINKAGE.match(stripped) or (SCOPE.match(stripped) and not stripped.endswith(")")):
        return "scope"
    plain = outside_brackets(stripped)
    if "=" in plain or "(" not in stripped or not FUNCTION_END.search(stripped):
        return "data"
    return "function"


def is_member_initialiser(head):
    """True for the brace of `a_{1}` in `Foo() : a_{1} {`."""
    return re.search(r"@\s*(?:noexcept\s*@?)?\s*:(?!:)", outside_brackets(strip_head(head))) and \
        re.search(r"[\w>]\s*$", head)


def scan(source):
    """Finds all functions of a file. `balanced` is false where the brackets do not match up."""
    code = without_directives(without_text(source))
    lines, result, stack, head_start = Lines(code), Scan(), [], 0

    def first_line(start, end):
        head = code[start:end]
        skipped = ACCESS.match(head)
        start += skipped.end() if skipped else 0
        return lines.of(start + len(code[start:end]) - len(code[start:end].lstrip()))

    for i, char in enumerate(code):
        if char not in "()[]{};":
            continue
        top = stack[-1].kind if stack else "scope"
        if char in "([":
            stack.append(Open("bracket", head_start))
        elif char in ")]":
            if top != "bracket":
                result.balanced = False
                return result
            stack.pop()
        elif char == ";":
            if top == "scope":
                begin = first_line(head_start, i)
                result.declarations.append(Function(begin, lines.of(i), parameter_count(code[head_start:i])))
            if top != "bracket":
                head_start = i + 1
        elif char == "{":
            around = next((o.kind for o in reversed(stack) if o.kind != "bracket"), "scope")
            head = code[head_start:i]
            kind = brace_kind(code, i, head, top == "bracket", around == "scope")
            if around == "scope" and top != "bracket" and is_member_initialiser(head):
                kind = "data"
            opened = Open(kind, head_start)
            if kind == "function":
                opened.function = Function(first_line(head_start, i), 0, parameter_count(head))
            stack.append(opened)
            if kind == "control":
                note_nesting(stack, lines.of(i))
            head_start = i + 1
        else:
            if not stack or stack[-1].kind == "bracket":
                result.balanced = False
                return result
            closed = stack.pop()
            if closed.function:
                closed.function.end = lines.of(i)
                result.functions.append(closed.function)
            # After `Foo{1}` or a lambda the expression goes on; after anything else a new statement begins.
            head_start = closed.head_start if closed.kind in ("data", "lambda") else i + 1
    result.balanced = not stack
    return result


def note_nesting(stack, line):
    """Records in the enclosing function how deep its control blocks go; a lambda starts from none."""
    depth = 0
    for opened in reversed(stack):
        if opened.kind == "control":
            depth += 1
        elif opened.kind in ("function", "lambda"):
            break
    function = next((o.function for o in reversed(stack) if o.function), None)
    if function and depth > function.nesting:
        function.nesting, function.nesting_line = depth, line
