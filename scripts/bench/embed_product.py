"""The encoder as ai runs it: a queue on an event loop before one thread. Texts on its input.

Says {"per_second", "single_p50_ms", "alone"} and writes the vectors to the file it is given.
`alone` is the greatest difference between a text's vector alone and among the others.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import numpy as np

from ai.embeddings.encoder import open_encoder
from ai.embeddings.queue import EncoderQueue

SHORT = "hardening a linux server"
TIMES = 200
ALONE = 100


async def main(texts: list[str], file: Path) -> None:
    queue = EncoderQueue(open_encoder("onnx"))
    await queue.encode(texts[:32])
    began = time.perf_counter()
    vectors = await queue.encode(texts, background=True)
    seconds = time.perf_counter() - began
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await queue.encode([SHORT])
        took.append(time.perf_counter() - began)
    alone = np.concatenate([await queue.encode([text]) for text in texts[:ALONE]])
    np.save(file, vectors)
    said = {
        "per_second": len(texts) / seconds,
        "single_p50_ms": float(np.median(took) * 1000),
        "alone": float(np.abs(alone - vectors[:ALONE]).max()),
    }
    print(json.dumps(said))
    queue.close()


if __name__ == "__main__":
    asyncio.run(main(json.load(sys.stdin), Path(sys.argv[1])))
