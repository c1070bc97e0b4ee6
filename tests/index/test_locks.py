import os
import signal
import subprocess
import sys
import time

import pytest

from index.errors import Locked
from index.locks import serve_lock, write_lock

HOLD = """
import sys, time
from pathlib import Path
from index.locks import write_lock
with write_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def _holder(data_dir):
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(data_dir)], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"held\n"
    return child


def test_a_second_writer_is_refused_with_the_pid_of_the_first(tmp_path):
    with _holder(tmp_path) as child:
        with pytest.raises(Locked, match=f"process {child.pid} is already ingesting"), write_lock(tmp_path):
            pass
        child.kill()


def test_the_lock_of_a_killed_process_is_taken_over(tmp_path):
    with _holder(tmp_path) as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
        with write_lock(tmp_path):
            pass


def test_one_process_cannot_take_a_lock_twice_but_again_afterwards(tmp_path):
    for lock in (write_lock, serve_lock):
        with lock(tmp_path), pytest.raises(Locked), lock(tmp_path):
            pass
        with lock(tmp_path):
            pass


def test_serving_and_writing_do_not_exclude_each_other(tmp_path):
    with serve_lock(tmp_path), write_lock(tmp_path):
        assert (tmp_path / "locks" / "serve.lock").exists()


def test_waiting_for_a_lock_gets_it_when_it_is_freed(tmp_path):
    with _holder(tmp_path) as child:
        child.kill()
        with write_lock(tmp_path, wait_s=30):
            pass


def test_a_lock_whose_content_is_rubbish_still_refuses(tmp_path):
    with write_lock(tmp_path):
        (tmp_path / "locks" / "write.lock").write_text("\0\0")
        with pytest.raises(Locked, match="another process"), write_lock(tmp_path):
            pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_child_does_not_keep_its_parents_lock(tmp_path):
    with write_lock(tmp_path):
        child = os.fork()
        if child == 0:
            time.sleep(30)
            os._exit(0)
    try:
        with write_lock(tmp_path, wait_s=25):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_started_child_does_not_keep_its_parents_lock(tmp_path):
    with write_lock(tmp_path):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
    with child:
        # A child closes what it must not inherit a moment after its parent goes on: hence the wait,
        # which is far shorter than the child lives.
        with write_lock(tmp_path, wait_s=45):
            pass
        child.kill()
