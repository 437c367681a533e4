from pathlib import Path

from tooling.stores import key_of, link


def test_a_store_s_name_follows_its_content_and_its_place(tmp_path: Path) -> None:
    name = key_of(tmp_path, b"a", b"b")
    assert name == key_of(tmp_path, b"a", b"b")
    assert len({name, key_of(tmp_path, b"ab"), key_of(tmp_path, b"b", b"a"), key_of(tmp_path / "x", b"a", b"b")}) == 4


def test_a_link_replaces_what_stood_there(tmp_path: Path) -> None:
    new, old, name = tmp_path / "new", tmp_path / "old", tmp_path / "name"
    (name / "full").mkdir(parents=True)
    link(old, name)
    assert name.readlink() == old
    link(new, name)
    assert name.readlink() == new
    link(new, name)
    assert name.readlink() == new
    name.unlink()
    name.touch()
    link(new, name)
    assert name.readlink() == new
