"""The commands that open a page to others: the file of passwords, and what somebody is told who opens it."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import pytest

from explorer.cli import main
from explorer.cli.serving import who_can_come
from explorer.ui.server.passwords import Users

PASSWORD = "de korenbloem en de vos"


def typed(monkeypatch: pytest.MonkeyPatch, text: str, tmp_path: Path) -> None:
    file = tmp_path / "typed.txt"
    file.write_text(text, "utf-8")
    monkeypatch.setattr(sys, "stdin", file.open(encoding="utf-8"))


def test_the_command_makes_the_file(tmp_path: Path, monkeypatch, capsys) -> None:
    path = tmp_path / "people.txt"
    typed(monkeypatch, "short\n", tmp_path)
    assert main(["password", str(path), "anna"]) == 1 and not path.exists()
    assert capsys.readouterr().err.startswith("explorer: A password has 8 characters or more")
    typed(monkeypatch, PASSWORD + "\r\n", tmp_path)
    assert main(["password", str(path), "anna"]) == 0
    written = capsys.readouterr()
    assert written.out.startswith(f"anna is new in {path}.") and PASSWORD not in written.out + written.err
    assert Users.read(path).fits("anna", PASSWORD)
    assert main(["password", str(path), "anna", "--remove"]) == 0
    assert "anna" not in path.read_text("utf-8")


@pytest.mark.parametrize(("options", "words"), [
    (["--password-file", "{none}"], "There is no password file"), (["--password-file", "{folder}"], "cannot be read"),
    (["--root-path", "brueghel"], "looks like /brueghel"), (["--allow-host", "*"], "is no host to allow"),
])  # fmt: skip
def test_a_page_is_not_served_with_options_that_mean_nothing(tmp_path: Path, capsys, options, words: str) -> None:
    given = [option.format(none=tmp_path / "none.txt", folder=tmp_path) for option in options]
    assert main(["serve", "none", "--cache", str(tmp_path), *given]) == 1
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1 and said.startswith("explorer: ")


@pytest.mark.parametrize(("options", "sentences"), [
    ({}, []), ({"host": "localhost"}, []), ({"password_file": Path("people.txt")}, []),
    ({"host": "0.0.0.0"}, ["Everybody who can reach this computer can open it, search and judge: .* no sign-in."]),
    ({"host": "10.0.0.5", "allow_host": ["a.example"]}, ["Everybody who can reach this computer can open it, .*"]),
    ({"allow_host": ["a.example"]}, ["Everybody who can reach the proxy can open it, .*"]),
    ({"root_path": "/a"}, ["Everybody who can reach the proxy can open it, .*"]),
    ({"host": "0.0.0.0", "password_file": Path("people.txt")}, [".* put a proxy with TLS .*"]),
])  # fmt: skip
def test_whoever_opens_the_page_to_others_is_told_to_whom(options: dict, sentences: list[str]) -> None:
    given = {"host": "127.0.0.1", "allow_host": [], "password_file": None, "root_path": "", **options}
    said = who_can_come(argparse.Namespace(**given))
    assert len(said) == len(sentences)
    assert all(re.fullmatch(expected, sentence) for expected, sentence in zip(sentences, said, strict=True))
