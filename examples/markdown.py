"""Render Markdown to HTML: headings, lists, quotes, code, tables, links, emphasis.

usage: markdown.py [FILE]
"""
import html
import re
import sys
from collections.abc import Iterator

INLINE = re.compile(
    r"""(?P<escape>\\[\\`*_\[\]()#!~-])
      | (?P<code>`+)(?P<code_text>.+?)(?P=code)
      | !\[(?P<alt>[^\]]*)\]\((?P<image>[^)\s]+)\)
      | \[(?P<label>[^\]]+)\]\((?P<target>[^)\s]+)(?:\s+"(?P<title>[^"]*)")?\)
      | <(?P<auto>https?://[^>\s]+)>
      | \*\*(?P<strong>.+?)\*\*
      | (?<!\w)[*_](?P<emphasis>\S(?:.*?\S)?)[*_](?!\w)
      | ~~(?P<strike>.+?)~~
      | (?P<break>\ {2,}\n)""",
    re.VERBOSE | re.DOTALL,
)


def inline(text: str) -> str:
    parts, position = [], 0
    for match in INLINE.finditer(text):
        parts.append(html.escape(text[position : match.start()], quote=False))
        parts.append(inline_piece(match))
        position = match.end()
    parts.append(html.escape(text[position:], quote=False))
    return "".join(parts)


def inline_piece(match: re.Match[str]) -> str:
    group = match.groupdict()
    match match.lastgroup:
        case "escape":
            return html.escape(group["escape"][1:])
        case "code" | "code_text":
            return f"<code>{html.escape(group['code_text'].strip(), quote=False)}</code>"
        case "image":
            return f'<img src="{html.escape(group["image"])}" alt="{html.escape(group["alt"])}">'
        case "target" | "title":
            title = f' title="{html.escape(group["title"])}"' if group["title"] else ""
            return f'<a href="{html.escape(group["target"])}"{title}>{inline(group["label"])}</a>'
        case "auto":
            return f'<a href="{html.escape(group["auto"])}">{html.escape(group["auto"])}</a>'
        case "strong":
            return f"<strong>{inline(group['strong'])}</strong>"
        case "emphasis":
            return f"<em>{inline(group['emphasis'])}</em>"
        case "strike":
            return f"<del>{inline(group['strike'])}</del>"
        case "break":
            return "<br>\n"
        case other:
            raise AssertionError(f"no such piece: {other}")


class Lines:
    """The lines of a document, with one line of look-ahead."""

    def __init__(self, text: str):
        self._lines = text.expandtabs(4).splitlines()
        self._next = 0

    def peek(self) -> str | None:
        return self._lines[self._next] if self._next < len(self._lines) else None

    def take(self) -> str:
        self._next += 1
        return self._lines[self._next - 1]

    def take_while(self, test) -> Iterator[str]:
        while (line := self.peek()) is not None and test(line):
            yield self.take()


HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
BULLET = re.compile(r"(\s*)([-*+]|\d+[.)])\s+(.*)")
RULE = re.compile(r"\s*([-*_])(\s*\1){2,}\s*$")
FENCE = re.compile(r"(`{3,}|~{3,})\s*(\w*)")
TABLE_RULE = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)+\s*(:?-+:?\s*)?$")


def render(text: str) -> Iterator[str]:
    lines = Lines(text)
    while (line := lines.peek()) is not None:
        if not line.strip():
            lines.take()
        elif match := FENCE.match(line):
            lines.take()
            code = "\n".join(lines.take_while(lambda line: not line.startswith(match[1])))
            if lines.peek() is not None:
                lines.take()
            kind = f' class="language-{match[2]}"' if match[2] else ""
            yield f"<pre><code{kind}>{html.escape(code, quote=False)}\n</code></pre>"
        elif match := HEADING.match(line):
            lines.take()
            level = len(match[1])
            anchor = re.sub(r"\W+", "-", match[2].lower()).strip("-")
            yield f'<h{level} id="{anchor}">{inline(match[2])}</h{level}>'
        elif RULE.match(line):
            lines.take()
            yield "<hr>"
        elif line.startswith(">"):
            quoted = "\n".join(line[1:].removeprefix(" ") for line in lines.take_while(lambda line: line.startswith(">")))
            yield "<blockquote>"
            yield from ("  " + inner for inner in render(quoted))
            yield "</blockquote>"
        elif BULLET.match(line):
            yield from render_list(lines)
        else:
            yield from paragraph_or_table(lines)


def render_list(lines: Lines, depth: int = 0) -> Iterator[str]:
    first = BULLET.match(lines.peek())
    indent, tag = len(first[1]), "ol" if first[2][0].isdigit() else "ul"
    pad = "  " * depth
    yield f"{pad}<{tag}>"
    while (line := lines.peek()) is not None and (match := BULLET.match(line)):
        if len(match[1]) < indent:
            break
        if len(match[1]) > indent:
            yield from render_list(lines, depth + 1)
            continue
        lines.take()
        box = re.match(r"\[([ x])\]\s+(.*)", match[3])
        text = f"{'☑' if box[1] == 'x' else '☐'} {inline(box[2])}" if box else inline(match[3])
        yield f"{pad}  <li>{text}</li>"
    yield f"{pad}</{tag}>"


def paragraph_or_table(lines: Lines) -> Iterator[str]:
    def belongs(line):
        return line.strip() and not any(p.match(line) for p in (FENCE, HEADING, BULLET, RULE)) and line[0] != ">"

    block = list(lines.take_while(belongs)) or [lines.take()]
    if len(block) > 1 and TABLE_RULE.match(block[1]):
        yield from render_table(block)
    else:
        yield f"<p>{inline('\n'.join(line.lstrip() for line in block))}</p>"


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def render_table(block: list[str]) -> Iterator[str]:
    def alignment(rule):
        match rule.startswith(":"), rule.endswith(":"):
            case True, True:
                return ' style="text-align:center"'
            case _, True:
                return ' style="text-align:right"'
            case _:
                return ""

    styles = [alignment(rule) for rule in cells(block[1])]
    yield "<table>"
    for number, line in enumerate(block):
        if number != 1:
            tag = "td" if number else "th"
            row = (f"<{tag}{style}>{inline(cell)}</{tag}>" for cell, style in zip(cells(line), styles))
            yield f"  <tr>{''.join(row)}</tr>"
    yield "</table>"


SAMPLE = r'''
# Krait & *friends*

A **fast** interpreter with `a < b` in code, [a link](https://example.org "Its title"), ~~mistakes~~ and
an image ![logo](logo.png). snake_case_names stay, \*escaped\* too.  
A line break; <https://example.org/?a=1&b=2>.

## Lists ##
- one
- two with **bold _and nested_**
  1. first
  2. second
- [x] done
- [ ] to do

> A quote
> over two lines
>
> > and one inside

```python
if a < b:
    print("# no heading")
```
***
| name | count | note |
|------|------:|:----:|
| x    | 1     | `|`  |
| y    | 20    | *ok* |

Last paragraph.
### The end
'''

if __name__ == "__main__":
    source = open(sys.argv[1], encoding="utf-8").read() if len(sys.argv) > 1 else SAMPLE
    for line in render(source):
        print(line)
