"""A model file served to clients of OpenAI's API, until ctrl+c."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

__all__ = ["API_KEY_VARIABLE", "serve_model"]

API_KEY_VARIABLE = "LISPE_WORKBENCH_API_KEY"
LONGEST_ANSWER = 1024  # tokens, where a request names no limit


def serve_model(path: str, host: str, port: int, quantization: str | None = None) -> int:
    """Serve the model at ``path``; answers the exit status.

    Args:
        path: A GGUF file, a Hugging Face folder or a saved model, with its tokenizer.
        host: The address to listen on; others than this machine's own need an API key in the
            environment.
        port: Where to listen; 0 takes any free port.
        quantization: What the model multiplies with: ``none``, ``file``, ``int8``, ``int4`` or
            ``packed``; by default the blocks of a GGUF file, the weights of another as they are.
    """
    from torch_lib.errors import TorchLibError
    from torch_lib.generation import Generator
    from torch_lib.generation_config import GenerationConfig
    from torch_lib.serving import Endpoint, EndpointOptions
    from workbench.runtime.warning_lines import show_warnings

    show_warnings(sys.stderr)
    try:
        options = EndpointOptions(
            host=host,
            api_key=os.environ.get(API_KEY_VARIABLE),
            model=_name(Path(path).resolve()),
        )
        generator = Generator(
            _model(path, quantization),
            GenerationConfig(max_length=LONGEST_ANSWER, reuse_prefix=True),
        )
        endpoint = Endpoint(generator, port, options)
    except (TorchLibError, OSError) as error:
        print(f"lispe-workbench: {error}", file=sys.stderr)
        return 1
    print(endpoint.address, flush=True)
    print(f"Serving {options.model} until ctrl+c is pressed here.", file=sys.stderr, flush=True)
    try:
        endpoint.run()
    except KeyboardInterrupt:
        return 0
    return 0


def _name(path: Path) -> str:
    """What clients call the model: of a folder, a point is no suffix."""
    return (path.name if path.is_dir() else path.stem) or "model"


def _model(path: str, quantization: str | None) -> nn.Module:
    from torch_lib.checkpoints import load_model

    scheme = quantization or ("file" if path.endswith(".gguf") else "none")
    return load_model(path, None, None if scheme == "none" else scheme)
