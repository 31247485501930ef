"""Models for other programs."""

from pathlib import Path

import pytest
import torch
from torch import nn

from torch_lib.errors import ShapeError
from torch_lib.export import export_onnx
from torch_lib.layers import forward
from torch_lib.networks import model, sequential
from torch_lib.transformer import transformer_block

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize(
    ("network", "example"),
    [
        (model(4, 8, 2), torch.randn(1, 4)),
        (sequential([transformer_block(16, 2, 32, 0.1), model(16, 8, 2)]), torch.randn(2, 5, 16)),
    ],
)
def test_onnx_gives_what_the_model_gives(
    tmp_path: Path, network: nn.Module, example: torch.Tensor
) -> None:
    """For batches of other sizes, too."""
    runtime = pytest.importorskip("onnxruntime")
    path = str(tmp_path / "network.onnx")

    export_onnx(network, example, path)

    assert network.training
    session = runtime.InferenceSession(path)
    name = session.get_inputs()[0].name
    for size in (1, 3, 7):
        input = torch.randn(size, *example.shape[1:])
        (output,) = session.run(None, {name: input.numpy()})
        expected = forward(network.eval(), input).detach()
        torch.testing.assert_close(torch.from_numpy(output), expected, rtol=1e-4, atol=1e-5)
        network.train()


def test_each_module_keeps_its_mode(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    network = sequential([model(4, 8, 4), model(4, 8, 2)])
    network[1].eval()

    export_onnx(network, torch.randn(2, 4), str(tmp_path / "network.onnx"))

    assert network[0].training
    assert not network[1].training


def test_an_example_is_a_batch(tmp_path: Path) -> None:
    with pytest.raises(ShapeError, match=r"the example needs a batch, got shape \(0 4\)"):
        export_onnx(model(4, 8, 2), torch.zeros(0, 4), str(tmp_path / "network.onnx"))
    assert not list(tmp_path.iterdir())
