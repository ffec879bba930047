"""JUnit's XML, a test suite a file and a failed case a finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from lint_embed.findings import Finding
from lint_embed.output import Lines
from lint_embed.output.style import where

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;"}
)


def _text(value: object) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(value)).translate(_ESCAPES)


def _tag(element: str, /, **attributes: object) -> str:
    words = [f' {key}="{_text(value)}"' for key, value in attributes.items()]
    return f"<{element}{''.join(words)}>"


def _case(finding: Finding) -> str:
    steps = [f"{where(step.place)}  {step.message}" for step in finding.trace]
    body = "\n".join([f"{where(finding.place)}: {finding.code} {finding.message}", *steps])
    case = _tag(
        "testcase",
        name=f"{finding.code} {finding.name} at {where(finding.place)}",
        classname=finding.place.path,
    )
    failure = _tag("failure", type=finding.code, message=finding.message)
    return f"    {case}\n      {failure}{_text(body)}</failure>\n    </testcase>\n"


def render(findings: Sequence[Finding], lines: Lines, color: bool) -> str:
    """Suites for the files with findings; without any, one case that passes."""
    total = len(findings)
    suites = []
    for path, group in groupby(findings, key=lambda finding: finding.place.path):
        cases = [_case(finding) for finding in group]
        count = len(cases)
        opening = _tag("testsuite", name=path, file=path, tests=count, failures=count, errors=0)
        suites.append(f"  {opening}\n{''.join(cases)}  </testsuite>\n")
    if not findings:
        opening = _tag("testsuite", name="lint-embed", tests=1, failures=0, errors=0)
        case = _tag("testcase", name="nothing found", classname="lint-embed")
        suites.append(f"  {opening}\n    {case}</testcase>\n  </testsuite>\n")
    outer = _tag("testsuites", name="lint-embed", tests=total or 1, failures=total, errors=0)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{outer}\n{"".join(suites)}</testsuites>\n'
