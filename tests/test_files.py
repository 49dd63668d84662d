"""Files are written whole or not at all."""

import pytest

from modspam.errors import ModspamError, OutputError
from modspam.files import replaced


def test_a_file_is_there_when_all_of_it_has_been_written(tmp_path):
    target = tmp_path / "new folder" / "file"
    with replaced(target) as file:
        file.write(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def half() -> None:
        with replaced(target) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("mode", [0o600, 0o644], ids=oct)
def test_who_may_read_it_is_as_asked_for(tmp_path, mode):
    with replaced(tmp_path / "file", mode):
        pass
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize(("name", "why"), [("", "it is a folder"), ("file/below", "."), ("n" * 300, "too long")])
def test_what_cannot_be_written_is_said_before_the_work_begins(tmp_path, name, why):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=f"cannot be written: .*{why}") as caught, replaced(tmp_path / name):
        pytest.fail("the work began")
    assert isinstance(caught.value, ModspamError)
    assert isinstance(caught.value, OSError)
