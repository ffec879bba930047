"""Neovim's and Emacs' own clients, headless; skipped where they are not installed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from editing import FIXED, MISTAKE

SERVER = [sys.executable, "-m", "lint_embed", "server"]
WIDE = MISTAKE.replace("print(util", 'print("😀", util')

NEOVIM = """
local function report(stage)
  local found = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    local lsp = d.user_data and d.user_data.lsp or {}
    table.insert(found, {code = d.code or lsp.code, line = d.lnum + 1, column = d.col,
      message = d.message, severity = d.severity, source = d.source})
  end
  io.stdout:write(vim.fn.json_encode({stage = stage, found = found}) .. "\\n")
end
local function until_count(count)
  vim.wait(30000, function() return #vim.diagnostic.get(0) == count end, 20)
end
vim.cmd("filetype on")
vim.cmd("edit " .. vim.env.EDITED)
local client = vim.lsp.start_client({
  name = "lint-embed", cmd = vim.fn.json_decode(vim.env.SERVER),
  root_dir = vim.fn.fnamemodify(vim.env.EDITED, ":h"),
})
vim.lsp.buf_attach_client(0, client)
until_count(1)
report("opened")
local original = vim.api.nvim_buf_get_lines(0, 0, -1, false)
vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.fn.json_decode(vim.env.FIXED))
until_count(0)
report("fixed")
table.insert(original, 1, "# moved")
vim.api.nvim_buf_set_lines(0, 0, -1, false, original)
until_count(1)
report("broken")
local params = vim.lsp.util.make_position_params(0, "utf-16")
params.position = {line = 3, character = 1}
local reply = vim.lsp.buf_request_sync(0, "textDocument/hover", params, 20000)
local hover = reply and reply[client] and reply[client].result
local contents = hover and hover.contents or {}
io.stdout:write(vim.fn.json_encode({stage = "hover", found = contents}) .. "\\n")
io.stdout:flush()
vim.cmd("qall!")
"""

EMACS = """
(setq eglot-sync-connect 30 eglot-autoshutdown t make-backup-files nil create-lockfiles nil)
(setq eglot-connect-timeout 30 python-indent-guess-indent-offset nil)
(package-initialize)
(require 'eglot)
(require 'json)
(require 'flymake)
(defun report (stage)
  (princ (json-encode
    `((stage . ,stage)
      (found . ,(vconcat (mapcar (lambda (d)
         `((line . ,(line-number-at-pos (flymake-diagnostic-beg d)))
           (column . ,(column-at (flymake-diagnostic-beg d)))
           (message . ,(flymake-diagnostic-text d))))
        (flymake-diagnostics)))))))
  (princ "\\n"))
(defun column-at (where)
  (save-excursion (goto-char where) (- where (line-beginning-position))))
(defun until-count (count)
  (let ((deadline (+ (float-time) 30)))
    (while (and (/= (length (flymake-diagnostics)) count) (< (float-time) deadline))
      (accept-process-output nil 0.05)
      (flymake-start))))
(setq-default eglot-server-programs
  (list (cons 'python-mode (append (json-read-from-string (getenv "SERVER")) nil))))
(find-file (getenv "EDITED"))
(python-mode)
(setq project-find-functions (list (lambda (dir) (cons 'transient dir))))
(apply #'eglot (eglot--guess-contact))
(flymake-mode 1)
(until-count 1)
(report "opened")
(defun replace (text)
  (erase-buffer) (insert text)
  (eglot--signal-textDocument/didChange))
(let ((original (buffer-string)))
  (replace (mapconcat #'identity (json-read-from-string (getenv "FIXED")) "\\n"))
  (until-count 0)
  (report "fixed")
  (replace (concat "# moved\\n" original))
  (until-count 1)
  (report "broken"))
(set-buffer-modified-p nil)
(eglot-shutdown (eglot-current-server))
"""


def _run(command: list[str], tmp_path: Path) -> dict[str, Any]:
    file = tmp_path / "edited.py"
    file.write_text(WIDE)
    environment = {
        "EDITED": str(file),
        "SERVER": json.dumps(SERVER),
        "FIXED": json.dumps(FIXED.splitlines()),
        "HOME": str(tmp_path),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, cwd=tmp_path
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, done.stderr
    return {line["stage"]: line["found"] for line in lines}


def _holds(stages: dict[str, Any]) -> None:
    (opened,), fixed, (broken,) = stages["opened"], stages["fixed"], stages["broken"]
    assert not fixed
    assert "paraphrase-MiniLM-L6-v2" in opened["message"]
    assert opened["line"] == 7 and broken["line"] == 8


@pytest.mark.skipif(shutil.which("nvim") is None, reason="needs Neovim")
def test_neovim(tmp_path: Path) -> None:
    script = tmp_path / "session.lua"
    script.write_text(NEOVIM)
    stages = _run(["nvim", "--headless", "-u", "NONE", "-c", f"luafile {script}"], tmp_path)
    _holds(stages)
    (opened,) = stages["opened"]
    assert opened["severity"] == 1 and opened["source"] == "lint-embed"
    # Neovim counts columns in bytes.
    assert opened["column"] == len('print("😀", '.encode())
    assert "**all-MiniLM-L6-v2**" in stages["hover"]["value"]


@pytest.mark.skipif(shutil.which("emacs") is None, reason="needs Emacs")
def test_emacs_eglot(tmp_path: Path) -> None:
    script = tmp_path / "session.el"
    script.write_text(EMACS)
    probe = ["emacs", "-q", "--batch", "--eval", "(progn (package-initialize) (require 'eglot))"]
    if subprocess.run(probe, capture_output=True, env={"HOME": str(tmp_path)}).returncode:
        pytest.skip("needs eglot")
    stages = _run(["emacs", "-q", "--batch", "-l", str(script)], tmp_path)
    _holds(stages)
    assert stages["opened"][0]["column"] == len('print("😀", ')
