"""The reader while it is trained: the bundled model, frozen, with low-rank differences and heads.

LoRA (Hu et al. 2022, https://arxiv.org/abs/2106.09685) of rank `RANK` on every
matrix of the encoder, biases and norms trained as they are, one head for what
the whole row is (relevant, answers) and one for where an answer starts and
ends. `index.reader` reads what `state` gives, with the differences added in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from index.bert_encoder import BertEncoder, Layer, Precision
from index.reader_input import ReaderRow

RANK = 32
FIRST_LAYER = 2
"""The layers below stay as they are: they see words, not the question beside the text."""


class ReaderNetwork(nn.Module):
    """The trainable reader; rows go in, logits come out."""

    def __init__(self, encoder: BertEncoder, device: str = "cpu", precision: Precision = "float32") -> None:
        """Start as the bundled model: the differences are zero.

        Args:
            encoder: the bundled model in single precision.
            device: where it learns, as torch names it.
            precision: of its large multiplications; what learns is kept in single precision.
        """
        super().__init__()
        self.encoder = _placed(encoder, torch.device(device), getattr(torch, precision))
        size = encoder.dimension
        self.down, self.up = nn.ParameterList(), nn.ParameterList()
        self.bias, self.norm = nn.ParameterList(), nn.ParameterList()
        for layer in encoder.layers[FIRST_LAYER:]:
            for weight, bias in (layer.qkv, layer.attention_output, layer.expand, layer.contract):
                n_out, n_in = weight.shape
                self.down.append(nn.Parameter(torch.randn(RANK, n_in) / math.sqrt(n_in)))
                self.up.append(nn.Parameter(torch.zeros(n_out, RANK)))
                self.bias.append(nn.Parameter(bias.clone()))
            for scale, shift in (layer.attention_norm, layer.output_norm):
                self.norm.extend([nn.Parameter(scale.clone()), nn.Parameter(shift.clone())])
        self.dense = nn.Linear(size, size)
        self.verdict = nn.Linear(size, 2)
        self.span = nn.Linear(size, 2)
        self.to(device)

    def forward(self, ids: Tensor, own: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits of relevant and answers ``(n, 2)``, and of start and end ``(n, length, 2)``.

        Args:
            ids: ``(n, length)`` int64.
            own: ``(n, length)`` bool, false where a row is filled up.
        """
        hidden = self._encode(ids, own)
        weight = own[:, :, None].to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        return self.verdict(torch.tanh(self.dense(hidden[:, 0] + mean))), self.span(hidden)

    def _encode(self, ids: Tensor, own: Tensor) -> Tensor:
        encoder = self.encoder
        n, length = ids.shape
        size, eps = encoder.dimension, encoder.layer_norm_eps
        hidden = functional.embedding(ids, encoder.word_embeddings) + encoder.position_embeddings[:length]
        hidden = functional.layer_norm(hidden, (size,), *encoder.embedding_norm, eps)
        mask = own[:, None, None, :]
        for number, layer in enumerate(encoder.layers):
            heads = self._linear(hidden, layer.qkv[0], number, 0)
            heads = heads.view(n, length, 3, encoder.n_heads, size // encoder.n_heads)
            query, key, value = heads.permute(2, 0, 3, 1, 4)
            attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
            attended = attended.transpose(1, 2).reshape(n, length, size)
            hidden = hidden + self._linear(attended, layer.attention_output[0], number, 1)
            norms = self._norms(number)
            hidden = functional.layer_norm(hidden, (size,), norms[0], norms[1], eps)
            inner = functional.gelu(self._linear(hidden, layer.expand[0], number, 2))
            hidden = hidden + self._linear(inner, layer.contract[0], number, 3)
            hidden = functional.layer_norm(hidden, (size,), norms[2], norms[3], eps)
        return hidden

    def _linear(self, hidden: Tensor, weight: Tensor, number: int, part: int) -> Tensor:
        if number < FIRST_LAYER:
            layer = self.encoder.layers[number]
            pairs = (layer.qkv, layer.attention_output, layer.expand, layer.contract)
            return functional.linear(hidden, *pairs[part])
        place = 4 * (number - FIRST_LAYER) + part
        flat = hidden.reshape(-1, hidden.shape[-1])
        out: Tensor = _LowRankLinear.apply(  # type: ignore[no-untyped-call]
            flat, weight, self.bias[place], self.down[place], self.up[place]
        )
        return out.view(*hidden.shape[:-1], -1)

    def _norms(self, number: int) -> tuple[Tensor, ...]:
        if number < FIRST_LAYER:
            layer = self.encoder.layers[number]
            return (*layer.attention_norm, *layer.output_norm)
        place = 4 * (number - FIRST_LAYER)
        return tuple(self.norm[place + i] for i in range(4))

    def state(self) -> dict[str, Tensor]:
        """Return what is to be kept, by name, in half precision."""
        return {
            name: value.detach().to("cpu", torch.float16).contiguous()
            for name, value in self.state_dict().items()
        }


class _LowRankLinear(torch.autograd.Function):
    """``x (W + up down)^T + bias`` where only ``up``, ``down`` and ``bias`` learn.

    Written out since adding in place saves a fifth of a step on a processor, and so that the
    products have the precision of ``W`` where all else is single: in bfloat16, on a processor that
    multiplies it natively, a step takes two thirds of the time.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, down: Tensor, up: Tensor) -> Tensor:
        """Return ``(n, n_out)``."""
        x, down, up = (each.to(weight.dtype) for each in (x, down, up))
        low = x @ down.t()
        ctx.save_for_backward(x, weight, down, up, low)
        return (x @ weight.t()).addmm_(low, up.t()).float().add_(bias)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of ``x``, ``bias``, ``down`` and ``up``."""
        (grad,) = grads
        x, weight, down, up, low = ctx.saved_tensors
        bias_grad, grad = grad.sum(0), grad.to(weight.dtype)
        low_grad = grad @ up
        x_grad = (grad @ weight).addmm_(low_grad, down).float() if ctx.needs_input_grad[0] else None
        return x_grad, None, bias_grad, (low_grad.t() @ x).float(), (grad.t() @ low).float()


def _placed(encoder: BertEncoder, device: torch.device, dtype: torch.dtype) -> BertEncoder:
    """Return a model on a device, the matrices of the layers that learn in another precision."""
    layers = [
        _placed_layer(layer, device, dtype if number >= FIRST_LAYER else torch.float32)
        for number, layer in enumerate(encoder.layers)
    ]
    return replace(
        encoder,
        word_embeddings=encoder.word_embeddings.to(device),
        position_embeddings=encoder.position_embeddings.to(device),
        embedding_norm=_moved(encoder.embedding_norm, device, torch.float32),
        layers=tuple(layers),
    )


def _placed_layer(layer: Layer, device: torch.device, dtype: torch.dtype) -> Layer:
    return replace(
        layer,
        qkv=_moved(layer.qkv, device, dtype),
        attention_output=_moved(layer.attention_output, device, dtype),
        attention_norm=_moved(layer.attention_norm, device, torch.float32),
        expand=_moved(layer.expand, device, dtype),
        contract=_moved(layer.contract, device, dtype),
        output_norm=_moved(layer.output_norm, device, torch.float32),
    )


def _moved(pair: tuple[Tensor, Tensor], device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    return pair[0].to(device, dtype), pair[1].to(device)


def stack(rows: Sequence[ReaderRow], pad: int) -> tuple[Tensor, Tensor]:
    """Return ids and own places of rows, filled up to the longest."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.full((len(rows), longest), pad, dtype=torch.long)
    own = torch.zeros(len(rows), longest, dtype=torch.bool)
    for i, row in enumerate(rows):
        ids[i, : len(row.ids)] = torch.from_numpy(row.ids)
        own[i, : len(row.ids)] = True
    return ids, own
