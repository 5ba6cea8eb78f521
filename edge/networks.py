"""Opens an ONNX network on the CPU, with threads that sleep while idle."""

from pathlib import Path

import onnxruntime


def open_network(file: Path, threads: int = 1, *, keeps: bool = True) -> onnxruntime.InferenceSession:
    """The network of `file` on `threads` threads; `keeps`: the memory of a run is kept for the next.

    onnxruntime's worker threads spin after each run, by default, in case another follows at once. A node has
    five networks on few cores, and other work needs the core: with two threads on two cores reading plates
    took half as long again, and twice the processor time.

    Kept memory is that of the largest inputs so far: for occasional inputs of many sizes 44 MB for nothing; a
    run without it costs 3 % more.

    Raises:
        Exception: what onnxruntime raises of a file that it can't load; it has no class of its own for that.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = keeps
    options.log_severity_level = 3  # errors only
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
