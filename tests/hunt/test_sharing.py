"""What forks share is each trial's own."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

import pytest

from freshdb.hunt.session.sharing import unshare_files, unshare_memory


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it stays shared; the docs say so")
def test_a_fork_writes_to_its_own_copy_which_its_children_share() -> None:
    number = multiprocessing.Value("i", 1)
    pid = os.fork()
    if pid == 0:
        unshare_memory()
        number.value += 1
        inner = os.fork()
        if inner == 0:
            number.value += 5
            os._exit(0)
        os.waitpid(inner, 0)
        os._exit(number.value)
    _, status = os.waitpid(pid, 0)

    assert os.waitstatus_to_exitcode(status) == 7
    assert number.value == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it stays shared; the docs say so")
def test_a_fork_reads_and_writes_files_for_itself(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_bytes(b"abc")
    with (tmp_path / "lines.txt").open("rb", 0) as named, tempfile.TemporaryFile() as nameless:
        nameless.write(b"abc")
        nameless.flush()
        named.seek(1)
        os.lseek(nameless.fileno(), 1, os.SEEK_SET)
        pid = os.fork()
        if pid == 0:
            unshare_files()
            read = named.read() + os.read(nameless.fileno(), 9)
            os.write(nameless.fileno(), b"more")
            os._exit(0 if read == b"bcbc" else 1)
        _, status = os.waitpid(pid, 0)

        assert os.waitstatus_to_exitcode(status) == 0
        assert named.tell() == os.lseek(nameless.fileno(), 0, os.SEEK_CUR) == 1
        assert os.fstat(nameless.fileno()).st_size == 3
