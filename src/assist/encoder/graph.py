"""Writes a BERT encoder as an ONNX graph with int8 weights: token ids and mask in, the last hidden state out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assist.encoder.weights import quantize
from assist.errors import MissingDependencyError

Variant = Literal["portable", "vnni"]
"""Unsigned weights never overflow on older processors; signed ones are faster where AVX-512 VNNI is."""

FILES: Mapping[Variant, str] = {"portable": "model_quint8_avx2.onnx", "vnni": "model_qint8_avx512_vnni.onnx"}
"""The names that sentence-transformers gives such files."""
_OPSET, _IR_VERSION = 20, 10
_SHUT = -1e4


@dataclass(frozen=True, slots=True)
class Bert:
    """A BERT encoder's weights under the names of Hugging Face's `BertModel`, and the sizes they do not tell."""

    weights: Mapping[str, NDArray[np.float32]]
    layers: int
    heads: int
    epsilon: float


def write_graph(bert: Bert, path: Path) -> None:
    """Write the graph with float32 weights beside `path` and move it into place.

    Raises:
        MissingDependencyError: `onnx` is not installed.

    References:
        Devlin et al., BERT (2019); Hendrycks & Gimpel, Gaussian Error Linear Units (2016).
    """
    try:
        model = _model(bert)
    except ImportError as error:
        raise MissingDependencyError("onnx", extra="e5") from error
    beside = path.with_suffix(".part")
    beside.write_bytes(model.SerializeToString())
    beside.replace(path)


def quantize_graph(whole: Path, path: Path, variant: Variant) -> None:
    """Write a graph again with its matrices as int8, one scale a column; moved into place when complete.

    Raises:
        MissingDependencyError: `onnx` or `onnxruntime` is not installed.
    """
    try:
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError as error:
        raise MissingDependencyError("onnx and onnxruntime", extra="e5") from error
    kind = QuantType.QUInt8 if variant == "portable" else QuantType.QInt8
    beside = path.with_suffix(".part")
    quantize_dynamic(whole, beside, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=kind)
    beside.replace(path)


class _Graph:
    """Nodes and constants in the order they are made; `add` gives the name of a node's output."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, array: NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        from onnx import helper

        names = [f"n{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names if outputs > 1 else names[0]


def _model(bert: Bert) -> Any:
    from onnx import TensorProto, helper

    graph = _Graph()
    x = _embedded(graph, bert)
    mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    absent = graph.add("Sub", graph.constant(np.array([1.0], dtype=np.float32)), mask)
    shut = graph.add("Mul", absent, graph.constant(np.array([_SHUT], dtype=np.float32)))
    shut = graph.add("Unsqueeze", shut, graph.constant(np.array([1, 2], dtype=np.int64)))
    for number in range(bert.layers):
        x = _layer(graph, bert, f"encoder.layer.{number}.", x, shut)
    graph.add("Identity", x)
    graph.nodes[-1].output[0] = "last_hidden_state"
    width = len(bert.weights["embeddings.LayerNorm.weight"])
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", width])
    whole = helper.make_graph(graph.nodes, "bert", inputs, [output], graph.constants)
    opset = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(whole, opset_imports=opset, ir_version=_IR_VERSION)
    # Nothing is left to fold or to infer: this keeps the quantiser from advising a step before it.
    helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
    return model


def _embedded(graph: _Graph, bert: Bert) -> str:
    """Add up word and place; words are held as int8 with a scale a row, which loses nothing."""
    from onnx import TensorProto

    codes, scales = quantize(bert.weights["embeddings.word_embeddings.weight"])
    rows = graph.add("Gather", graph.constant(codes), "input_ids")
    rows = graph.add("Cast", rows, to=TensorProto.FLOAT)
    words = graph.add("Mul", rows, graph.add("Gather", graph.constant(scales[:, None]), "input_ids"))
    first_type = bert.weights["embeddings.token_type_embeddings.weight"][0]
    places = graph.constant(bert.weights["embeddings.position_embeddings.weight"] + first_type)
    tokens = graph.add("Shape", "input_ids", start=1, end=2)
    zero = graph.constant(np.array([0], dtype=np.int64))
    places = graph.add("Slice", places, zero, tokens, zero)
    return _normalized(graph, bert, "embeddings.", graph.add("Add", words, places))


def _normalized(graph: _Graph, bert: Bert, prefix: str, x: str) -> str:
    weight = graph.constant(bert.weights[f"{prefix}LayerNorm.weight"])
    bias = graph.constant(bert.weights[f"{prefix}LayerNorm.bias"])
    found: str = graph.add("LayerNormalization", x, weight, bias, axis=-1, epsilon=bert.epsilon)
    return found


def _dense(graph: _Graph, bert: Bert, name: str, x: str) -> str:
    product = graph.add("MatMul", x, graph.constant(bert.weights[f"{name}.weight"].T))
    found: str = graph.add("Add", product, graph.constant(bert.weights[f"{name}.bias"]))
    return found


def _layer(graph: _Graph, bert: Bert, prefix: str, x: str, shut: str) -> str:
    mixed = _attention(graph, bert, f"{prefix}attention.self.", x, shut)
    added = graph.add("Add", _dense(graph, bert, f"{prefix}attention.output.dense", mixed), x)
    x = _normalized(graph, bert, f"{prefix}attention.output.", added)
    wide = graph.add("Gelu", _dense(graph, bert, f"{prefix}intermediate.dense", x))
    added = graph.add("Add", _dense(graph, bert, f"{prefix}output.dense", wide), x)
    return _normalized(graph, bert, f"{prefix}output.", added)


def _attention(graph: _Graph, bert: Bert, prefix: str, x: str, shut: str) -> str:
    parts = [_dense(graph, bert, prefix + part, x) for part in ("query", "key", "value")]
    width = len(bert.weights[f"{prefix}query.bias"])
    split = graph.constant(np.array([0, 0, bert.heads, width // bert.heads], dtype=np.int64))
    q, k, v = (graph.add("Reshape", part, split) for part in parts)
    q, v = (graph.add("Transpose", part, perm=[0, 2, 1, 3]) for part in (q, v))
    scores = graph.add("MatMul", q, graph.add("Transpose", k, perm=[0, 2, 3, 1]))
    scores = graph.add(
        "Mul", scores, graph.constant(np.array([(width // bert.heads) ** -0.5], dtype=np.float32))
    )
    shares = graph.add("Softmax", graph.add("Add", scores, shut), axis=-1)
    mixed = graph.add("Transpose", graph.add("MatMul", shares, v), perm=[0, 2, 1, 3])
    found: str = graph.add("Reshape", mixed, graph.constant(np.array([0, 0, width], dtype=np.int64)))
    return found
